import Comparison
import EvalCore
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct GateRulesTests {
  private func rules(_ text: String) throws -> GateRules { try GateRules.parse(Data(text.utf8), file: "g") }

  @Test func readsRulesOverDefaults() throws {
    let rules = try rules(
      """
      { "schema": "gate/1", "clips": "intersection",
        "defaults": { "mode": "ci", "level": 0.9, "margin": "1%", "on_improvement": "fail", "undecided": "fail" },
        "rules": [
          { "metric": "fid", "suite": "sim*", "margin": "2%" },
          { "metric": "psnr", "mode": "abs", "tolerance": 0.1, "on_improvement": "pass" },
          { "metric": "tc", "mode": "window", "low": 1.0, "high": 1.10 },
          { "metric": "*", "mode": "clip", "max_clips": 2, "tolerance": "5%" },
          { "metric": "seconds_per_frame", "mode": "rel", "tolerance": "10%" } ] }
      """)
    #expect(rules.clips == .intersection && !rules.allowsPartial)
    #expect(
      rules.rules == [
        GateRule(
          quantity: .metric(.fid), suite: "sim*",
          mode: .interval(margin: .relative(0.02), failsUndecided: true), level: 0.9,
          failsOnImprovement: true),
        GateRule(quantity: .metric(.psnr), mode: .tolerance(.absolute(0.1)), level: 0.9),
        GateRule(
          quantity: .metric(.tc), mode: .window(low: 1, high: 1.1), level: 0.9, failsOnImprovement: true),
        GateRule(
          quantity: nil, mode: .clips(most: 2, by: .relative(0.05)), level: 0.9, failsOnImprovement: true),
        GateRule(
          quantity: .secondsPerFrame, mode: .tolerance(.relative(0.1)), level: 0.9, isAdvisory: true,
          failsOnImprovement: true),
      ])
  }

  @Test(arguments: [
    (#"{"metric":"psnr"}"#, "'rules[0].mode' is missing"),
    (#"{"metric":"pnsr","mode":"abs","tolerance":1}"#, "'*' or one of fid"),
    (#"{"metric":"psnr","mode":"abs"}"#, "'rules[0].tolerance' is missing"),
    (#"{"metric":"psnr","mode":"abs","tolerance":"1%"}"#, "shares need mode 'rel'"),
    (#"{"metric":"psnr","mode":"rel","tolerance":0.1}"#, "a share such as"),
    (#"{"metric":"psnr","mode":"ci"}"#, "'rules[0].margin' is missing"),
    (#"{"metric":"psnr","mode":"abs","tolerance":-1}"#, "at least 0"),
    (#"{"metric":"psnr","mode":"window","low":2,"high":1}"#, "at least 'low'"),
    (#"{"metric":"psnr","mode":"significance"}"#, "one of abs, rel, ci, window, clip"),
    (#"{"metric":"psnr","mode":"abs","tolerence":1}"#, "did you mean 'tolerance'?"),
  ]) func saysWhatIsWrong(rule: String, words: String) throws {
    let error = try #require(throws: ConfigError.self) {
      try rules(#"{"schema":"gate/1","rules":[\#(rule)]}"#)
    }
    #expect("\(error)".contains(words), "\(error)")
    #expect("\(error)".hasPrefix("g:1:"))
    #expect(throws: ConfigError.self) { try rules(#"{"schema":"gate/1","rules":[]}"#) }
  }

  @Test func baselinesReadBackAndDamageIsNamed() throws {
    let harness = try Harness(clips: 2)
    try harness.run("a")
    let evidence = try RunFolder(harness.runFolder("a")).evidence(provenance: ["commit": "abc"])
    #expect(evidence.suites.map(\.clips) == [["scene/clip-0", "scene/clip-1"]])
    #expect(evidence.methods == ["copy-first", "theirs", "ground-truth"] && evidence.cells.count == 9)
    #expect(evidence.cells.allSatisfy { $0.clipValues.count == 2 && $0.value != nil })
    let file = harness.folder.url.appendingPathComponent("baseline.json")
    try BaselineFile.write(evidence, to: file)
    #expect(try BaselineFile.load(file) == evidence)
    let text = try String(contentsOf: file, encoding: .utf8)
    for (old, new) in [
      ("baseline/1", "baseline/2"), ("\"scene/clip-0\",", ""), ("\"clip-0\"", "1"), ("\"set", "x"),
      ("scene/clip-1", "scene/clip-0"), ("\"suite\":\"tiny\"", "\"suite\":\"other\""),
      ("\"quantity\":\"psnr\"", "\"quantity\":\"pnsr\""),
    ] where text.contains(old) {
      try Data(text.replacing(old, with: new).utf8).write(to: file)
      #expect(throws: BaselineError.self, "\(old)") { try BaselineFile.load(file) }
    }
    var generator = SplitMix64(seed: 3)
    for _ in 0..<300 {
      var bytes = Array(text.utf8)
      bytes[generator.index(below: bytes.count)] = UInt8(truncatingIfNeeded: generator.next())
      try Data(bytes.prefix(generator.index(below: 2 * bytes.count))).write(to: file)
      // A baseline or an error, never a trap.
      _ = try? BaselineFile.load(file)
    }
    #expect(throws: BaselineError.missing(file: "/nonexistent/b")) {
      try BaselineFile.load(URL(fileURLWithPath: "/nonexistent/b"))
    }
  }

  @Test func damagedRunFilesAreNamed() throws {
    let harness = try Harness(clips: 1)
    try harness.run("a")
    let run = RunFolder(harness.runFolder("a"))
    for file in [run.resultsFile, run.runFile] {
      let whole = try Data(contentsOf: file)
      try whole.prefix(whole.count / 2).write(to: file)
      let error = try #require(throws: RunFolderError.self) {
        if file == run.resultsFile { _ = try run.results() } else { try harness.run("a") }
      }
      #expect("\(error)".hasPrefix("\(file.path): damaged (not complete JSON); remove it"), "\(error)")
      try whole.write(to: file)
    }
    #expect(throws: ConfigError.self) {
      try Evaluation.Suite.load(harness.folder.url.appendingPathComponent("suite"))
    }
  }
}
