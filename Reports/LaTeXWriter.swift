public import EvalCore

/// Tables for a paper: `booktabs` rules, one heading per test set over its columns.
public struct LaTeXWriter: ReportWriter {
  /// `latex`.
  public static var format: ReportFormat { .latex }

  /// Makes a writer.
  public init() {}

  /// One `table` environment per table; what does not belong into a paper's table stands in comments.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    let document = try ReportDocument(results, layout: layout, options: options, suitesPerTable: 2)
    var lines = [
      "% Needs \\usepackage{booktabs}, \\usepackage{graphicx}, \\usepackage{textcomp} and UTF-8 input."
    ]
    lines.append("% Protocol: \(TextSafety.plain(document.protocolName))")
    lines += document.notes.map { "% \(TextSafety.plain($0))" }
    if document.failureCount > 0 {
      lines.append("% Failures (\(document.failureCount)):")
      lines += document.failures.map { "%   \(TextSafety.plain($0))" }
    }
    for table in document.tables { lines += environment(table, sources: document.sources) }
    if let legend = document.legend { lines.append("% Bold: \(TextSafety.plain(legend)).") }
    lines += comment("Rows", document.rows)
    lines += comment("Counts", document.counts)
    lines += comment(
      "Signatures",
      document.metrics.map { "\($0.label) (\($0.comparability.rawValue)): \($0.digest) \($0.signature)" })
    lines += comment("Test sets", document.suites)
    return lines.joined(separator: "\n") + "\n"
  }

  private func comment(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["% \(title):"] + lines.map { "%   \(TextSafety.plain($0))" }
  }

  private func environment(_ table: ReportTable, sources: [String]) -> [String] {
    let columns = table.columns
    // LaTeX numbers its tables itself.
    let title = table.isPublishedBlock ? table.title : table.subject
    let caption = ["\(title).", table.caption] + table.warnings
    var lines = ["\\begin{table*}", "  \\centering"]
    let text = caption.filter { !$0.isEmpty }.map(TextSafety.latex).joined(separator: " ")
    lines.append("  \\caption{\(text)}")
    if !table.notComparable.isEmpty {
      let labels = TextSafety.latex(table.notComparable.joined(separator: ", "))
      lines.append("  \\emph{Not comparable with published tables: \(labels)}\\par")
    }
    // Two test sets side by side are wider than a page at any usual type size.
    let isWide = columns.count > 8
    if isWide {
      lines.append("  \\setlength{\\tabcolsep}{3pt}")
      lines.append("  \\resizebox{\\ifdim\\width>\\textwidth\\textwidth\\else\\width\\fi}{!}{%")
    }
    let alignment = "l" + table.groups.map { String(repeating: "r", count: $0.columns.count) }.joined()
    lines += ["  \\begin{tabular}{\(alignment)}", "    \\toprule"]
    var start = 2
    var rules: [String] = []
    var headings: [String] = []
    for group in table.groups {
      let end = start + group.columns.count - 1
      headings.append("\\multicolumn{\(group.columns.count)}{c}{\(TextSafety.latex(group.title))}")
      rules.append("\\cmidrule(lr){\(start)-\(end)}")
      start = end + 1
    }
    lines.append("    & " + headings.joined(separator: " & ") + " \\\\")
    lines.append("    " + rules.joined(separator: " "))
    let header =
      ["Method"]
      + columns.map { column in
        TextSafety.latex(column.label) + arrow(column.polarity) + superscript(column.footnote)
      }
    lines += ["    " + header.joined(separator: " & ") + " \\\\", "    \\midrule"]
    for row in table.rows {
      let name = TextSafety.latex(row.method.name) + (row.isPublished ? "\\,\\textdagger{}" : "")
      lines.append("    " + ([name] + row.cells.map(value)).joined(separator: " & ") + " \\\\")
    }
    lines += ["    \\bottomrule", isWide ? "  \\end{tabular}}" : "  \\end{tabular}"]
    let quoted = table.rows.contains(where: \.isPublished) ? sources : []
    if !table.footnotes.isEmpty || !quoted.isEmpty {
      lines.append("  \\par\\smallskip\\footnotesize")
      lines += table.footnotes.map { note in
        "  \\textsuperscript{\(note.mark)} \(TextSafety.latex(note.text))\\par"
      }
      lines += quoted.map { "  \(TextSafety.latex($0))\\par" }
    }
    lines.append("\\end{table*}")
    return lines
  }

  private func arrow(_ polarity: Polarity) -> String {
    polarity == .lowerIsBetter ? "$\\downarrow$" : "$\\uparrow$"
  }

  private func value(_ value: ReportTable.Value) -> String {
    let number = value.number == nil ? "--" : value.isBest ? "\\textbf{\(value.text)}" : value.text
    let absent = value.absentClips > 0 ? "$^{-\(value.absentClips)}$" : ""
    let level = value.isLevelWithBest && !value.isBest ? " $\\approx$" : ""
    return number + level + (value.interval.isEmpty ? "" : " {\\small{}\(value.bracket)}") + absent
      + superscript(value.footnote)
  }

  private func superscript(_ footnote: Int?) -> String {
    footnote.map { "\\textsuperscript{\(ReportTable.mark($0))}" } ?? ""
  }
}
