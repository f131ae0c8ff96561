import EvalCore
import Foundation
import TestSupport
import Testing
import WeightStore

@testable import Evaluation
@testable import Media

/// Runs with features kept between them: test weights of FID and of RAFT, 3 clips of 4 evaluated frames.
@Suite struct FeatureCacheRunTests {
  private var harness: Harness
  private let outputs = 12
  private let pairs = 9

  init() throws {
    harness = try Harness()
    harness.configuration.metrics = [.fid, .tc]
    harness.configuration.frameProtocol.size = FrameSize(width: 128, height: 128)
    func path(_ name: String) -> String { Goldens.metrics.appendingPathComponent(name).path }
    harness.configuration.metricOptions = [
      .fid: ["weights": path("inception/mini_d8.safetensors")],
      .tc: ["weights": path("raft/large_mini.safetensors"), "iterations": "1"],
    ]
    let theirs = MethodSpec(
      name: "theirs", source: .outputs(template: harness.outputs.path, offset: nil, countPolicy: .strict))
    harness.configuration.methods = [theirs, MethodSpec(name: "ground-truth", source: .oracle)]
  }

  private var content: URL { harness.folder.url.appendingPathComponent("content") }

  private func run(_ name: String, jobs: Int = 2) throws -> (
    bytes: Data, counts: [FeatureKind: FeatureCache.Counts]
  ) {
    var runner = try harness.runner(name, jobs: jobs)
    let features = FeatureCache(ContentCache(content), kernels: "test") { Issue.record("warned: \($0)") }
    runner.features = features
    _ = try runner.run()
    return (try harness.results(name), features.counts)
  }

  @Test(arguments: [1, 4]) func warmColdAndNoCacheGiveTheSameBytes(jobs: Int) throws {
    try harness.run("without")
    let cold = try run("cold", jobs: jobs)
    let warm = try run("warm", jobs: jobs)
    #expect(try cold.bytes == harness.results("without") && warm.bytes == cold.bytes)
    #expect(cold.counts[.flow] == .init(hits: 0, misses: pairs))
    #expect(cold.counts[.frameFeatures]?.misses == 2 * outputs)
    #expect(warm.counts[.flow] == .init(hits: pairs, misses: 0))
    #expect(warm.counts[.frameFeatures] == .init(hits: 2 * outputs, misses: 0))
  }

  @Test mutating func anotherRowComputesItsOutputsAlone() throws {
    _ = try run("first")
    let mine = harness.folder.url.appendingPathComponent("mine")
    try harness.suite.writeOutputs(in: mine, distortion: 30)
    harness.configuration.methods.append(
      MethodSpec(name: "mine", source: .outputs(template: mine.path, offset: nil, countPolicy: .strict)))
    let second = try run("second")
    #expect(second.counts[.flow] == .init(hits: pairs, misses: 0))
    #expect(second.counts[.frameFeatures] == .init(hits: 2 * outputs, misses: outputs))
  }

  @Test func plansSayWhatTheCacheHas() throws {
    func plan(_ name: String, kernels: String = "test") throws -> [String: RunPlan.CacheShare] {
      let cache = harness.folder.url.appendingPathComponent("cache")
      let planner = try RunPlanner(
        harness.configuration, folder: RunFolder(harness.runFolder(name)),
        library: SuiteLibrary(cache: cache),
        progress: .silent, weights: WeightStore(cache: cache, environment: [:]),
        features: FeatureCache(ContentCache(content), kernels: kernels) { Issue.record("warned: \($0)") },
        rate: 1e11)
      return try #require(try planner.plan().cached)
    }
    let cold = try plan("run")
    #expect(
      cold.mapValues(\.asked) == ["flow": 1, "frame-features": 2] && cold.values.allSatisfy { $0.found == 0 })
    // A plan computes what is missing to go on, and keeps nothing.
    #expect(try plan("run").values.allSatisfy { $0.found == 0 })
    _ = try run("run")
    let warm = try plan("run")
    #expect(warm.mapValues(\.found) == ["flow": 1, "frame-features": 2])
    #expect(try plan("run", kernels: "other").values.allSatisfy { $0.found == 0 })
  }

  @Test func oneChangedPixelIsOneMiss() throws {
    _ = try run("first")
    let file = harness.outputs.appendingPathComponent("scene/clip-1/00002.png")
    let frame = try PNGFile.read(file)
    var rgb = frame.rgb
    rgb[0] ^= 128
    try PNGFile.write(Frame(width: frame.width, height: frame.height, rgb: rgb), to: file)
    let second = try run("second")
    #expect(second.counts[.frameFeatures] == .init(hits: 2 * outputs - 1, misses: 1))
    #expect(second.counts[.flow] == .init(hits: pairs, misses: 0))
  }

  @Test mutating func anotherSettingOfTheFlowFindsNone() throws {
    _ = try run("first")
    harness.configuration.metricOptions[.tc]?["iterations"] = "2"
    let second = try run("second")
    #expect(second.counts[.flow] == .init(hits: 0, misses: pairs))
    #expect(second.counts[.frameFeatures]?.misses == 0)
    // How flow is used is no part of it.
    harness.configuration.metricOptions[.tc]?["outside"] = "border"
    #expect(try run("third").counts[.flow] == .init(hits: pairs, misses: 0))
  }

  @Test func damagedItemsLeaveTheBytesAsTheyWere() throws {
    let cold = try run("cold")
    let paths = FileManager.default.enumerator(atPath: content.path)?.compactMap { $0 as? String } ?? []
    let files = paths.map { content.appendingPathComponent($0) }.filter {
      (try? FileManager.default.attributesOfItem(atPath: $0.path)[.type] as? FileAttributeType)
        == .typeRegular
    }
    #expect(files.count == pairs + 2 * outputs)
    for file in files { try Data(try Data(contentsOf: file).dropLast(3)).write(to: file) }
    var runner = try harness.runner("damaged")
    let features = FeatureCache(ContentCache(content), kernels: "test") { _ in }
    runner.features = features
    _ = try runner.run()
    #expect(try harness.results("damaged") == cold.bytes)
    #expect(features.counts[.flow]?.damaged == pairs && features.counts[.flow]?.hits == 0)
  }
}
