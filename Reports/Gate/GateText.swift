public import Comparison
internal import EvalCore

/// A gate's decision as text, for a terminal and as Markdown for a step summary.
public enum GateText {
  private static let heading = [
    "Verdict", "Test set", "Row", "Metric", "Baseline", "New", "Difference", "Interval", "Rule", "Finding",
  ]

  /// Notes, one line per finding, worst first, and the decision.
  public static func render(_ decision: GateDecision) -> String {
    let rows = sorted(decision.findings).map { fields($0).map(TextSafety.plain) }
    var blocks = decision.notes.map { "Note: \(TextSafety.plain($0))" }
    blocks.append(AlignedText.table([heading] + rows, leftColumns: [0, 1, 2, 3, 8, 9]))
    blocks.append(summary(decision))
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// The same as Markdown, at most `limit` bytes: GitHub drops a larger step summary entirely. Findings that
  /// do not fit are counted.
  public static func markdown(_ decision: GateDecision, limit: Int = 1 << 20) -> String {
    var text = "## lvcd-bench gate: \(summary(decision))\n\n"
    for note in decision.notes { text += "\(TextSafety.markdown(note))\n\n" }
    text += "| \(heading.joined(separator: " | ")) |\n|\(String(repeating: " --- |", count: heading.count))\n"
    let findings = sorted(decision.findings)
    // Room for the closing note.
    let room = limit - 200
    for (index, finding) in findings.enumerated() {
      let line = "| \(fields(finding).map(TextSafety.markdown).joined(separator: " | ")) |\n"
      guard text.utf8.count + line.utf8.count <= room else {
        text +=
          "\n\(findings.count - index) findings are left out here; the JUnit file and the log hold all.\n"
        break
      }
      text += line
    }
    return text
  }

  /// For example `regression (2 of 14 rules failed)`.
  static func summary(_ decision: GateDecision) -> String {
    let counted = decision.findings.filter { !$0.isAdvisory }
    let failed = counted.count { $0.outcome > .undecided }
    let word = decision.exitCode == 0 ? "passed" : decision.outcome.word
    return "\(word) (\(failed) of \(counted.count) checks failed)"
  }

  static func sorted(_ findings: [GateFinding]) -> [GateFinding] {
    findings.enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      if x.isAdvisory != y.isAdvisory { return y.isAdvisory }
      if x.outcome != y.outcome { return x.outcome > y.outcome }
      return a.offset < b.offset
    }.map(\.element)
  }

  private static func fields(_ finding: GateFinding) -> [String] {
    let difference = finding.old.flatMap { old in finding.new.map { ComparisonText.signed($0 - old) } }
    return [
      finding.outcome.word + (finding.isAdvisory ? " (advisory)" : ""), finding.suite, finding.method,
      finding.quantity.map { "\($0)" } ?? "", finding.old.map(ComparisonText.number) ?? "–",
      finding.new.map(ComparisonText.number) ?? "–", difference ?? "–",
      finding.interval.map { "[\(ComparisonText.signed($0.lower)), \(ComparisonText.signed($0.upper))]" }
        ?? "–",
      finding.mode.isEmpty ? "–" : "\(finding.mode): \(finding.limit)", finding.detail,
    ]
  }
}

extension GateFinding {
  /// Row, set and quantity; empty for findings about the whole comparison.
  var place: String { quantity.map { "\(method), \(suite), \($0)" } ?? "" }
}

extension GateFinding.Outcome {
  /// What tables call it.
  var word: String {
    switch self {
    case .passed: "passed"
    case .undecided: "undecided"
    case .outside: "outside"
    case .regression: "regression"
    case .incomparable: "cannot compare"
    }
  }
}
