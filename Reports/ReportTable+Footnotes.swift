extension ReportTable {
  /// Numbers the reasons of missing values, the same reason alike in all tables of a report. A reason that
  /// holds for a
  /// whole column is named once, at its heading.
  static func numberFootnotes(in tables: inout [ReportTable]) {
    var notes = FootnoteList()
    for table in tables.indices {
      var first = 0
      for group in tables[table].groups.indices {
        for column in tables[table].groups[group].columns.indices {
          tables[table].number(column: column, of: group, at: first + column, in: &notes)
        }
        first += tables[table].groups[group].columns.count
      }
    }
    for table in tables.indices {
      let used = Set(tables[table].columns.compactMap(\.footnote))
        .union(tables[table].rows.flatMap { $0.cells.compactMap(\.footnote) })
      tables[table].footnotes = used.sorted().map { Footnote(number: $0, text: notes.text($0)) }
    }
  }

  private mutating func number(
    column: Int, of group: Int, at index: Int, in notes: inout FootnoteList
  ) {
    let reasons = Set(rows.map { $0.cells[index].number == nil ? $0.cells[index].reason : nil })
    if reasons.count == 1, let only = reasons.first, let reason = only {
      let label = groups[group].columns[column].label
      groups[group].columns[column].footnote = notes.number(of: reason, label: label)
      return
    }
    for row in rows.indices where rows[row].cells[index].number == nil {
      guard let reason = rows[row].cells[index].reason else { continue }
      rows[row].cells[index].footnote = notes.number(of: reason, label: nil)
    }
  }
}

/// Reasons in the order of their first mark, those of columns with the columns' labels.
private struct FootnoteList {
  private var notes: [(reason: String, labels: [String])] = []

  mutating func number(of reason: String, label: String?) -> Int {
    let found = notes.firstIndex { $0.reason == reason && $0.labels.isEmpty == (label == nil) }
    let index = found ?? notes.count
    if found == nil { notes.append((reason, [])) }
    if let label, !notes[index].labels.contains(label) { notes[index].labels.append(label) }
    return index
  }

  func text(_ number: Int) -> String {
    let note = notes[number]
    return note.labels.isEmpty ? note.reason : "\(note.labels.joined(separator: ", ")): \(note.reason)"
  }
}
