import EvalCore
import Reports
import Statistics
import Testing

@testable import Comparison

/// Runs made of numbers: one set, one method, one quantity unless told otherwise.
enum Runs {
  static let clips = (0..<12).map { "c\($0 < 10 ? "0" : "")\($0)" }

  static func cell(
    _ quantity: Quantity, _ values: [Double], value: Double? = nil, signature: String = "S|a:1",
    suite: String = "set"
  ) -> CellEvidence {
    CellEvidence(
      suite: suite, method: "m", quantity: quantity, label: "\(quantity)", signature: signature,
      value: value ?? values.reduce(0, +) / Double(max(1, values.count)), clipValues: values)
  }

  static func run(_ cells: [CellEvidence], clips: [String] = clips, hash: String = "h") -> Evidence {
    Evidence(
      protocolName: "p", program: "v", suites: [SuiteEvidence(name: "set", hash: hash, clips: clips)],
      cells: cells)
  }

  /// Twelve values about `middle` that spread by `spread`.
  static func values(_ middle: Double, spread: Double = 0) -> [Double] {
    (0..<12).map { middle + spread * (Double($0) - 5.5) }
  }
}

@Suite struct GateTests {
  private func decision(
    _ quantity: Quantity, old: [Double], new: [Double], _ mode: GateRule.Mode, improvementFails: Bool = false,
    advisory: Bool = false
  ) -> GateDecision {
    let rule = GateRule(
      quantity: quantity, mode: mode, isAdvisory: advisory, failsOnImprovement: improvementFails)
    return Gate(GateRules(rules: [rule])).judge(
      Runs.run([Runs.cell(quantity, new)]), baseline: Runs.run([Runs.cell(quantity, old)]))
  }

  @Test(arguments: [
    (MetricID.psnr, 19.91, Int32(0)), (.psnr, 19.9, 0), (.psnr, 19.89, 2), (.psnr, 25, 0),
    (.lpips, 20.09, 0), (.lpips, 20.1, 0), (.lpips, 20.11, 2), (.lpips, 10, 0),
  ]) func absoluteTolerance(metric: MetricID, new: Double, code: Int32) {
    let mode = GateRule.Mode.tolerance(.absolute(0.1))
    let found = decision(.metric(metric), old: Runs.values(20), new: Runs.values(new), mode)
    #expect(found.exitCode == code, "\(found.findings)")
  }

  @Test(arguments: [
    (MetricID.ssim, 0.7921, Int32(0)), (.ssim, 0.792, 0), (.ssim, 0.7919, 2), (.edmd, 0.8079, 0),
    (.edmd, 0.808, 0),
    (.edmd, 0.8081, 2),
  ]) func relativeTolerance(metric: MetricID, new: Double, code: Int32) {
    let mode = GateRule.Mode.tolerance(.relative(0.01))
    #expect(decision(.metric(metric), old: Runs.values(0.8), new: Runs.values(new), mode).exitCode == code)
  }

  @Test func aShareOfNothingIsNoPass() {
    for mode in [
      GateRule.Mode.tolerance(.relative(0.01)), .interval(margin: .relative(0.01), failsUndecided: false),
      .clips(most: 3, by: .relative(0.01)),
    ] {
      #expect(decision(.metric(.edmd), old: Runs.values(0), new: Runs.values(0), mode).exitCode == 5)
    }
  }

  @Test func intervalsDecideNonInferiority() {
    // Differences of spread 0.01 per clip: the interval is about 0.03 wide on each side.
    let old = Runs.values(20)
    let mode = GateRule.Mode.interval(margin: .absolute(0.1), failsUndecided: false)
    let strict = GateRule.Mode.interval(margin: .absolute(0.1), failsUndecided: true)
    func outcome(_ shift: Double, _ mode: GateRule.Mode, _ metric: MetricID = .psnr) -> GateFinding.Outcome {
      let new = Runs.values(metric == .psnr ? 20 - shift : 20 + shift, spread: 0.01)
      return decision(.metric(metric), old: old, new: new, mode).outcome
    }
    for metric in [MetricID.psnr, .lpips] {
      #expect(outcome(0, mode, metric) == .passed)
      #expect(outcome(0.06, mode, metric) == .passed)
      #expect(outcome(0.1, mode, metric) == .undecided)
      #expect(outcome(0.1, strict, metric) == .regression)
      #expect(outcome(0.14, mode, metric) == .regression)
      #expect(outcome(-1, mode, metric) == .passed)
    }
    let few = Gate(GateRules(rules: [GateRule(quantity: .metric(.psnr), mode: mode)])).judge(
      Runs.run([Runs.cell(.metric(.psnr), [1, 2, 3])], clips: ["a", "b", "c"]),
      baseline: Runs.run([Runs.cell(.metric(.psnr), [1, 2, 3])], clips: ["a", "b", "c"]))
    #expect(few.exitCode == 5 && few.findings[0].detail.contains("fewer than 10"))
  }

