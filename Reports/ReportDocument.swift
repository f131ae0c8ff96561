internal import EvalCore

/// A report without a form yet: the tables and everything a reader must know about them, as plain sentences.
struct ReportDocument {
  var protocolName: String
  /// Before the tables.
  var notes: [String]
  /// Before the tables: clips that failed, as many as the options allow.
  var failures: [String]
  /// Number of all failures.
  var failureCount: Int
  var tables: [ReportTable]
  /// What bold means, where it is used.
  var legend: String?
  /// Where published rows come from.
  var sources: [String]
  /// Who made which rows.
  var rows: [String]
  /// Counts worth knowing, such as capped PSNR frames.
  var counts: [String]
  /// Columns with measured values.
  var metrics: [MetricColumn]
  /// Test sets, licence and attribution.
  var suites: [String]

  init(
    _ unchecked: RunResults, layout: TableLayout, options: ReportOptions, suitesPerTable: Int
  ) throws(ReportError) {
    let results = unchecked.withoutNonFiniteValues
    tables = try TableBuilder(results, layout: layout, options: options).tables(
      suitesPerTable: suitesPerTable)
    protocolName = results.protocolName
    notes = results.notes
    failureCount = results.failures.count
    failures = results.failures.prefix(max(0, options.failureLimit)).map(Self.line)
    if failureCount > failures.count {
      failures.append("and \(failureCount - failures.count) more; the JSON report lists all")
    }
    rows = Self.rowLines(tables)
    sources = Self.sourceLines(tables, cells: results.cells)
    var shown: [SuiteSummary] = []
    let names = tables.flatMap { $0.groups.map(\.suite) }
    for name in names where !shown.contains(where: { $0.name == name }) {
      shown += results.suites.filter { $0.name == name }
    }
    let measured = tables.filter { $0.rows.contains { !$0.isPublished } }
    metrics = results.metrics.filter { metric in
      measured.contains { table in
        table.columns.enumerated().contains { index, column in
          column.kind == .metric(metric.id) && table.rows.contains { $0.cells[index].number != nil }
        }
      }
    }
    let hasBest = measured.contains { $0.rows.contains { $0.cells.contains(where: \.isBest) } }
    legend = hasBest ? "the best value of a column among rows over the same clips; oracles take no part" : nil
    counts = Self.countLines(results, metrics: metrics, suites: shown)
    suites = shown.map(Self.line)
  }

  private static func line(_ failure: ClipFailure) -> String {
    let row = failure.method.isEmpty ? "" : ", \(failure.method)"
    let place = "\(failure.suite)/\(failure.clip)\(row), \(failure.stage)"
    return "\(place) (\(failure.reason.rawValue)): \(failure.message)"
  }

  private static func line(_ suite: SuiteSummary) -> String {
    var parts = ["\(suite.clips) \(suite.clips == 1 ? "clip" : "clips")"]
    if suite.frames > 0 { parts.append("\(suite.frames) frames") }
    if !suite.hash.isEmpty { parts.append("SHA-256 \(suite.hash.prefix(12))") }
    let licence = suite.licence.isEmpty ? "licence not stated" : suite.licence
    let title = suite.title.isEmpty ? suite.name : suite.title
    return "\(title) (\(suite.name)): \(parts.joined(separator: ", ")). \(licence)"
  }

  /// Rows that came to be in the same way share a line.
  private static func rowLines(_ tables: [ReportTable]) -> [String] {
    var lines: [(text: String, names: [String])] = []
    for row in tables.flatMap(\.rows) {
      let provenance = row.method.provenance.isEmpty ? "provenance not stated" : row.method.provenance
      let text = "\(row.method.kind.rawValue), \(provenance)"
      let name = row.isPublished ? "\(row.method.name) †" : row.method.name
      let index = lines.firstIndex { $0.text == text } ?? lines.count
      if index == lines.count { lines.append((text, [])) }
      if !lines[index].names.contains(name) { lines[index].names.append(name) }
    }
    return lines.map { "\($0.names.joined(separator: ", ")): \($0.text)" }
  }

  private static func sourceLines(_ tables: [ReportTable], cells: [Cell]) -> [String] {
    var sources: [String] = []
    for table in tables {
      let suites = table.groups.map(\.suite)
      for row in table.rows where row.isPublished {
        for cell in cells where cell.method == row.method && suites.contains(cell.suite) {
          let source = cell.source ?? "a source not stated"
          if !sources.contains(source) { sources.append(source) }
        }
      }
    }
    return sources.map { "† quoted from \($0)" }
  }

  /// Distances of other networks that a substitute column carries along, `FD-…` among its alternatives.
  private static func companionLines(_ metric: MetricColumn, _ suite: String, _ cells: [Cell]) -> [String] {
    let names = Set(cells.flatMap { ($0.values[metric.id]?.alternatives ?? [:]).keys })
    return names.filter { $0.hasPrefix("FD-") }.sorted().map { name in
      let values = cells.compactMap { cell in
        cell.values[metric.id]?.alternatives[name].map {
          "\(cell.method.name) \(DecimalText.fixed($0, digits: 2))"
        }
      }
      return "\(metric.label), \(suite), \(name) beside it: \(values.joined(separator: ", "))"
    }
  }

  static func countLines(
    _ results: RunResults, metrics: [MetricColumn], suites: [SuiteSummary]
  ) -> [String] {
    var lines: [String] = []
    for metric in metrics {
      for suite in suites {
        let cells = results.cells.filter { $0.suite == suite.name && $0.method.kind != .published }
        let names = Set(cells.flatMap { ($0.values[metric.id]?.counters ?? [:]).keys })
        for name in names.sorted() {
          let counts = cells.compactMap { cell -> String? in
            guard let count = cell.values[metric.id]?.counters[name], count != 0 else { return nil }
            return "\(cell.method.name) \(count)"
          }
          if counts.isEmpty { continue }
          let title = suite.title.isEmpty ? suite.name : suite.title
          lines.append("\(metric.label), \(title), \(name): \(counts.joined(separator: ", "))")
        }
        lines += companionLines(metric, suite.title.isEmpty ? suite.name : suite.title, cells)
      }
    }
    return lines
  }
}

extension RunResults {
  /// The same results with every value that is not a finite number missing and a reason in its place.
  var withoutNonFiniteValues: RunResults {
    var copy = self
    for index in copy.cells.indices {
      for (id, summary) in copy.cells[index].values {
        var summary = summary
        if let value = summary.value, !value.isFinite {
          summary.value = nil
          summary.reason = "the value is not a finite number (\(value))"
        }
        summary.alternatives = summary.alternatives.filter { $0.value.isFinite }
        copy.cells[index].values[id] = summary
      }
      if let time = copy.cells[index].relativeTime, !time.isFinite { copy.cells[index].relativeTime = nil }
      if let time = copy.cells[index].inferenceTimes?.measured, !time.isFinite {
        copy.cells[index].inferenceTimes?.measured = nil
      }
      if let time = copy.cells[index].secondsPerFrame, !time.isFinite {
        copy.cells[index].secondsPerFrame = nil
      }
    }
    return copy
  }
}
