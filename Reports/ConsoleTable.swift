public import EvalCore

/// Tables for a terminal: aligned text, one table per test set, the best comparable value marked `*`.
public enum ConsoleTable {
  /// The tables of `results`. Holds no control sequence whatever the names in it. Throws `ReportError`.
  public static func render(
    _ results: RunResults, layout: TableLayout = .table1, options: ReportOptions = ReportOptions()
  ) throws -> String {
    let document = try ReportDocument(results, layout: layout, options: options, suitesPerTable: 1)
    var blocks: [String] = []
    if document.failureCount > 0 {
      let lines = document.failures.map { "  \(TextSafety.plain($0))" }
      blocks.append((["Failures (\(document.failureCount)):"] + lines).joined(separator: "\n"))
    }
    if !document.notes.isEmpty {
      blocks.append(document.notes.map { "Note: \(TextSafety.plain($0))" }.joined(separator: "\n"))
    }
    blocks += document.tables.map(block)
    // The tables of a terminal follow each other closely: one list for all.
    let notes = Set(document.tables.flatMap(\.footnotes)).sorted { $0.number < $1.number }
    var lines = notes.map { "[\($0.mark)] \(TextSafety.plain($0.text))" }
    if let legend = document.legend { lines.append("*   \(TextSafety.plain(legend))") }
    if !lines.isEmpty { blocks.append(lines.joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func block(_ table: ReportTable) -> String {
    var lines = [TextSafety.plain(table.title)]
    if !table.caption.isEmpty { lines.append(TextSafety.plain(table.caption)) }
    lines += table.warnings.map(TextSafety.plain)
    if !table.notComparable.isEmpty {
      let labels = TextSafety.plain(table.notComparable.joined(separator: ", "))
      lines.append("Not comparable with published tables: \(labels)")
    }
    let header = ["Method"] + table.columns.map { TextSafety.plain($0.header) + mark($0.footnote) + " " }
    let rows = table.rows.map { row in
      [TextSafety.plain(row.method.name) + (row.isPublished ? " †" : "")] + row.cells.map(text)
    }
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ fields: [String]) -> String {
      var text = ""
      for (index, field) in fields.enumerated() {
        let space = String(repeating: " ", count: widths[index] - field.count)
        text += index == 0 ? field + space : "  " + space + field
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * (widths.count - 1))
    lines += [line(header), rule] + rows.map(line)
    return lines.joined(separator: "\n")
  }

  /// A number, then `*` or a blank, so that decimal points stay in line.
  private static func text(_ value: ReportTable.Value) -> String {
    let absent = value.absentClips > 0 ? "(-\(value.absentClips))" : ""
    return value.text + (value.isLevelWithBest && !value.isBest ? " ≈" : "") + value.bracket + absent + mark(value.footnote) + (value.isBest ? "*" : " ")
  }

  private static func mark(_ footnote: Int?) -> String {
    footnote.map { "[\(ReportTable.mark($0))]" } ?? ""
  }
}
