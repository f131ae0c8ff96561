internal import ArgumentParser
internal import Comparison
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import Reports

/// `lvcd-bench gate RUN`: pass or fail, for CI.
struct GateCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate", abstract: "Judge a run against a baseline: pass or fail, for CI.",
    discussion: """
      Exit codes: 0 passed, 2 regression, 4 unexpected improvement or outside a window, 5 cannot be compared. A \
      comparison that cannot be made never passes.
      """)

  @Argument(help: "Run folder.") var source: String
  @Option(name: .long, help: "Baseline file ('baseline create' writes it).") var baseline: String
  @Option(name: .long, help: "Rules (schema gate/1).") var rules: String
  @Option(name: .customLong("allow-mismatch"), help: "A signature field that may differ; repeatable.")
  var allowedMismatches: [String] = []
  @Option(name: .long, help: "Write a JUnit file.") var junit: String?
  @Flag(
    name: .long,
    help: "Print GitHub annotations too, and append the table to the file that $GITHUB_STEP_SUMMARY names.")
  var github = false
  @OptionGroup var common: CommonOptions
  @Flag(name: .long, help: "Print JSON.") var json = false

  func run() throws {
    try reporting {
      let gate = Gate(
        try GateRules.load(URL(fileURLWithPath: rules)), allowedMismatches: Set(allowedMismatches))
      let expected = try BaselineFile.load(URL(fileURLWithPath: baseline))
      let run = try RunFolder(URL(fileURLWithPath: source, isDirectory: true)).evidence()
      let decision = gate.judge(run, baseline: expected)
      if json {
        try answer(json: GateAnswer(decision))
      } else if common.plain {
        try answer(
          decision.findings.map {
            "\($0.outcome.rawValue)\t\($0.isAdvisory)\t\($0.suite)\t\($0.method)\t\($0.quantity.map { "\($0)" } ?? "")\t\($0.mode)\t\($0.detail)"
          }.joined(separator: "\n"))
      } else {
        try answer(GateText.render(decision))
      }
      if github { try tellGitHub(decision) }
      if let junit {
        try AtomicFile.write(Data(GateMachineText.junit(decision).utf8), to: URL(fileURLWithPath: junit))
      }
      if decision.exitCode != 0 { throw ExitCode(decision.exitCode) }
    }
  }

  private func tellGitHub(_ decision: GateDecision) throws {
    let commands = GateMachineText.workflowCommands(decision)
    if !commands.isEmpty { try answer(commands) }
    try StepSummary.append(common.progress) { GateText.markdown(decision, limit: $0) }
  }
}

/// The answer of `gate --json`.
private struct GateAnswer: Encodable {
  let schema = "gate-decision/1"
  let outcome: String
  let exitCode: Int32
  let notes: [String]
  let findings: [Finding]

  struct Finding: Encodable {
    let suite: String, method: String, quantity: String, mode: String, limit: String, outcome: String,
      detail: String
    let isAdvisory: Bool
    let old: Double?, new: Double?
    let lower: Double?, upper: Double?
  }

  init(_ decision: GateDecision) {
    outcome = decision.outcome.rawValue
    exitCode = decision.exitCode
    notes = decision.notes
    findings = decision.findings.map {
      Finding(
        suite: $0.suite, method: $0.method, quantity: $0.quantity.map { "\($0)" } ?? "", mode: $0.mode,
        limit: $0.limit,
        outcome: $0.outcome.rawValue, detail: $0.detail, isAdvisory: $0.isAdvisory, old: $0.old, new: $0.new,
        lower: $0.interval?.lower, upper: $0.interval?.upper)
    }
  }
}
