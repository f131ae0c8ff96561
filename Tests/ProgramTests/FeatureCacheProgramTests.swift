import Foundation
import TestSupport
import Testing

/// Features of metrics between runs of the program.
@Suite struct FeatureCacheProgramTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  @Test func runsFindWhatOthersKeptUnlessToldNotTo() throws {
    let suite = try TinySuite(in: folder.url.appendingPathComponent("suite"), clips: 2)
    let cache = folder.url.appendingPathComponent("cache")
    let weights = Goldens.metrics.appendingPathComponent("inception/mini_d8.safetensors").path
    func run(_ name: String, _ more: [String] = []) throws -> Program.Outcome {
      try Program.run(
        [
          "run", "--suite", suite.file.path, "--method", "copy-first", "--metrics", "fid", "--metric-option",
          "fid.weights=\(weights)", "--allow-test-weights", "-o", path(name),
        ] + more, cache: cache)
    }
    func list() throws -> String { try Program.run(["cache", "list", "--plain"], cache: cache).output }
    func results(_ name: String) throws -> Data {
      try Data(contentsOf: folder.url.appendingPathComponent("\(name)/results.json"))
    }

    let without = try run("without", ["--no-feature-cache"])
    #expect(without.status == 0 && !without.errors.contains("features found"), "\(without.errors)")
    #expect(try list().contains("frame-features\t0 entries"))
    // 2 clips of 4 evaluated originals, and one output that all frames of a clip repeat.
    #expect(try run("cold").errors.contains("features found in the cache: frame-features 6 of 16"))
    #expect(try list().contains("frame-features\t10 entries"))
    #expect(try run("warm").errors.contains("features found in the cache: frame-features 16 of 16"))
    #expect(try results("cold") == results("without") && results("warm") == results("without"))
    #expect(
      try Program.run(["cache", "clean", "--kind", "frame-features"], cache: cache).output.hasPrefix(
        "removed 10 entries"))
  }
}
