internal import EvalCore

/// What a reader must see first, and the tables.
struct ResultSections {
  let model: PageModel
  let tables: [ReportTable]

  // MARK: - Before the tables

  /// Failed clips, the gate's decision, notes: whatever keeps the numbers from being taken at face value.
  var alerts: Markup {
    let parts = [failures, gate, notes].filter { !$0.isEmpty }
    return parts.isEmpty ? "" : "<section id=\"alerts\">\n\(parts)</section>\n"
  }

  private var failures: Markup {
    let all = model.results.failures
    guard !all.isEmpty else { return "" }
    let shown = all.prefix(max(0, model.options.failureLimit))
    let rows = shown.map { failure -> Markup in
      """
      <tr><th scope="row">\(failure.clip)</th><td>\(model.title(failure.suite))</td><td>\
      \(failure.method.isEmpty ? "all" : failure.method)</td><td>\(failure.stage)</td><td><code>\
      \(failure.reason.rawValue)</code></td><td class="text">\(failure.message)</td></tr>

      """
    }
    let more: Markup =
      all.count > shown.count
      ? "<p class=\"hint\">and \(all.count - shown.count) more; results.json lists all</p>" : ""
    return """
      <div class="alert bad"><h2>Failures: \(all.count)</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Failures"><table class="sortable list"><thead><tr>\
      <th scope="col">Clip</th><th scope="col">Test set</th><th scope="col">Row</th><th scope="col">Stage</th>\
      <th scope="col">Reason</th><th scope="col">What happened</th></tr></thead><tbody>
      \(rows)</tbody></table></div>\(more)</div>

      """
  }

  private var gate: Markup {
    guard let gate = model.content.gate else { return "" }
    let kind: Markup = gate.outcome == .passed ? "good" : gate.outcome == .undecided ? "warn" : "bad"
    let ranks: [GateSummary.Outcome] = [.incomparable, .failed, .undecided, .passed]
    let findings = ranks.flatMap { outcome in gate.findings.filter { $0.outcome == outcome } }
    let rows = findings.map { finding -> Markup in
      """
      <tr><th scope="row">\(finding.place)</th><td>\(Self.word(finding.outcome))\
      \(finding.isAdvisory ? ", advisory" : "")</td><td class="text">\(finding.limit)</td><td class="text">\
      \(finding.detail)</td></tr>

      """
    }
    return """
      <div class="alert \(kind)"><h2>Gate: \(Self.word(gate.outcome))</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Gate"><table class="list"><thead><tr><th scope="col">Value\
      </th><th scope="col">Verdict</th><th scope="col">Limit</th><th scope="col">Found</th></tr></thead><tbody>
      \(rows)</tbody></table></div></div>

      """
  }

  private static func word(_ outcome: GateSummary.Outcome) -> Markup {
    switch outcome {
    case .passed: "✓ passed"
    case .undecided: "? undecided"
    case .failed: "✗ failed"
    case .incomparable: "✗ cannot be compared"
    }
  }

  private var notes: Markup {
    let notes = model.results.notes + model.content.notes
    guard !notes.isEmpty else { return "" }
    let limit = 40
    let items = notes.prefix(limit).map { "<li>\($0)</li>" as Markup }
    let more: Markup = notes.count > limit ? "<li>and \(notes.count - limit) more</li>" : ""
    return "<div class=\"alert warn\"><h2>Read first</h2><ul>\(items)\(more)</ul></div>\n"
  }

  // MARK: - Tables

  /// All tables, or the sentence that there is none.
  var results: Markup {
    guard !tables.isEmpty else {
      return
        "<section id=\"results\"><h2>Results</h2><p class=\"hint\">The run holds no row to show.</p></section>\n"
    }
    let hasBest = tables.contains { $0.rows.contains { $0.cells.contains(where: \.isBest) } }
    let legend: Markup =
      hasBest
      ? "<p class=\"hint\"><b>Bold</b>: the best value of a column among rows over the same clips; oracles take no part.</p>"
      : ""
    return
      "<section id=\"results\"><h2>Results</h2>\n\(tables.map(table))\(legend)</section>\n"
      + BreakdownSection(model: model).drawn
  }

