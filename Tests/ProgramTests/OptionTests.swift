import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite(.serialized) struct OptionTests {
  private let folder: TemporaryFolder
  private let suite: TinySuite
  private let cache: URL

  init() throws {
    folder = try TemporaryFolder()
    suite = try TinySuite(in: folder.url.appendingPathComponent("suite"), clips: 4)
    cache = folder.url.appendingPathComponent("cache")
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func words(_ output: String) -> [String] {
    [
      "run", "--suite", suite.file.path, "--method", "copy-first", "--metrics", "psnr,ssim", "-o",
      path(output),
    ]
  }

  @Test func originsOfSettingsAreShown() throws {
    let outcome = try Program.shell(
      "LVCD_BENCH_LIMIT=3 LVCD_BENCH_SEED=5 \"$PROGRAM\" run --suite \(suite.file.path) --seed 9 --show-config",
      cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("limit = 3  (environment LVCD_BENCH_LIMIT)\n"))
    #expect(outcome.output.contains("seed = 9  (flag --seed)\n"))
    #expect(outcome.output.contains("max_failed = 0  (default)\n"))
    let json = try Program.run(["run", "--suite", suite.file.path, "--show-config", "--json"], cache: cache)
    #expect(json.output.contains("\"suites\" : \"flag --suite\""))
  }

  @Test func plainAnswersAreRecords() throws {
    let outcome = try Program.run(words("plain") + ["--plain"], cache: cache)
    let records = outcome.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(
      records.map { $0.prefix(3).joined(separator: " ") } == ["tiny copy-first psnr", "tiny copy-first ssim"])
    #expect(records.allSatisfy { $0.count == 6 && Double($0[3]) != nil && $0[4] == "4" && $0[5].count == 12 })
    let clips = try Program.run(["suites", "show", suite.file.path, "--plain"], cache: cache)
    #expect(clips.output.split(separator: "\n").count == 4 && clips.output.hasPrefix("scene/clip-0\t5\t0\t"))
  }

  @Test func messagesGoIntoTheLogFile() throws {
    let quiet = try Program.run(
      words("logged") + ["-q", "--log-file", path("log"), "--log-level", "debug"], cache: cache)
    #expect(quiet.status == 0 && quiet.errors.isEmpty)
    let lines = try String(contentsOfFile: path("log"), encoding: .utf8).split(separator: "\n")
    #expect(lines.contains { $0.contains("\"level\":\"info\"") && $0.contains("tiny: 4 to do") })
    #expect(lines.contains { $0.contains("\"level\":\"debug\"") && $0.contains("time over all threads") })
    let failed = try Program.run(
      ["run", "--suite", "simlar", "-o", path("x"), "--log-file", path("log")], cache: cache)
    #expect(failed.status == 66)
    #expect(try String(contentsOfFile: path("log"), encoding: .utf8).contains("\"level\":\"error\""))
  }

  @Test func memoryIsKept() throws {
    let small = try Program.run(words("small") + ["--memory", "1M"], cache: cache)
    #expect(small.status == 75 && small.errors.contains("allow at least that"), "\(small.errors)")
    #expect(try Program.run(words("small") + ["--memory", "2G"], cache: cache).status == 0)
    #expect(try Program.run(words("small") + ["--memory", "lots"], cache: cache).status == 64)
  }

  @Test(
    arguments: [
      (["runn"], "did you mean 'run'?", 64),
      (["suites", "show", "/"], "is a folder, expected a suite file", 66),
      (["run", "--suite", "similar", "--dry-run", "--memory", "x"], "expected a size", 64),
    ] as [([String], String, Int32)]) func mistakesGetAHint(words: [String], hint: String, status: Int32)
    throws
  {
    let outcome = try Program.run(words, cache: cache)
    #expect(outcome.status == status && outcome.errors.contains(hint), "\(outcome.errors)")
  }

  @Test func validationAndImportAnswerInJSON() throws {
    let sound = try Program.run(["suites", "validate", suite.file.path, "--json"], cache: cache)
    #expect(sound.status == 0 && sound.output.contains("\"faults\" : ["))
    try FileManager.default.removeItem(atPath: path("suite/scene/clip-1/color/00002.png"))
    let broken = try Program.run(["suites", "validate", suite.file.path, "--json"], cache: cache)
    #expect(broken.status == 65 && broken.output.contains("\"clip\" : \"scene/clip-1\""))
    let text = try Program.run(["suites", "validate", suite.file.path], cache: cache)
    #expect(text.output.components(separatedBy: "tiny/scene/clip-1").count == 2)
    let dry = try Program.run(
      ["suites", "import", path("suite/scene/clip-0"), "--name", "m", "-o", path("suite"), "-n"], cache: cache
    )
    #expect(dry.status == 0 && dry.output.contains("1 clips would be imported"))
    let made = try Program.run(
      ["suites", "import", path("suite/scene/clip-0"), "--name", "m", "-o", path("suite"), "--json"],
      cache: cache)
    #expect(made.status == 0 && made.output.contains("\"file\" : "), "\(made.errors)")
  }

  @Test func lineartFoldersAppearWholeOrNotAtAll() throws {
    let frames = path("suite/scene/clip-2/color")
    try Data(contentsOf: URL(fileURLWithPath: "\(frames)/00003.png")).prefix(60).write(
      to: URL(fileURLWithPath: "\(frames)/00003.png"))
    #expect(try Program.run(["lineart", frames, "-o", path("lines")], cache: cache).status == 65)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy {
        !$0.contains("lines")
      })
  }

  @Test func processesShareAFolderAndOutliveAKill() throws {
    let arguments = words("shared").map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Program.shell(
      """
      "$PROGRAM" \(arguments) & first=$!
      "$PROGRAM" \(arguments) & second=$!
      "$PROGRAM" \(arguments) & third=$!
      sleep 0.05; kill -9 $third
      wait $first && wait $second
      """, cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Program.run(words("alone"), cache: cache).status == 0)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: path("shared/results.json")))
        == Data(contentsOf: URL(fileURLWithPath: path("alone/results.json"))))
  }
}
