import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@testable import Evaluation

@Suite struct RunnerTests {
  @Test func scoresEveryRowAndOrdersThem() throws {
    let harness = try Harness()
    let results = try harness.run("a")
    #expect(results.cells.map(\.method.name) == ["copy-first", "theirs", "ground-truth"])
    #expect(results.cells.allSatisfy { $0.clips == 3 })
    #expect(results.failures.isEmpty)
    let truth = results.cells[2].values
    #expect(truth[.psnr]?.value == 100)
    #expect(abs((truth[.ssim]?.value ?? 0) - 1) < 1e-12)
    #expect(truth[.edmd]?.value == 0)
    let copy = results.cells[0].values[.psnr]?.value ?? .nan
    let theirs = results.cells[1].values[.psnr]?.value ?? .nan
    #expect(copy < theirs && theirs < 100)
    // The reference frame is left out: 4 of 5 frames of 3 clips.
    #expect(results.cells[1].values[.psnr]?.frames == 12)
  }

  @Test func changedPixelsAreJudgedAlone() throws {
    var harness = try Harness()
    harness.configuration.metrics = [.psnr, .ssim, .edmd]
    let whole = try harness.run("whole")
    harness.configuration.frameProtocol.pixels = .changed
    let part = try harness.run("part")
    #expect(part.metrics.allSatisfy { $0.label.contains("changed") && $0.signature.contains("pixels:changed") })
    func values(_ results: RunResults, _ row: Int) -> (psnr: Double, right: Double) {
      let summary = results.cells[row].values[.psnr]
      return (summary?.value ?? .nan, summary?.alternatives["right-pixels"] ?? .nan)
    }
    // A copied reference has all changed pixels wrong, and the others no longer hide it.
    #expect(values(part, 0).right == 0 && values(whole, 0).right > 0)
    #expect(values(part, 0).psnr < values(whole, 0).psnr)
    #expect(values(part, 2).psnr == 100 && values(part, 2).right == 1)
    // Judging other pixels colours nothing anew, and is not taken for the run that is there.
    #expect(throws: (any Error).self) { try harness.run("whole") }
  }

  @Test func valuesHaveIntervalsFromTenClipsOn() throws {
    var harness = try Harness(clips: 10)
    harness.configuration.metrics = [.psnr]
    harness.configuration.statistics.resamples = 200
    let summary = try #require(try harness.run("ten").cells[1].values[.psnr])
    let value = try #require(summary.value)
    #expect(summary.interval?.contains(value) == true && summary.interval?.level == 0.95)
    harness.configuration.limit = 9
    let nine = try harness.run("nine")
    #expect(nine.cells.allSatisfy { $0.values[.psnr]?.interval == nil } && nine.statistics?.resamples == 200)
  }

