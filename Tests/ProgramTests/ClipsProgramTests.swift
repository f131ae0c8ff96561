import EvalCore
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ClipsProgramTests {
  private let folder: TemporaryFolder
  private let cache: URL

  init() throws {
    folder = try TemporaryFolder()
    cache = folder.url.appendingPathComponent("cache")
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func generate(_ output: String, _ more: [String]) throws -> Program.Outcome {
    try Program.run(
      [
        "clips", "generate", "--family", "similar", "--seed", "77", "--count", "2", "--length", "4", "--size",
        "64x64", "-o", path(output),
      ]
        + more, cache: cache)
  }

  @Test(arguments: ["png", "video"]) func generatedClipsAreASuiteThatRuns(format: String) throws {
    let made = try generate("made", ["--format", format, "--lineart"])
    #expect(made.status == 0, "\(made.errors)")
    let suite = path("made/similar.suite.json")
    let valid = try Program.run(["suites", "validate", suite], cache: cache)
    #expect(valid.status == 0, "\(valid.output) \(valid.errors)")
    let run = try Program.run(
      [
        "run", "--suite", suite, "--method", "fill-prev", "--method", "ground-truth", "--metrics",
        "psnr,edmd", "-o", path("run"),
      ],
      cache: cache)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("fill-prev"))
  }

  @Test func theSameSeedGivesTheSameClips() throws {
    #expect(try generate("a", ["--format", "png", "--lineart"]).status == 0)
    #expect(try generate("b", ["--format", "png", "--lineart"]).status == 0)
    let files = ["a", "b"].map { folder.url.appendingPathComponent("\($0)/similar.suite.json") }
    #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
  }

  @Test func trainingShardsAreSafetensors() throws {
    let made = try generate("train", ["--format", "training", "--flow"])
    #expect(made.status == 0, "\(made.errors)")
    let shards = try FileManager.default.contentsOfDirectory(atPath: path("train")).filter {
      $0.hasSuffix(".safetensors")
    }
    let shard = try #require(shards.first)
    let listed = try Program.run(["weights", "inspect", path("train/\(shard)")], cache: cache)
    #expect(listed.status == 0, "\(listed.errors)")
    #expect(listed.output.contains("frames") && listed.output.contains("flow"))
  }

  @Test(arguments: [
    ["--size", "3x3"], ["--size", "64"], ["--length", "0"], ["--family", "nobody"], ["--format", "gif"],
    ["--count", "0"],
  ]) func badOptionsAreRefused(options: [String]) throws {
    let outcome = try Program.run(["clips", "generate", "-o", path("bad")] + options, cache: cache)
    #expect([64, 65].contains(outcome.status), "\(options): \(outcome.status) \(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
  }

  @Test func weightsSayWhatIsWrong() throws {
    let file = folder.url.appendingPathComponent("not.safetensors")
    try Data("not a weight file".utf8).write(to: file)
    let outcome = try Program.run(["weights", "inspect", file.path], cache: cache)
    #expect(outcome.status != 0 && outcome.errors.contains("not.safetensors"))
  }
}
