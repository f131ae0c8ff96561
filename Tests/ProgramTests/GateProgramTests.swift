import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite(.serialized) struct GateProgramTests {
  private let folder: TemporaryFolder
  private let suite: TinySuite
  private let cache: URL

  init() throws {
    folder = try TemporaryFolder()
    suite = try TinySuite(in: folder.url.appendingPathComponent("suite"), clips: 12)
    cache = folder.url.appendingPathComponent("cache")
    try suite.writeOutputs(in: folder.url.appendingPathComponent("good"), distortion: 9)
    try suite.writeOutputs(in: folder.url.appendingPathComponent("bad"), distortion: 20)
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func run(_ outputs: String, into run: String, extra: [String] = []) throws {
    let outcome = try Program.run(
      [
        "run", "--suite", suite.file.path, "--metrics", "psnr,ssim", "--method", "mine=\(path(outputs))",
        "-o", path(run),
      ]
        + extra, cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func write(rules: String) throws {
    try Data(#"{"schema":"gate/1","rules":[\#(rules)],}"#.utf8).write(
      to: URL(fileURLWithPath: path("gate.json")))
  }

  private func gate(_ run: String, _ extra: [String] = []) throws -> Program.Outcome {
    try Program.run(
      ["gate", path(run), "--baseline", path("baseline.json"), "--rules", path("gate.json")] + extra,
      cache: cache)
  }

  @Test func aBaselineIsMadeJudgedAndRenewed() throws {
    try run("good", into: "old")
    try run("bad", into: "new")
    try write(
      rules: #"{"metric":"*","mode":"ci","margin":"2%"}, {"metric":"psnr","mode":"abs","tolerance":0.1}"#)
    #expect(try gate("old").status == 5)
    let made = try Program.run(
      ["baseline", "create", path("old"), "-o", path("baseline.json"), "--note", "commit=abc"], cache: cache)
    #expect(made.status == 0 && made.output.contains("1 test sets, 1 rows, 2 values"), "\(made.errors)")
    #expect(
      try Program.run(["baseline", "create", path("old"), "-o", path("baseline.json")], cache: cache).status
        == 73)
    let passed = try gate("old")
    #expect(passed.status == 0 && passed.output.contains("passed (0 of 3 checks failed)"), "\(passed.errors)")
    let failed = try gate("new", ["--junit", path("gate.xml")])
    #expect(failed.status == 2 && failed.output.contains("regression"))
    #expect(
      try String(contentsOfFile: path("gate.xml"), encoding: .utf8).contains("<failure type=\"regression\""))
    let renewed = try Program.run(["baseline", "update", path("new"), path("baseline.json")], cache: cache)
    #expect(renewed.status == 0 && renewed.output.contains("mine, tiny, psnr: "))
    #expect(try gate("new").status == 0)
    let shown = try Program.run(["baseline", "show", path("baseline.json")], cache: cache)
    #expect(shown.status == 0 && shown.output.contains("PSNR|"))
  }

  @Test func whatCannotBeComparedSaysSo() throws {
    try run("good", into: "old")
    #expect(
      try Program.run(["baseline", "create", path("old"), "-o", path("baseline.json")], cache: cache).status
        == 0)
    try write(rules: #"{"metric":"*","mode":"rel","tolerance":"1%"}"#)
    try run("good", into: "part", extra: ["--limit", "11"])
    let partial = try gate("part")
    #expect(partial.status == 5 && partial.output.contains("a part of a set"))
    #expect(
      try Program.run(["baseline", "create", path("part"), "-o", path("other.json")], cache: cache).status
        == 5)
    try run("good", into: "unlike", extra: ["--include-reference"])
    let unlike = try gate("unlike")
    #expect(unlike.status == 5 && unlike.output.contains("ref: excl against incl"), "\(unlike.output)")
    let allowed = try gate("unlike", ["--allow-mismatch", "ref", "--allow-mismatch", "proto"])
    #expect(allowed.output.hasPrefix("Note: signature fields allowed to differ: proto, ref"))
    try Data("{\"schema\":\"baseline/1\"".utf8).write(to: URL(fileURLWithPath: path("baseline.json")))
    let damaged = try gate("old")
    #expect(damaged.status == 65 && damaged.errors.contains("not a baseline"))
  }

  @Test func compareSaysBetterAndWorse() throws {
    try run("good", into: "old")
    try run("bad", into: "new")
    let worse = try Program.run(["compare", path("old"), path("new")], cache: cache)
    #expect(
      worse.status == 0 && worse.output.contains("worse") && !worse.output.contains("better\n"),
      "\(worse.errors)")
    let better = try Program.run(["compare", path("new"), path("old"), "--json"], cache: cache)
    #expect(
      better.output.contains("\"verdict\" : \"better\"")
        && better.output.contains("\"schema\" : \"comparison/1\""))
    let same = try Program.run(["compare", path("old"), path("old"), "--plain"], cache: cache)
    #expect(same.output.contains("\tequivalent"))
    let rows = try Program.run(
      ["compare", path("old"), path("new"), "--row-a", "mine", "--row-b", "nobody"], cache: cache)
    #expect(rows.status == 64 && rows.errors.contains("no row 'nobody'"))
  }

  /// The recipe that CI uses, as a shell runs it, on GitHub and elsewhere.
  @Test func theShellRecipeGates() throws {
    try run("good", into: "first")
    #expect(
      try Program.run(["baseline", "create", path("first"), "-o", path("baseline.json")], cache: cache).status
        == 0)
    try write(rules: #"{"metric":"*","mode":"rel","tolerance":"1%"}"#)
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let script = root.appendingPathComponent("Scripts/gate.sh").path
    func recipe(_ outputs: String, _ environment: String = "") throws -> Program.Outcome {
      try Program.shell(
        """
        export BASELINE='\(path("baseline.json"))' RULES='\(path("gate.json"))' RUN='\(path("recipe-\(outputs)"))'
        export RUN_OPTIONS='--suite \(suite.file.path) --metrics psnr,ssim --method mine=\(path(outputs))'
        unset GITHUB_ACTIONS; \(environment)
        '\(script)' "$PROGRAM"
        """, cache: cache)
    }
    let good = try recipe("good")
    #expect(good.status == 0 && !good.output.contains("::"), "\(good.errors)")
    let bad = try recipe("bad", "export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY='\(path("summary.md"))'")
    #expect(bad.status == 2 && bad.output.contains("::error title="), "\(bad.errors)")
    #expect(try String(contentsOfFile: path("summary.md"), encoding: .utf8).contains("| regression | tiny |"))
    #expect(FileManager.default.fileExists(atPath: path("recipe-bad/gate.xml")))
    // The workflow calls this recipe, after the build that makes its program.
    let workflow = try String(
      contentsOf: root.appendingPathComponent("Docs/ci/gate.yml"), encoding: .utf8)
    let steps = workflow.split(separator: "\n").filter { $0.contains("run: ") }
    // Our own CI asks what the workflow asks, of files that are there.
    let makefile = try String(contentsOf: root.appendingPathComponent("Makefile"), encoding: .utf8)
    for name in ["BASELINE", "RULES", "RUN_OPTIONS"] {
      let line = try #require(workflow.split(separator: "\n").first { $0.contains(" \(name): ") })
      let value = try #require(line.firstRange(of: "\(name): ").map { String(line[$0.upperBound...]) })
      #expect(makefile.contains("gate: export \(name) = \(value)\n"), "\(name)")
      if value.hasPrefix("quality/") {
        #expect(FileManager.default.fileExists(atPath: root.appendingPathComponent(value).path))
      }
    }
    #expect(
      steps.map { $0.trimmingPrefix { $0 == " " } } == [
        "run: make build", "run: Scripts/gate.sh .build/release/lvcd-bench",
      ])
  }
}