  @Test func checksSayWhatLooksWrong() throws {
    var harness = try Harness(clips: 1)
    harness.configuration.metrics = [.psnr]
    harness.configuration.methods = [
      MethodSpec(name: "copy-first", source: .colorizer("copy-first", settings: [:])),
      MethodSpec(
        name: "leaked",
        source: .outputs(
          template: "\(harness.suite.file.deletingLastPathComponent().path)/%clip/color", offset: nil,
          countPolicy: .strict)),
      MethodSpec(name: "ground-truth", source: .oracle),
    ]
    #expect(
      try harness.run("a").notes == [
        "copy-first, tiny: check: output frames repeat the one before while the original moves (1 clip)",
        "leaked, tiny: check: output frames are identical to the original (1 clip)",
      ])
  }

  @Test func secondRunComputesNothing() throws {
    let harness = try Harness()
    try harness.run("a")
    let before = try harness.recordTimes("a")
    let bytes = try harness.results("a")
    try harness.run("a")
    #expect(try harness.recordTimes("a") == before)
    #expect(before.count == 9)
    #expect(try harness.results("a") == bytes)
  }

  @Test(arguments: [1, 2, 4]) func resultsDoNotDependOnJobs(jobs: Int) throws {
    let harness = try Harness()
    try harness.run("base", jobs: 1)
    try harness.run("other", jobs: jobs)
    #expect(try harness.results("base") == harness.results("other"))
  }

  @Test func interruptedRunContinuesToTheSameBytes() throws {
    let harness = try Harness()
    try harness.run("whole")
    let interruption = Interruption()
    interruption.request(exitCode: 75)
    #expect(throws: CancellationError.self) { try harness.runner("parts", interruption: interruption).run() }
    try harness.run("parts")
    #expect(try harness.results("whole") == harness.results("parts"))
  }

  @Test func lostAndAlteredRecordsAreComputedAgain() throws {
    let harness = try Harness()
    try harness.run("a")
    let bytes = try harness.results("a")
    let clips = harness.runFolder("a").appendingPathComponent("clips")
    let records = try harness.recordTimes("a").keys.sorted()
    let truncated = clips.appendingPathComponent(records[0])
    let half = try Data(contentsOf: truncated)
    try half.prefix(half.count / 2).write(to: truncated)
    let edited = clips.appendingPathComponent(records[1])
    let text = try String(contentsOf: edited, encoding: .utf8)
    try text.replacing("\"clipFrames\" : 5", with: "\"clipFrames\" : 6").write(
      to: edited, atomically: true, encoding: .utf8)
    #expect(try String(contentsOf: edited, encoding: .utf8) != text)
    try FileManager.default.removeItem(at: clips.appendingPathComponent(records[2]))
    try harness.run("a")
    #expect(try harness.results("a") == bytes)
  }

  @Test func onePixelOfOneOutputChangesExactlyItsRecord() throws {
    let harness = try Harness()
    try harness.run("a")
    let before = try harness.recordTimes("a")
    let file = harness.outputs.appendingPathComponent("\(harness.suite.clips[1])/00003.png")
    let frame = try PNGFile.read(file)
    var rgb = frame.rgb
    rgb[100] ^= 8
    try PNGFile.write(Frame(width: frame.width, height: frame.height, rgb: rgb), to: file)
    try harness.run("a")
    let after = try harness.recordTimes("a")
    let changed = after.filter { before[$0.key] != $0.value }.keys
    #expect(changed.count == 1)
    #expect(changed.first?.contains("theirs") == true && changed.first?.hasSuffix("clip-1.json") == true)
  }

  @Test func addingAMetricKeepsTheOthers() throws {
    var harness = try Harness()
    harness.configuration.metrics = [.psnr]
    try harness.run("a")
    harness.configuration.metrics = [.psnr, .ssim]
    #expect(throws: RunFolderError.otherConfiguration(folder: harness.runFolder("a").path, keys: ["metrics"]))
    {
      try harness.run("a")
    }
    try harness.run("a", allowsNewRows: true)
    try harness.run("fresh")
    #expect(try harness.results("a") == harness.results("fresh"))
  }

  @Test func addingClipsKeepsTheOthers() throws {
    var harness = try Harness()
    harness.configuration.limit = 1
    let partial = try harness.run("a")
    #expect(partial.isPartial && partial.notes.first == "partial: 1 of 3 clips of tiny")
    let before = try harness.recordTimes("a")
    harness.configuration.limit = 3
    #expect(throws: RunFolderError.self) { try harness.run("a") }
    try harness.run("a", allowsNewRows: true)
    try harness.run("fresh")
    #expect(try harness.results("a") == harness.results("fresh"))
    let after = try harness.recordTimes("a")
    #expect(!before.isEmpty && before.allSatisfy { after[$0.key] == $0.value })
  }

  @Test func outputsOfAnotherSizeAreNoted() throws {
    var harness = try Harness(clips: 1)
    for index in 0..<5 {
      let file = harness.outputs.appendingPathComponent("scene/clip-0/0000\(index).png")
      try PNGFile.write(Frame(width: 24, height: 16, red: 9, green: 9, blue: 9), to: file)
    }
    harness.configuration.metrics = [.psnr]
    #expect(
      try harness.run("a").notes.filter { $0.hasPrefix("theirs") } == [
        "theirs, tiny: check: output frames repeat the one before while the original moves (1 clip)",
        "theirs, tiny: output is 24x16 where the clip is of another size (1 clip)",
      ])
  }

  @Test func changedSeedIsAnotherRun() throws {
    var harness = try Harness()
    try harness.run("a")
    harness.configuration.seed = 7
    #expect(throws: RunFolderError.otherConfiguration(folder: harness.runFolder("a").path, keys: ["seed"])) {
      try harness.run("a")
    }
  }

  @Test func scoringFramesEqualsRunningOnThem() throws {
    var harness = try Harness()
    let all = try harness.run("a")
    harness.configuration.methods = [
      MethodSpec(
        name: "theirs", source: .outputs(template: harness.outputs.path, offset: nil, countPolicy: .strict))
    ]
    let one = try harness.run("b")
    #expect(one.cells[0].values == all.cells[1].values)
  }

  @Test func unavailableMetricsSayWhy() throws {
    var harness = try Harness(clips: 1)
    harness.configuration.metrics = MetricID.allCases
    let results = try harness.run("a")
    for id in [MetricID.fid, .fvd, .lpips] {
      let summary = try #require(results.cells[0].values[id])
      #expect(summary.value == nil && summary.reason?.isEmpty == false)
    }
    #expect(results.metrics.map(\.id) == MetricID.allCases)
  }
}
