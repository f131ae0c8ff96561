public import Comparison
internal import EvalCore
internal import Statistics

/// A comparison as aligned text.
public enum ComparisonText {
  /// Heading, one line per value, and what the words mean.
  public static func render(_ lines: [PairedDifference], allowedMismatches: Set<String> = []) -> String {
    var blocks: [String] = []
    if !allowedMismatches.isEmpty {
      blocks.append(
        "Signature fields allowed to differ: \(allowedMismatches.sorted().joined(separator: ", "))")
    }
    let heading = [
      "Test set", "Row", "Metric", "Old", "New", "Difference", "Interval", "p", "p (Holm)", "Clips better",
      "Clips",
      "Verdict",
    ]
    let rows = lines.map(fields)
    blocks.append(AlignedText.table([heading] + rows, leftColumns: [0, 1, 2, 11]))
    let notes = lines.compactMap { line in
      line.note.map {
        "\(TextSafety.plain(line.newMethod)), \(TextSafety.plain(line.suite)), \(line.quantity): \(TextSafety.plain($0))"
      }
    }
    if !notes.isEmpty { blocks.append(notes.joined(separator: "\n")) }
    if let level = lines.compactMap(\.interval?.level).first {
      blocks.append(
        "Differences are new - old over the same clips; intervals at \(level) resample clips; p by random signs of the "
          + "clips' differences, adjusted over all lines by Holm's method.")
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func fields(_ line: PairedDifference) -> [String] {
    let row = line.oldMethod == line.newMethod ? line.newMethod : "\(line.oldMethod) -> \(line.newMethod)"
    return [
      TextSafety.plain(line.suite), TextSafety.plain(row), TextSafety.plain(line.label), number(line.old),
      number(line.new), signed(line.difference),
      line.interval.map { "[\(signed($0.lower)), \(signed($0.upper))]" } ?? "–",
      probability(line.probability), probability(line.adjustedProbability),
      line.shareBetter.map { "\(DecimalText.fixed(100 * $0, digits: 0)) %" } ?? "–", "\(line.clips)",
      line.verdict.rawValue,
    ]
  }

  static func number(_ value: Double) -> String { DecimalText.fixed(value, digits: 4) }

  static func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + number(value) }

  private static func probability(_ value: Double?) -> String {
    guard let value else { return "–" }
    return value < 1e-4 ? "<0.0001" : number(value)
  }
}
