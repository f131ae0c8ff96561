public import Comparison

/// A gate's decision for CI systems.
public enum GateMachineText {
  /// Annotations of each kind that GitHub keeps per step.
  static let annotationLimit = 10

  /// `::error` and `::warning` lines, the most severe first, at most ten of each kind, and a count of the
  /// rest.
  public static func workflowCommands(_ decision: GateDecision) -> String {
    let findings = GateText.sorted(decision.findings)
    let errors = findings.filter { !$0.isAdvisory && $0.outcome > .undecided }
    let warnings = findings.filter { $0.outcome > .passed && ($0.isAdvisory || $0.outcome == .undecided) }
    return lines("error", errors) + lines("warning", warnings)
  }

  /// The last annotation is the count where there are more than fit.
  private static func lines(_ kind: String, _ findings: [GateFinding]) -> String {
    let fits = findings.count <= annotationLimit ? findings.count : annotationLimit - 1
    var text = ""
    for finding in findings.prefix(fits) {
      let title = TextSafety.workflowProperty(
        "\(finding.place.isEmpty ? "gate" : finding.place): \(finding.outcome.word)")
      text += "::\(kind) title=\(title)::\(TextSafety.workflowMessage(finding.detail))\n"
    }
    if findings.count > fits { text += "::\(kind) title=gate::and \(findings.count - fits) more\n" }
    return text
  }

  /// A JUnit document: one test case per finding, grouped by test set; findings that count and fail are
  /// failures, those that cannot be made are errors, advisory and undecided ones are named in the output of a
  /// passed case.
  public static func junit(_ decision: GateDecision) -> String {
    var sets: [String] = []
    for finding in decision.findings where !sets.contains(finding.suite) { sets.append(finding.suite) }
    let suites = sets.map { name in (name, decision.findings.filter { $0.suite == name }) }
    func counts(_ findings: [GateFinding]) -> String {
      let failures = findings.count { element($0) == "failure" }
      let errors = findings.count { element($0) == "error" }
      return "tests=\"\(findings.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
    }
    var text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lvcd-bench gate\" \(counts(decision.findings))>\n"
    for (name, findings) in suites {
      let title = name.isEmpty ? "gate" : name
      text += "  <testsuite name=\"\(TextSafety.xml(title))\" \(counts(findings))>\n"
      for finding in findings { text += testCase(finding, suite: title) }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  private static func element(_ finding: GateFinding) -> String? {
    guard !finding.isAdvisory else { return nil }
    switch finding.outcome {
    case .passed, .undecided: return nil
    case .outside, .regression: return "failure"
    case .incomparable: return "error"
    }
  }

  private static func testCase(_ finding: GateFinding, suite: String) -> String {
    let subject = finding.quantity.map { "\($0) of \(finding.method)" } ?? "comparison"
    let name = finding.mode.isEmpty ? subject : "\(subject) (\(finding.mode))"
    let start =
      "    <testcase classname=\"lvcd-bench.gate.\(TextSafety.xml(suite))\" name=\"\(TextSafety.xml(name))\""
    let detail = TextSafety.xml(finding.detail)
    if let element = element(finding) {
      return
        "\(start)>\n      <\(element) type=\"\(finding.outcome.rawValue)\" message=\"\(detail)\"/>\n    </testcase>\n"
    }
    guard finding.outcome > .passed else { return start + "/>\n" }
    let kind = finding.isAdvisory ? "advisory, \(finding.outcome.word)" : finding.outcome.word
    return "\(start)>\n      <system-out>\(kind): \(detail)</system-out>\n    </testcase>\n"
  }
}
