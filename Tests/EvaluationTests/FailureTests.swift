import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@testable import Evaluation

@Suite struct FailureTests {
  /// Breaks one clip of the row `theirs` (or the clip itself), runs, and returns the results.
  private func results(breaking break: (Harness) throws -> Void) throws -> RunResults {
    let harness = try Harness()
    try `break`(harness)
    return try harness.run("a")
  }

  private func check(_ results: RunResults, reason: FailureReason, mentions words: [String]) {
    #expect(results.failures.contains { $0.reason == reason && $0.clip == "scene/clip-1" })
    for word in words { #expect(results.failures.contains { $0.message.contains(word) }, "\(word)") }
    // The clip is left out of every row, so that rows stay paired.
    #expect(results.cells.allSatisfy { $0.clips == 2 })
    #expect(results.notes.contains { $0.contains("scene/clip-1") })
  }

  @Test func missingOutput() throws {
    let results = try results { harness in
      try FileManager.default.removeItem(at: harness.outputs.appendingPathComponent("scene/clip-1"))
    }
    check(results, reason: .missing, mentions: ["scene/clip-1", "put the frames there"])
  }

  @Test func tooFewFrames() throws {
    let results = try results { harness in
      try FileManager.default.removeItem(at: harness.outputs.appendingPathComponent("scene/clip-1/00004.png"))
    }
    check(results, reason: .countMismatch, mentions: ["4 frames, expected 5", "count_policy"])
  }

  @Test func gapInTheFrames() throws {
    let results = try results { harness in
      try FileManager.default.removeItem(at: harness.outputs.appendingPathComponent("scene/clip-1/00002.png"))
    }
    check(results, reason: .missing, mentions: ["00002"])
  }

  @Test func truncatedFrame() throws {
    let results = try results { harness in
      let file = harness.outputs.appendingPathComponent("scene/clip-1/00003.png")
      try Data(contentsOf: file).prefix(60).write(to: file)
    }
    check(results, reason: .unreadable, mentions: ["00003.png"])
  }

  @Test func originalsThatAreNotTheSuites() throws {
    let results = try results { harness in
      let file = harness.suite.file.deletingLastPathComponent().appendingPathComponent(
        "scene/clip-1/color/00002.png")
      try PNGFile.write(Frame(width: 48, height: 32, red: 1, green: 2, blue: 3), to: file)
    }
    check(results, reason: .hashMismatch, mentions: ["the suite says"])
  }

  @Test func linkOutOfTheRoot() throws {
    let results = try results { harness in
      let root = harness.suite.file.deletingLastPathComponent()
      let color = root.appendingPathComponent("scene/clip-1/color")
      let outside = harness.folder.url.appendingPathComponent("outside")
      try FileManager.default.moveItem(at: color, to: outside)
      try FileManager.default.createSymbolicLink(at: color, withDestinationURL: outside)
    }
    check(results, reason: .pathEscape, mentions: ["leads out of the root"])
  }

  @Test func linkedFrameOutOfTheRoot() throws {
    let results = try results { harness in
      let root = harness.suite.file.deletingLastPathComponent()
      let frame = root.appendingPathComponent("scene/clip-1/color/00002.png")
      let outside = harness.folder.url.appendingPathComponent("outside.png")
      try FileManager.default.moveItem(at: frame, to: outside)
      try FileManager.default.createSymbolicLink(at: frame, withDestinationURL: outside)
    }
    check(results, reason: .pathEscape, mentions: ["00002.png", "leads out of the root"])
  }

  @Test func failureGoesAwayOnceMended() throws {
    let harness = try Harness()
    let file = harness.outputs.appendingPathComponent("scene/clip-1/00003.png")
    let whole = try Data(contentsOf: file)
    try whole.prefix(60).write(to: file)
    #expect(try harness.run("a").failures.count == 1)
    try whole.write(to: file)
    #expect(try harness.run("a").failures.isEmpty)
    try harness.run("fresh")
    #expect(try harness.results("a") == harness.results("fresh"))
  }

  @Test func stopPolicyEndsTheRun() throws {
    var harness = try Harness()
    harness.configuration.stopsAtFirstFailure = true
    try FileManager.default.removeItem(at: harness.outputs.appendingPathComponent("scene/clip-0"))
    #expect(throws: FirstFailure.self) { try harness.run("a", jobs: 1) }
  }

  @Test func commonPolicyScoresWhatBothHave() throws {
    var harness = try Harness()
    for clip in harness.suite.clips {
      try FileManager.default.removeItem(at: harness.outputs.appendingPathComponent("\(clip)/00004.png"))
    }
    harness.configuration.methods = [
      MethodSpec(
        name: "theirs", source: .outputs(template: harness.outputs.path, offset: nil, countPolicy: .common))
    ]
    let results = try harness.run("a")
    #expect(results.failures.isEmpty)
    #expect(results.cells[0].values[.psnr]?.frames == 9)
    #expect(results.cells[0].method.settings["count_policy"] == "common")
  }

  @Test(arguments: [(55, 59), (15, 24), (195, 200)]) func droppedTailIsExplained(found: Int, clip: Int) {
    #expect(
      FrameCountError.likelyCause(found: found, clip: clip).contains(
        "drops trailing frames (\(found) of \(clip)"))
    #expect(!FrameCountError.likelyCause(found: found - 2, clip: clip).contains("drops trailing"))
  }

  @Test func coloredRowsNeedLineartAndSayItBeforeAnyWork() throws {
    let harness = try Harness()
    let text = try String(contentsOf: harness.suite.file, encoding: .utf8)
    let pattern = try Regex(#""sketch": "[^"]*","#)
    try text.replacing(pattern, with: "").write(to: harness.suite.file, atomically: true, encoding: .utf8)
    #expect(throws: SuiteError.noSketch(suite: "tiny", clip: "scene/clip-0")) { try harness.run("a") }
    var external = harness
    external.configuration.methods.removeFirst()
    #expect(try external.run("b").failures.isEmpty)
  }
}
