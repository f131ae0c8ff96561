public import EvalCore

/// Tables for reading: GitHub-flavoured Markdown, aligned in its source too.
public struct MarkdownWriter: ReportWriter {
  /// `md`.
  public static var format: ReportFormat { .markdown }

  /// Makes a writer.
  public init() {}

  /// The document: notes and failures, tables, then what stands behind the numbers.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    let document = try ReportDocument(results, layout: layout, options: options, suitesPerTable: 2)
    var parts = ["# Results", "Protocol: \(TextSafety.markdownCode(document.protocolName))"]
    if !document.notes.isEmpty { parts.append(list(document.notes)) }
    if document.failureCount > 0 {
      parts += ["## Failures (\(document.failureCount))", list(document.failures)]
    }
    for table in document.tables { parts += section(table) }
    if let legend = document.legend { parts.append("**Bold**: \(TextSafety.markdown(legend)).") }
    parts += ["## Rows", list(document.rows + document.sources)]
    if !document.counts.isEmpty { parts += ["## Counts", list(document.counts)] }
    if !document.metrics.isEmpty {
      let lines = document.metrics.map { metric in
        "- \(TextSafety.markdown(metric.label)) (\(metric.comparability.rawValue)): "
          + "\(TextSafety.markdownCode(metric.digest)) \(TextSafety.markdownCode(metric.signature))"
      }
      parts += ["## Signatures", lines.joined(separator: "\n")]
    }
    if !document.suites.isEmpty { parts += ["## Test sets", list(document.suites)] }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func list(_ lines: [String]) -> String {
    lines.map { "- \(TextSafety.markdown($0))" }.joined(separator: "\n")
  }

  private func section(_ table: ReportTable) -> [String] {
    var parts = ["## \(TextSafety.markdown(table.title))"]
    if !table.caption.isEmpty { parts.append(TextSafety.markdown(table.caption)) }
    parts += table.warnings.map(TextSafety.markdown)
    if !table.notComparable.isEmpty {
      let columns = table.notComparable.joined(separator: ", ")
      parts.append("**Not comparable with published tables: \(TextSafety.markdown(columns))**")
    }
    parts.append(grid(table))
    let notes = table.footnotes.map { note in
      "<sup>\(note.mark)</sup> \(TextSafety.markdown(note.text))"
    }
    // A trailing backslash is a line break that survives editors which strip trailing blanks.
    if !notes.isEmpty { parts.append(notes.joined(separator: "\\\n")) }
    return parts
  }

  private func grid(_ table: ReportTable) -> String {
    let isGrouped = table.groups.count > 1
    var header = ["Method"]
    for group in table.groups {
      for column in group.columns {
        let prefix = isGrouped ? "\(group.shortTitle) " : ""
        header.append(TextSafety.markdown(prefix + column.header) + superscript(column.footnote))
      }
    }
    let rows = table.rows.map { row in
      let name = TextSafety.markdown(row.method.name)
      return [row.isPublished ? "\(name) †" : name] + row.cells.map(text)
    }
    let widths = header.indices.map { column in
      max(4, ([header] + rows).map { $0[column].count }.max() ?? 0)
    }
    func line(_ fields: [String]) -> String {
      let padded = fields.enumerated().map { index, field in
        let space = String(repeating: " ", count: widths[index] - field.count)
        return index == 0 ? field + space : space + field
      }
      return "| \(padded.joined(separator: " | ")) |"
    }
    let rule = widths.enumerated().map { index, width in
      let dashes = String(repeating: "-", count: width - 1)
      return index == 0 ? dashes + "-" : dashes + ":"
    }
    return ([line(header), line(rule)] + rows.map(line)).joined(separator: "\n")
  }

  private func text(_ value: ReportTable.Value) -> String {
    let number = value.isBest ? "**\(value.text)**" : value.text
    let absent = value.absentClips > 0 ? "<sup>−\(value.absentClips)</sup>" : ""
    return number + (value.isLevelWithBest && !value.isBest ? " ≈" : "") + value.bracket + absent + superscript(value.footnote)
  }

  private func superscript(_ footnote: Int?) -> String {
    footnote.map { "<sup>\(ReportTable.mark($0))</sup>" } ?? ""
  }
}
