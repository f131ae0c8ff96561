import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite(.serialized) struct ProgramTests {
  private let folder: TemporaryFolder
  private let suite: TinySuite
  private let cache: URL

  init() throws {
    folder = try TemporaryFolder()
    suite = try TinySuite(in: folder.url.appendingPathComponent("suite"), clips: 4)
    try suite.writeOutputs(in: folder.url.appendingPathComponent("outputs"), distortion: 9)
    cache = folder.url.appendingPathComponent("cache")
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func runArguments(_ output: String) -> [String] {
    [
      "run", "--suite", suite.file.path, "--method", "copy-first", "--method", "theirs=\(path("outputs"))",
      "--method",
      "ground-truth", "--method", "paper-table1", "-o", path(output),
    ]
  }

  @Test func runWritesTablesAndASecondRunIsTheSame() throws {
    let first = try Program.run(runArguments("run"), cache: cache)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.contains("theirs") && first.output.contains(path("run/report")))
    for table in ["table1.md", "table2.md", "table3.md", "table1.csv", "paper-table1.md", "paper-table3.csv"]
    {
      #expect(FileManager.default.fileExists(atPath: path("run/report/\(table)")), "\(table)")
    }
    let markdown = try String(contentsOfFile: path("run/report/table1.md"), encoding: .utf8)
    #expect(markdown.contains("PSNR↑") && markdown.contains("Not comparable with published tables"))
    let results = try Data(contentsOf: URL(fileURLWithPath: path("run/results.json")))
    let second = try Program.run(runArguments("run"), cache: cache)
    #expect(second.status == 0 && second.output == first.output)
    #expect(second.errors.contains("all 4 clips are done"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path("run/results.json"))) == results)
  }

  @Test func killedAtAnyMomentItContinuesToTheSameResults() throws {
    #expect(try Program.run(runArguments("whole"), cache: cache).status == 0)
    for attempt in 0..<12 {
      _ = try Program.run(runArguments("killed"), cache: cache, killedAfter: 0.01 + 0.012 * Double(attempt))
    }
    #expect(try Program.run(runArguments("killed"), cache: cache).status == 0)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path("whole/results.json")))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path("killed/results.json"))) == whole)
  }

  @Test func scoreJSONHoldsEveryFrame() throws {
    struct Document: Decodable {
      struct Clip: Decodable {
        struct Measurement: Decodable { let value: Double?, frames: [Double?] }
        let clip: String, frameIndices: [Int], metrics: [String: Measurement]
      }
      let schema: String, clips: [Clip]
    }
    let outcome = try Program.run(
      [
        "score", "--outputs", path("outputs"), "--suite", suite.file.path, "--metrics", "psnr,ssim,edmd",
        "--json",
      ], cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    #expect(document.schema == "score/1" && document.clips.map(\.clip) == suite.clips)
    for clip in document.clips {
      #expect(clip.frameIndices == [1, 2, 3, 4])
      #expect(Set(clip.metrics.keys) == ["psnr", "ssim", "edmd"])
      #expect(clip.metrics.values.allSatisfy { $0.frames.count == 4 && $0.value != nil })
    }
  }

  @Test func failedClipsAreNamedAndTheExitCodeSaysSo() throws {
    try FileManager.default.removeItem(atPath: path("outputs/scene/clip-2"))
    let outcome = try Program.run(runArguments("run"), cache: cache)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("scene/clip-2") && outcome.errors.contains("put the frames there"))
    #expect(outcome.output.contains("Failures (1)"))
    let lines = try String(contentsOfFile: path("run/failures.jsonl"), encoding: .utf8)
    #expect(lines.contains("\"reason\":\"missing\""))
  }

  @Test func fullDiskSaysSoAndLosesNothing() throws {
    // A limit on file size is the full disk that a test can have; its signal is ignored, so that writes fail as they do there.
    let arguments = runArguments("full").map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Program.shell("trap '' XFSZ; ulimit -f 1; exec \"$PROGRAM\" \(arguments)", cache: cache)
    #expect(outcome.status == 73, "\(outcome.status) \(outcome.errors)")
    #expect(
      outcome.errors.contains("cannot be written") && outcome.errors.contains("run the same command again"))
    let again = try Program.run(runArguments("full"), cache: cache)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try Program.run(runArguments("whole"), cache: cache).status == 0)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: path("full/results.json")))
        == Data(contentsOf: URL(fileURLWithPath: path("whole/results.json"))))
  }

  @Test(
    arguments: [
      (["run", "--nonsense"], 64), (["run", "--suite", "simlar"], 66), (["run", "--metrics", "pnsr"], 65),
      (["run", "--method", "nobody"], 65), (["report", "/nonexistent/run"], 66),
      (["run", "/nonexistent.json"], 66),
      (["report", "paper", "--format", "docx"], 64),
      (["distance-map", "/nonexistent.png", "-o", "x.npy"], 66),
      (["lineart", "/nonexistent.png", "-o", "x.png"], 66),
      (["score", "--outputs", "x", "--suite", "y", "--count-policy", "z"], 64),
    ] as [([String], Int32)])
  func exitCodesReachTheShell(arguments: [String], code: Int32) throws {
    var arguments = arguments
    if arguments[0] == "run" { arguments += ["-o", path("none")] }
    let outcome = try Program.run(arguments, cache: cache)
    #expect(outcome.status == code, "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(!outcome.errors.isEmpty)
  }

  @Test func answersThatCannotBeWrittenAreErrors() throws {
    let outcome = try Program.shell("\"$PROGRAM\" report paper > /dev/full", cache: cache)
    #expect(outcome.status == 73 && outcome.errors.contains("standard output"), "\(outcome.errors)")
  }

  @Test func inputIsNeverOverwritten() throws {
    let picture = folder.url.appendingPathComponent("lines.png")
    try PNGFile.write(Frame(width: 9, height: 7, red: 0, green: 0, blue: 0), to: picture)
    let before = try Data(contentsOf: picture)
    for command in ["distance-map", "lineart"] {
      let outcome = try Program.run([command, picture.path, "-o", picture.path], cache: cache)
      #expect(outcome.status == 64 && outcome.errors.contains("is the input too"))
    }
    #expect(try Data(contentsOf: picture) == before)
  }

  @Test func readingLeavesNothing() throws {
    #expect(try Program.run(["report", path("none")], cache: cache).status == 66)
    #expect(!FileManager.default.fileExists(atPath: path("none")))
  }

  @Test func dryRunLeavesNothing() throws {
    #expect(try Program.run(runArguments("dry") + ["--dry-run"], cache: cache).status == 0)
    #expect(!FileManager.default.fileExists(atPath: path("dry")))
  }

  @Test func interruptStopsCleanlyAndContinues() throws {
    let arguments = runArguments("stopped").map { "'\($0)'" }.joined(separator: " ")
    // SIGTERM as schedulers send it: 75, or 0 when the run was faster than the signal.
    let outcome = try Program.shell(
      "\"$PROGRAM\" \(arguments) & sleep 0.05; kill -TERM $!; wait $!", cache: cache)
    #expect([0, 75].contains(outcome.status), "\(outcome.status)")
    #expect(try Program.run(runArguments("stopped"), cache: cache).status == 0)
  }

  @Test func paperTablesPrint() throws {
    for table in ["1", "2", "3"] {
      let outcome = try Program.run(["report", "paper", "--table", table], cache: cache)
      #expect(outcome.status == 0 && outcome.output.contains("FVD↓"), "\(outcome.errors)")
    }
  }

  @Test func distanceMapWritesNPY() throws {
    let picture = path("lines.png")
    var rgb = [UInt8](repeating: 255, count: 9 * 7 * 3)
    for channel in 0..<3 { rgb[3 * (3 * 9 + 4) + channel] = 0 }
    try PNGFile.write(Frame(width: 9, height: 7, rgb: rgb), to: URL(fileURLWithPath: picture))
    for method in ["exact", "danielsson"] {
      let outcome = try Program.run(
        ["distance-map", picture, "--threshold", "0.5", "--method", method, "-o", path("map.npy")],
        cache: cache)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let data = try Data(contentsOf: URL(fileURLWithPath: path("map.npy")))
      let values = [Float](unsafeUninitializedCapacity: 63) { buffer, count in
        count = data.suffix(63 * 4).copyBytes(to: buffer) / 4
      }
      for y in 0..<7 {
        for x in 0..<9 {
          let dx = Float(x - 4)
          let dy = Float(y - 3)
          #expect(abs(values[9 * y + x] - (dx * dx + dy * dy).squareRoot()) < 1e-6)
        }
      }
    }
  }

  @Test func lineartOfAFolder() throws {
    let input = folder.url.appendingPathComponent("suite/scene/clip-0/color").path
    let outcome = try Program.run(["lineart", input, "-o", path("lines")], cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try FrameFolder(folder.url.appendingPathComponent("lines")).count == 5)
  }

  @Test func doctorIsWell() throws {
    let outcome = try Program.run(["doctor"], cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("passed") && !outcome.output.contains("  FAILED: "))
  }

  @Test func helpComesAtOnce() throws {
    let outcome = try Program.run(["--help"], cache: cache)
    #expect(outcome.status == 0)
    for command in [
      "run", "score", "report", "suites", "clips", "lineart", "distance-map", "doctor", "bench",
    ] {
      #expect(outcome.output.contains(command))
    }
  }

  @Test(arguments: [
    ["run"], ["sweep"], ["colorize"], ["plan"], ["score"], ["report"], ["compare"], ["gate"], ["merge"], ["status"],
    ["baseline", "create"], ["baseline", "update"], ["baseline", "show"], ["suites", "list"], ["suites", "import"],
    ["clips", "generate"], ["clips", "build"], ["lineart"], ["flow"], ["distance-map"], ["weights", "get"],
    ["weights", "inspect"], ["weights", "convert"], ["doctor"],
  ])
  func everyCommandHasTheCommonOptions(words: [String]) throws {
    let help = try Program.run(words + ["--help"], cache: cache)
    #expect(help.status == 0)
    for option in ["--quiet", "--plain", "--log-file", "--threads", "--memory", "--offline"] {
      #expect(help.output.contains(option), "\(words) \(option)")
    }
  }
}
