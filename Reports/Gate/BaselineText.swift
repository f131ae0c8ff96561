public import Comparison

/// Baselines as text.
public enum BaselineText {
  /// For example `2 test sets, 3 rows, 18 values`.
  public static func summary(_ evidence: Evidence) -> String {
    let values = evidence.cells.count { $0.value != nil }
    return "\(evidence.suites.count) test sets, \(evidence.methods.count) rows, \(values) values"
  }

  /// Everything a baseline says, without its values per clip.
  public static func render(_ evidence: Evidence) -> String {
    var lines = ["\(TextSafety.plain(evidence.program)), \(TextSafety.plain(evidence.protocolName))"]
    for (key, text) in evidence.provenance.sorted(by: { $0.key < $1.key }) {
      lines.append("\(TextSafety.plain(key)): \(TextSafety.plain(text))")
    }
    lines += evidence.suites.map {
      "\(TextSafety.plain($0.name)): \($0.clips.count) clips, hash \($0.hash.prefix(12))"
    }
    let rows = evidence.cells.map { cell in
      [
        cell.suite, cell.method, cell.label, cell.value.map(ComparisonText.number) ?? "–",
        cell.clipValues.isEmpty ? cell.influences.isEmpty ? "value only" : "influences" : "per clip",
        cell.signature,
      ].map(TextSafety.plain)
    }
    let table = AlignedText.table(
      [["Test set", "Row", "Metric", "Value", "Kept", "Signature"]] + rows, leftColumns: [0, 1, 2, 4, 5])
    return "\(lines.joined(separator: "\n"))\n\n\(table)\n"
  }

  /// What replacing `old` by `new` changes: values, rows, clips and signatures.
  public static func changes(from old: Evidence, to new: Evidence) -> String {
    var lines: [String] = []
    for suite in new.suites {
      guard let known = old.suites.first(where: { $0.name == suite.name }) else {
        lines.append("test set \(suite.name): new, \(suite.clips.count) clips")
        continue
      }
      if known.clips != suite.clips || known.hash != suite.hash {
        lines.append(
          "test set \(suite.name): \(known.clips.count) clips, hash \(known.hash.prefix(12)) -> \(suite.clips.count) "
            + "clips, hash \(suite.hash.prefix(12))")
      }
    }
    for suite in old.suites where !new.suites.contains(where: { $0.name == suite.name }) {
      lines.append("test set \(suite.name): gone")
    }
    for cell in new.cells {
      let place = "\(cell.method), \(cell.suite), \(cell.quantity)"
      guard let known = old.cell(suite: cell.suite, method: cell.method, quantity: cell.quantity) else {
        lines.append("\(place): new, \(number(cell.value))")
        continue
      }
      let difference = SignatureDifference(known.signature, cell.signature)
      if !difference.isEmpty { lines.append("\(place): signature \(difference)") }
      if known.value != cell.value {
        lines.append("\(place): \(number(known.value)) -> \(number(cell.value))")
      }
    }
    for cell in old.cells
    where new.cell(suite: cell.suite, method: cell.method, quantity: cell.quantity) == nil {
      lines.append("\(cell.method), \(cell.suite), \(cell.quantity): gone")
    }
    return lines.isEmpty ? "nothing changes" : lines.map(TextSafety.plain).joined(separator: "\n")
  }

  private static func number(_ value: Double?) -> String { value.map(DecimalText.shortest) ?? "none" }
}