  @Test(arguments: [(0.99, Int32(4)), (1.0, 0), (1.05, 0), (1.1, 0), (1.11, 4)])
  func windowsFailOnBothSides(value: Double, code: Int32) {
    let mode = GateRule.Mode.window(low: 1, high: 1.1)
    #expect(decision(.metric(.tc), old: Runs.values(1.05), new: Runs.values(value), mode).exitCode == code)
  }

  @Test func clipRulesCatchOneBrokenScene() {
    var new = Runs.values(20)
    new[3] -= 2
    new[7] -= 0.5
    func code(_ most: Int, _ amount: Amount) -> Int32 {
      decision(.metric(.psnr), old: Runs.values(20), new: new, .clips(most: most, by: amount)).exitCode
    }
    #expect(code(0, .absolute(1)) == 2)
    #expect(code(1, .absolute(1)) == 0)
    #expect(code(1, .absolute(0.4)) == 2)
    #expect(code(1, .absolute(0.5)) == 0)
    #expect(code(1, .relative(0.02)) == 2)
    let finding = decision(.metric(.psnr), old: Runs.values(20), new: new, .clips(most: 0, by: .absolute(1)))
      .findings[0]
    #expect(finding.detail == "1 of 12 clips worse: c03 by 2.0")
  }

  @Test func improvementsFailWhereAsked() {
    let mode = GateRule.Mode.tolerance(.absolute(1))
    #expect(
      decision(.metric(.psnr), old: Runs.values(20), new: Runs.values(22), mode, improvementFails: true)
        .exitCode == 4)
    #expect(
      decision(.metric(.psnr), old: Runs.values(20), new: Runs.values(21), mode, improvementFails: true)
        .exitCode == 0)
  }

  @Test func advisoryRulesAreShownOnly() {
    let rules = [
      GateRule(quantity: .metric(.psnr), mode: .tolerance(.absolute(1))),
      GateRule(quantity: .metric(.psnr), mode: .tolerance(.absolute(0.01)), isAdvisory: true),
    ]
    let found = Gate(GateRules(rules: rules)).judge(
      Runs.run([Runs.cell(.metric(.psnr), Runs.values(19.5))]),
      baseline: Runs.run([Runs.cell(.metric(.psnr), Runs.values(20))]))
    #expect(found.exitCode == 0 && found.findings.map(\.outcome) == [.passed, .regression])
    #expect(
      GateMachineText.workflowCommands(found).hasPrefix(
        "::warning title=m%2C set%2C psnr%3A regression::"))
  }

  @Test func whatCannotBeComparedNeverPasses() {
    let mode = GateRule.Mode.tolerance(.absolute(1))
    let gate = Gate(GateRules(rules: [GateRule(quantity: .metric(.psnr), mode: mode)]))
    let good = Runs.run([Runs.cell(.metric(.psnr), Runs.values(20))])
    func detail(_ run: Evidence, _ baseline: Evidence, _ gate: Gate) -> String {
      let found = gate.judge(run, baseline: baseline)
      #expect(found.exitCode == 5, "\(found)")
      return found.findings.map(\.detail).joined(separator: "; ")
    }
    #expect(gate.judge(good, baseline: good).exitCode == 0)
    // A metric that one side lacks.
    #expect(detail(Runs.run([]), good, gate).contains("no value in the new run"))
    #expect(detail(good, Runs.run([]), gate).contains("no value in the baseline"))
    // Nothing at all.
    #expect(detail(Runs.run([]), Runs.run([]), gate).contains("nothing was measured"))
    // A value without a rule, and a rule without a value.
    #expect(
      detail(Runs.run(good.cells + [Runs.cell(.metric(.ssim), Runs.values(1))]), good, gate).contains(
        "no rule holds"))
    let more = Gate(GateRules(rules: gate.rules.rules + [GateRule(quantity: .metric(.fid), mode: mode)]))
    #expect(detail(good, good, more).contains("no value of fid"))
    // Unequal signatures, frames, clips, and a part of a run.
    let other = Runs.run([Runs.cell(.metric(.psnr), Runs.values(20), signature: "S|a:2")])
    #expect(detail(other, good, gate).contains("a: 1 against 2"))
    #expect(detail(Runs.run(good.cells, hash: "x"), good, gate).contains("the frames differ"))
    let fewer = Runs.run(
      [Runs.cell(.metric(.psnr), Array(Runs.values(20).dropLast()))], clips: Array(Runs.clips.dropLast()))
    #expect(detail(fewer, good, gate).contains("c11"))
    var partial = good
    partial.isPartial = true
    #expect(detail(partial, good, gate).contains("a part of a set"))
    // No rules, no pass.
    #expect(Gate(GateRules(rules: [])).judge(good, baseline: good).exitCode == 5)
    // Too few frames for the features.
    var deficient = good
    deficient.cells[0].isRankDeficient = true
    #expect(detail(deficient, good, gate).contains("rank-deficient"))
    var lenient = gate
    lenient.rules.allowsRankDeficient = true
    #expect(lenient.judge(deficient, baseline: good).exitCode == 0)
  }

  @Test func overridesAreSaidFirst() {
    let rule = GateRule(quantity: .metric(.psnr), mode: .tolerance(.absolute(1)))
    let old = Runs.run([Runs.cell(.metric(.psnr), Runs.values(20))])
    let new = Runs.run([Runs.cell(.metric(.psnr), Runs.values(20), signature: "S|a:2")])
    let found = Gate(GateRules(rules: [rule]), allowedMismatches: ["a"]).judge(new, baseline: old)
    #expect(found.exitCode == 0)
    #expect(GateText.render(found).hasPrefix("Note: signature fields allowed to differ: a\n"))
  }

  @Test func intersectionKeepsNineTenths() {
    var rules = GateRules(
      rules: [GateRule(quantity: .metric(.psnr), mode: .tolerance(.absolute(0.5)))], clips: .intersection)
    let old = Runs.run([Runs.cell(.metric(.psnr), Runs.values(20, spread: 1))])
    let eleven = Runs.run(
      [Runs.cell(.metric(.psnr), Array(Runs.values(20, spread: 1).dropFirst()))],
      clips: Array(Runs.clips.dropFirst()))
    let found = Gate(rules).judge(eleven, baseline: old)
    // Over the common clips nothing changed, though the means over all clips differ by half a clip's step.
    #expect(found.exitCode == 0 && found.findings[0].old == found.findings[0].new)
    #expect(found.notes == ["set: judged over 11 common clips; left out: c00"])
    let ten = Runs.run(
      [Runs.cell(.metric(.psnr), Array(Runs.values(20).dropFirst(2)))], clips: Array(Runs.clips.dropFirst(2)))
    #expect(Gate(rules).judge(ten, baseline: old).exitCode == 5)
    rules.clips = .same
    #expect(Gate(rules).judge(eleven, baseline: old).exitCode == 5)
  }

  @Test func timesAreJudgedWhereAskedOnly() {
    let rule = GateRule(quantity: nil, mode: .tolerance(.absolute(1)))
    let run = Runs.run([
      Runs.cell(.metric(.psnr), Runs.values(20)), Runs.cell(.secondsPerFrame, Runs.values(2)),
    ])
    #expect(Gate(GateRules(rules: [rule])).judge(run, baseline: run).findings.count == 1)
    let timed = GateRule(quantity: .secondsPerFrame, mode: .tolerance(.relative(0.1)), isAdvisory: true)
    #expect(Gate(GateRules(rules: [rule, timed])).judge(run, baseline: run).findings.count == 2)
  }

  @Test func namePatterns() {
    #expect(NamePattern.fits("*", "") && NamePattern.fits("*", "abc") && NamePattern.fits("a?c*", "abcd"))
    #expect(!NamePattern.fits("a?c", "ac") && !NamePattern.fits("", "a") && NamePattern.fits("*b*", "abc"))
  }
}