  private func table(_ table: ReportTable) -> Markup {
    var notes = Markup.empty
    if !table.caption.isEmpty { notes += "<p>\(table.caption)</p>" }
    for warning in table.warnings { notes += "<p>\(warning)</p>" }
    if !table.notComparable.isEmpty {
      notes +=
        "<p><strong>Not comparable with published tables: \(table.notComparable.joined(separator: ", "))</strong></p>"
    }
    let groups = table.groups.map {
      "<th scope=\"colgroup\" colspan=\"\($0.columns.count)\">\($0.title)</th>" as Markup
    }
    let spans = table.groups.map { "<colgroup span=\"\($0.columns.count)\"></colgroup>" as Markup }
    let columns = table.columns.map {
      "<th scope=\"col\">\(Self.heading($0))\(mark($0.footnote))</th>" as Markup
    }
    let suites = table.groups.flatMap { group in group.columns.map { _ in group.suite } }
    let rows = table.rows.map { row -> Markup in
      let cells = zip(zip(table.columns, suites), row.cells).map { place, value in
        cell(value, row: row, suite: place.1, column: place.0)
      }
      let name = row.isPublished ? "\(row.method.name) †" : row.method.name
      return
        "<tr><th scope=\"row\" class=\"\(model.style(row.method))\"><span class=\"dot\"></span>\(name)</th>\(cells)</tr>\n"
    }
    let footnotes = table.footnotes.map { "<li><sup>\($0.mark)</sup> \($0.text)</li>" as Markup }
    let list: Markup = footnotes.isEmpty ? "" : "<ul class=\"footnotes\">\(footnotes)</ul>"
    return """
      <h3>\(table.title)</h3>\(notes)
      <div class="scroll" tabindex="0" role="region" aria-label="\(table.title)"><table class="sortable results">
      <colgroup></colgroup>\(spans)<thead><tr class="groups"><td></td>\(groups)</tr><tr><th scope="col">Method</th>\(columns)</tr></thead>
      <tbody>\(rows)</tbody></table></div>\(list)

      """
  }

  private func cell(
    _ value: ReportTable.Value, row: ReportTable.Row, suite: String, column: ReportTable.Column
  ) -> Markup {
    guard let number = value.number else {
      return "<td class=\"none\"\(title(value.reason))>\(value.text)\(mark(value.footnote))</td>"
    }
    var text: Markup = value.isBest ? "<strong>\(value.text)</strong>" : "\(value.text)"
    if value.isLevelWithBest && !value.isBest { text += " ≈" }
    if value.absentClips > 0 { text += "<sup>−\(value.absentClips)</sup>" }
    text += mark(value.footnote)
    if case .metric(let id) = column.kind, !row.isPublished,
      let interval = model.interval(suite: suite, method: row.method.name, metric: id)
    {
      text += """
        <span class="ci">\(DecimalText.fixed(interval.lower, digits: column.digits)) to \
        \(DecimalText.fixed(interval.upper, digits: column.digits))</span>
        """
    }
    return "<td data-v=\"\(DecimalText.shortest(number))\">\(text)</td>"
  }

  /// The column's name, which may break before what stands in brackets.
  private static func heading(_ column: ReportTable.Column) -> Markup {
    guard let bracket = column.header.firstIndex(of: "["), bracket != column.header.startIndex else {
      return "\(column.header)"
    }
    return "\(String(column.header[..<bracket]))<wbr/>\(String(column.header[bracket...]))"
  }

  private func title(_ reason: String?) -> Markup { reason.map { " title=\"\($0)\"" } ?? "" }

  private func mark(_ footnote: Int?) -> Markup {
    footnote.map { "<sup>\(ReportTable.mark($0))</sup>" } ?? ""
  }

  // MARK: - Comparisons

  /// Paired comparisons, where there are any.
  var comparisons: Markup {
    let lines = model.content.comparisons
    guard !lines.isEmpty else { return "" }
    let rows = lines.map { line -> Markup in
      let difference = line.old.flatMap { old in line.new.map { $0 - old } }
      let interval =
        line.interval.map { "\(model.number($0.lowerBound)) to \(model.number($0.upperBound))" } ?? "–"
      return """
        <tr><th scope="row">\(line.method)</th><td>\(model.title(line.suite))</td><td>\(line.label)</td>\
        \(number(line.old))\(number(line.new))\(number(difference))<td>\(interval)</td>\
        <td>\(line.probability.map { DecimalText.fixed($0, digits: 4) } ?? "–")</td>\
        <td class="text"><span class="verdict \(Self.verdictClass(line.verdict))">\(line.verdict)</span>\
        \(line.note.map { " \($0)" } ?? "")</td></tr>

        """
    }
    let name = model.content.baselineName.map { " with \($0)" } ?? ""
    return """
      <section id="comparison"><h2>Comparison\(name)</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Comparison"><table class="sortable list"><thead><tr>\
      <th scope="col">Row</th><th scope="col">Test set</th><th scope="col">Metric</th><th scope="col" class="num">Before</th>\
      <th scope="col" class="num">Now</th><th scope="col" class="num">Difference</th><th scope="col">Interval</th><th scope="col">p, adjusted</th>\
      <th scope="col">Finding</th></tr></thead><tbody>
      \(rows)</tbody></table></div></section>

      """
  }

  private func number(_ value: Double?) -> Markup {
    guard let value, value.isFinite else { return "<td>–</td>" }
    return "<td data-v=\"\(DecimalText.shortest(value))\">\(model.number(value))</td>"
  }

  private static func verdictClass(_ verdict: String) -> Markup {
    switch verdict {
    case "better": "better"
    case "worse": "worse"
    default: "same"
    }
  }
}
