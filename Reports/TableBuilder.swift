internal import EvalCore

/// Lays results out as tables: which test sets, columns and rows, which values are missing and why, which is
/// best.
struct TableBuilder {
  /// Heading of the block of published rows beside measured ones.
  static let publishedTitle = "Reported in the paper (their data, their code)"

  /// What the sign `≈` behind a value means.
  private static let levelSentence =
    "≈: a paired test over clips does not tell the value from the best of its column; fewer than 10 clips tell "
    + "nothing."

  let results: RunResults
  let layout: TableLayout
  let options: ReportOptions
  private let cells: [Place: Cell]

  private struct Place: Hashable {
    var method: String
    var isPublished: Bool
    var suite: String
  }

  init(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws(ReportError) {
    for digits in [options.digits, options.timeDigits] where !(0...12).contains(digits) {
      throw .digits(found: digits)
    }
    if results.suites.isEmpty && !results.cells.contains(where: { $0.method.kind == .published }) {
      throw .noSuites
    }
    var cells: [Place: Cell] = [:]
    let known = results.suites.map(\.name)
    for cell in results.cells {
      let isPublished = cell.method.kind == .published
      // A publication's test sets need not be among those of the run.
      if !isPublished && !known.contains(cell.suite) {
        throw .unknownSuite(method: cell.method.name, suite: cell.suite, known: known)
      }
      let place = Place(method: cell.method.name, isPublished: isPublished, suite: cell.suite)
      if cells.updateValue(cell, forKey: place) != nil {
        throw .duplicateCell(method: cell.method.name, suite: cell.suite)
      }
    }
    self.results = results
    self.layout = layout
    self.options = options
    self.cells = cells
  }

  /// The tables from the top, each with at most `suitesPerTable` test sets side by side.
  func tables(suitesPerTable: Int) throws(ReportError) -> [ReportTable] {
    let measured = blocks(published: false, suitesPerTable: suitesPerTable)
    var published = blocks(published: true, suitesPerTable: suitesPerTable)
    if measured.isEmpty && published.isEmpty { throw .noRows(layout: layout) }
    var tables: [ReportTable]
    if measured.isEmpty {
      tables = published.map { marked($0) }
    } else {
      for index in published.indices {
        let caption = published[index].caption
        published[index].caption = "\(published[index].title).\(caption.isEmpty ? "" : " \(caption)")"
        published[index].title = Self.publishedTitle
        published[index].isPublishedBlock = true
      }
      tables = measured.map { marked($0) } + published
    }
    ReportTable.numberFootnotes(in: &tables)
    return tables
  }

  // MARK: - Test sets, columns, rows

  /// Every block has all rows of its kind, so that a row that was not run on a set is seen to be missing
  /// there.
  private func blocks(published: Bool, suitesPerTable: Int) -> [ReportTable] {
    let suites = suites(published: published)
    var methods: [MethodIdentity] = []
    for cell in results.cells where (cell.method.kind == .published) == published {
      let isShown = suites.contains { $0.name == cell.suite }
      if isShown && !methods.contains(where: { $0.name == cell.method.name }) { methods.append(cell.method) }
    }
    if methods.isEmpty { return [] }
    let width = layout == .generic && suitesPerTable < suites.count ? 1 : min(suitesPerTable, suites.count)
    return stride(from: 0, to: suites.count, by: width).map { start in
      let part = Array(suites[start..<min(suites.count, start + width)])
      return table(of: part, methods: methods, published: published, isFirst: start == 0)
    }
  }

  /// The test sets of the layout that have a row of the kind asked for.
  private func suites(published: Bool) -> [SuiteSummary] {
    let used = results.cells.filter { ($0.method.kind == .published) == published }.map(\.suite)
    var suites = results.suites.filter { used.contains($0.name) }
    for name in used where !suites.contains(where: { $0.name == name }) {
      suites.append(
        SuiteSummary(name: name, title: name.capitalizedFirst, clips: 0, frames: 0, hash: "", licence: ""))
    }
    switch layout {
    case .generic: return suites
    case .table1:
      let paper = ["similar", "general"].compactMap { name in suites.first { $0.name == name } }
      return paper + suites.filter { suite in !paper.contains { $0.name == suite.name } }
    case .table2, .table3:
      return (suites.first { $0.name == "similar" } ?? suites.first).map { [$0] } ?? []
    }
  }

  private func columns(published: Bool) -> [ReportTable.Column] {
    let asked: [MetricID] =
      switch layout {
      case .table1: MetricID.allCases
      case .table2, .table3: [.fid, .fvd, .lpips, .edmd, .tc]
      case .generic: published ? publishedMetrics : results.metrics.map(\.id)
      }
    var columns = asked.map { id in
      let known = published ? nil : results.metrics.first { $0.id == id }
      return ReportTable.Column(
        kind: .metric(id), label: known?.label ?? id.title, polarity: id.polarity, digits: options.digits)
    }
    if layout == .table3 {
      let kinds = published ? [.measured] : options.timeKinds
      columns += kinds.map { kind in
        ReportTable.Column(
          kind: .relativeTime(kind), label: kinds.count > 1 ? "Inf. Time (\(kind.rawValue))" : "Inf. Time",
          polarity: .lowerIsBetter, digits: options.timeDigits)
      }
    }
    return columns
  }

  private var publishedMetrics: [MetricID] {
    let published = results.cells.filter { $0.method.kind == .published }
    return MetricID.allCases.filter { id in published.contains { $0.values[id] != nil } }
  }

  private func table(
    of suites: [SuiteSummary], methods: [MethodIdentity], published: Bool, isFirst: Bool
  ) -> ReportTable {
    let columns = columns(published: published)
    let shortTitles = Self.shortTitles(suites)
    let groups = zip(suites, shortTitles).map { suite, short in
      ReportTable.ColumnGroup(
        suite: suite.name, title: suite.title.isEmpty ? suite.name : suite.title, shortTitle: short,
        columns: columns)
    }
    let rows = methods.map { method in
      let values = suites.flatMap { suite in
        columns.map { value(of: method, on: suite, in: $0) }
      }
      return ReportTable.Row(method: method, cells: values)
    }
    let hasInterval = rows.contains { $0.cells.contains { !$0.interval.isEmpty } }
    let heading = headings(groups: groups, published: published, isFirst: isFirst)
    var table = ReportTable(
      title: heading.title, subject: heading.subject, caption: heading.caption, groups: groups, rows: rows,
      warnings: published ? [] : Self.warnings(suites, rows: rows, width: columns.count),
      notComparable: [], footnotes: [], isPublishedBlock: false)
    var sentences = table.caption.isEmpty ? [] : [table.caption]
    if hasInterval, let statistics = results.statistics {
      sentences.append(
        "In brackets: intervals at \(statistics.level), clips resampled \(statistics.resamples) times, seed "
          + "\(statistics.seed).")
    }
    if rows.contains(where: { $0.cells.contains(where: \.isLevelWithBest) }) {
      sentences.append(Self.levelSentence)
    }
    table.caption = sentences.joined(separator: " ")
    table.notComparable = published ? [] : substitutes(in: table)
    return table
  }

  private func headings(
    groups: [ReportTable.ColumnGroup], published: Bool, isFirst: Bool
  ) -> (title: String, subject: String, caption: String) {
    let names = groups.map(\.title).joined(separator: ", ")
    switch layout {
    case .table1: return ("Table 1\(isFirst ? "" : ", continued"). \(names)", names, "")
    case .table2: return ("Table 2. \(names)", names, "")
    case .table3: return ("Table 3. \(names)", names, "Inf. Time: \(timeDescription(published: published)).")
    case .generic: return (names, names, "")
    }
  }

  private func timeDescription(published: Bool) -> String {
    if published { return "as published, relative to no overlap (o = 0)" }
    return options.timeKinds.map { kind in
      switch kind {
      case .measured: "measured, median seconds per frame relative to o = 0"
      case .asymptotic: "asymptotic, N/(N - o), relative to o = 0"
      case .segments: "whole segments, ceil((L - o)/(N - o)), relative to o = 0"
      }
    }.joined(separator: "; ")
  }

  // MARK: - Values

  private func value(
    of method: MethodIdentity, on suite: SuiteSummary, in column: ReportTable.Column
  ) -> ReportTable.Value {
    let isPublished = method.kind == .published
    let cell = cells[Place(method: method.name, isPublished: isPublished, suite: suite.name)]
    let absence = isPublished ? "not published" : cell == nil ? "not run on this test set" : nil
    switch column.kind {
    case .relativeTime(let kind):
      guard let time = cell?.relativeTime(kind) else {
        return .missing(absence ?? cell?.inferenceTimes?.reason ?? "no time relative to o = 0")
      }
      var value = ReportTable.Value.number(time, digits: column.digits)
      if options.showsIntervals, kind == .measured, let interval = cell?.inferenceTimes?.interval {
        value.interval = [interval.lower, interval.upper].map { DecimalText.fixed($0, digits: column.digits) }
      }
      return value
    case .metric(let id):
      let summary = cell?.values[id]
      guard let number = summary?.value else {
        // What the whole column lacks comes first, so that it is said once at the heading.
        let unavailability = isPublished ? nil : results.metrics.first { $0.id == id }?.unavailability
        return .missing(unavailability ?? summary?.reason ?? absence ?? "not asked for in this run")
      }
      var value = ReportTable.Value.number(number, digits: column.digits)
      value.clips = summary?.clips
      if options.showsIntervals, let interval = summary?.interval {
        value.interval = [interval.lower, interval.upper].map { DecimalText.fixed($0, digits: column.digits) }
      }
      if options.showsIntervals { value.isLevelWithBest = summary?.differsFromBest == false }
      value.deviations = cell?.deviations ?? [:]
      if !isPublished { value.absentClips = max(0, suite.clips - (summary?.clips ?? 0)) }
      return value
    }
  }

  private func substitutes(in table: ReportTable) -> [String] {
    var labels: [String] = []
    for (index, column) in table.columns.enumerated() {
      guard case .metric(let id) = column.kind,
        let metric = results.metrics.first(where: { $0.id == id }),
        metric.comparability == .substitute || metric.comparability == .test,
        table.rows.contains(where: { $0.cells[index].number != nil }),
        !labels.contains(column.label)
      else { continue }
      labels.append(column.label)
    }
    return labels
  }

  private static func warnings(_ suites: [SuiteSummary], rows: [ReportTable.Row], width: Int) -> [String] {
    suites.enumerated().compactMap { position, suite in
      let values = rows.flatMap { $0.cells[(position * width)..<((position + 1) * width)] }
      let counts = values.filter { $0.number != nil }.compactMap(\.clips)
      guard let least = counts.min(), let most = counts.max(), least < suite.clips else { return nil }
      let title = suite.title.isEmpty ? suite.name : suite.title
      let range = least == most ? "\(least)" : "\(least) to \(most)"
      return "\(title): values over \(range) of \(suite.clips) clips; "
        + "−k marks a value that lacks k clips of the set."
    }
  }

  /// Sets the best comparable value of each column, and all that print alike.
  ///
  /// Comparable: not the oracle, which no method can beat, and over as many clips as the fullest value of the
  /// column.
  /// One value alone is no comparison and stays plain.
  private func marked(_ table: ReportTable) -> ReportTable {
    var table = table
    for (index, column) in table.columns.enumerated() {
      let candidates = table.rows.indices.filter {
        table.rows[$0].method.kind != .oracle && table.rows[$0].cells[index].number != nil
      }
      let clips = candidates.compactMap { table.rows[$0].cells[index].clips }.max()
      let fullest = candidates.filter { table.rows[$0].cells[index].clips == clips }
      // Values of another signature (lossy sources, frames left out) are not ranked with the others.
      let usual = fullest.map { table.rows[$0].cells[index].deviations }.min { $0.count < $1.count }
      let comparable = fullest.filter { table.rows[$0].cells[index].deviations == usual }
      let numbers = comparable.compactMap { table.rows[$0].cells[index].number }
      guard numbers.count > 1, var best = numbers.first else { continue }
      for number in numbers where column.polarity.isBetter(number, than: best) { best = number }
      let text = DecimalText.fixed(best, digits: column.digits)
      for row in comparable where table.rows[row].cells[index].text == text {
        table.rows[row].cells[index].isBest = true
      }
    }
    return table
  }

  /// `Similar Testset` becomes `Similar` where the short forms differ from each other.
  private static func shortTitles(_ suites: [SuiteSummary]) -> [String] {
    let titles = suites.map { $0.title.isEmpty ? $0.name.capitalizedFirst : $0.title }
    let short = titles.map { title in
      for ending in [" Testset", " Test Set", " testset", " test set"] where title.hasSuffix(ending) {
        let stem = String(title.dropLast(ending.count))
        if !stem.isEmpty { return stem }
      }
      return title
    }
    if Set(short).count == short.count { return short }
    return suites.map(\.name)
  }
}

extension String {
  /// The text with its first character in upper case.
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension ReportTable.Value {
  fileprivate static func missing(_ reason: String) -> Self {
    Self(number: nil, text: "–", reason: reason)
  }

  fileprivate static func number(_ number: Double, digits: Int) -> Self {
    Self(number: number, text: DecimalText.fixed(number, digits: digits))
  }
}