@Suite struct GateOutputTests {
  private func finding(_ outcome: GateFinding.Outcome, advisory: Bool = false, detail: String = "d")
    -> GateFinding
  {
    GateFinding(
      suite: "s<1>", method: "m", quantity: .metric(.psnr), mode: "abs", limit: "l", old: 1, new: 2,
      interval: nil,
      outcome: outcome, isAdvisory: advisory, detail: detail)
  }

  @Test func annotationsAreLimitedAndEscaped() {
    let many = GateDecision(
      findings: (0..<25).map { _ in finding(.regression, detail: "100 %\n::set") }, notes: [])
    let lines = GateMachineText.workflowCommands(many).split(separator: "\n")
    #expect(lines.count == 10 && lines[9] == "::error title=gate::and 16 more")
    #expect(lines[0] == "::error title=m%2C s<1>%2C psnr%3A regression::100 %25 ::set")
    let mixed = GateDecision(
      findings: [finding(.passed), finding(.undecided), finding(.regression, advisory: true)], notes: [])
    #expect(
      GateMachineText.workflowCommands(mixed).split(separator: "\n").map { $0.prefix(9) } == [
        "::warning", "::warning",
      ])
    #expect(GateMachineText.workflowCommands(GateDecision(findings: [finding(.passed)], notes: [])).isEmpty)
  }

  @Test func summariesStayBelowTheLimit() {
    let findings = (0..<10_000).map {
      finding(.regression, detail: "clip \($0) " + String(repeating: "x", count: 200))
    }
    let text = GateText.markdown(GateDecision(findings: findings, notes: ["n"]))
    #expect(text.utf8.count < 1 << 20)
    #expect(text.contains("findings are left out here"))
    #expect(text.hasPrefix("## lvcd-bench gate: regression (10000 of 10000 checks failed)"))
  }

  @Test func junitCountsFailuresAndErrors() {
    let decision = GateDecision(
      findings: [
        finding(.passed), finding(.regression, detail: "a \"b\" & <c>"), finding(.incomparable),
        finding(.outside),
        finding(.regression, advisory: true),
      ], notes: [])
    let text = GateMachineText.junit(decision)
    #expect(text.contains("tests=\"5\" failures=\"2\" errors=\"1\""))
    #expect(text.contains("message=\"a &quot;b&quot; &amp; &lt;c&gt;\""))
    #expect(text.contains("classname=\"lvcd-bench.gate.s&lt;1&gt;\""))
    #expect(text.contains("advisory, regression"))
  }
}
