/// Columns of text, aligned: the first to the left, the others to the right unless named.
enum AlignedText {
  static func table(_ rows: [[String]], leftColumns: Set<Int> = [0]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, field) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - field.count)
        line += (column == 0 ? "" : "  ") + (leftColumns.contains(column) ? field + space : space + field)
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
