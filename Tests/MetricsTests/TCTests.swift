import EvalCore
import Foundation
import Perception
import Synchronization
import Testing

@testable import Metrics

/// Gives flows by position in a clip, as golden files store them: from frame `t + 1` to frame `t`.
private struct StoredFlows: FlowEstimator {
  let frames: [Frame]
  let flows: [OpticalFlow]

  var label: String { "Stored" }
  var name: String { "stored" }

  func flow(from first: Frame, to second: Frame) throws -> OpticalFlow {
    let index = try #require(
      frames.indices.dropLast().first { frames[$0 + 1] == first && frames[$0] == second })
    return flows[index]
  }
}

/// Counts how often it is asked.
private final class CountingFlow: FlowEstimator {
  let calls = Mutex(0)
  let label = "Counting"
  let name = "counting"

  func flow(from first: Frame, to second: Frame) throws -> OpticalFlow {
    calls.withLock { $0 += 1 }
    return try DISEstimator().flow(from: first, to: second)
  }
}

@Suite struct TCTests {
  private struct Pair: Decodable {
    let orig_num, orig_den, gen_num, gen_den, orig_err, gen_err: Double
    let ratio: Double?
  }
  private struct Mode: Decodable {
    let pairs: [Pair]
    let mean_of_ratios, ratio_of_sums: Double?
    let excluded_pairs: Int
  }
  private struct Masked: Decodable {
    let ratios: [Double?]
  }
  private struct Clip: Decodable {
    let zeros, border: Mode
    let in_frame_mask: Masked
  }

  private func expected() throws -> [String: Clip] {
    try GoldenFiles.json("tc/expected.json", as: [String: Clip].self)
  }

  private func clip(_ name: String, pairs: Int) throws -> (original: [Frame], generated: [Frame], StoredFlows)
  {
    let original = Array(try GoldenFiles.clip(name, "orig").prefix(pairs + 1))
    let generated = Array(try GoldenFiles.clip(name, "gen").prefix(pairs + 1))
    let area = original[0].width * original[0].height
    let stored = try GoldenTensors("tc/flows.safetensors")["\(name).flow_tplus1_to_t"]
    let values = stored.map { [UInt8]($0.bytes) } ?? []
    func plane(_ number: Int) -> [Float] {
      guard !values.isEmpty else { return [Float](repeating: 0, count: area) }
      return (number * area..<(number + 1) * area).map {
        Float(Float16(bitPattern: UInt16(values[2 * $0]) | UInt16(values[2 * $0 + 1]) << 8))
      }
    }
    let flows = (0..<pairs).map {
      OpticalFlow(
        width: original[0].width, height: original[0].height, dx: plane(2 * $0), dy: plane(2 * $0 + 1))
    }
    return (original, generated, StoredFlows(frames: original, flows: flows))
  }

  private func measure(
    _ original: [Frame], _ generated: [Frame], _ estimator: any FlowEstimator,
    _ options: [String: String] = [:]
  ) throws -> ClipMeasurement {
    let metric = try TCMetric(TCOptions(options), estimator: estimator, protocol: .paper)
    let observer = metric.makeObserver(clipID: "clip")
    for (index, (a, b)) in zip(original, generated).enumerated() {
      try observer.observe(
        original: OriginalFrame(index: index, frame: a), generated: GeneratedFrame(frame: b))
    }
    return try observer.finish()
  }

  private func isClose(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= 1e-9 * abs(b)
  }

  @Test(arguments: ["move", "static", "twos"], ["zeros", "border"])
  func valuesEqualTheDefinition(name: String, outside: String) throws {
    let golden = try #require(try expected()[name])
    let mode = outside == "zeros" ? golden.zeros : golden.border
    let (original, generated, flows) = try clip(name, pairs: mode.pairs.count)
    let found = try measure(original, generated, flows, ["outside": outside])
    #expect(found.frames.count == mode.pairs.count)
    for (ratio, pair) in zip(found.frames, mode.pairs) { #expect(isClose(ratio, pair.ratio)) }
    #expect(isClose(found.value, mode.mean_of_ratios))
    #expect(isClose(found.alternatives["ratio-of-sums"], mode.ratio_of_sums))
    #expect(found.missing.count == mode.excluded_pairs)
    #expect(found.counters["excluded_clips"] == (mode.mean_of_ratios == nil ? 1 : 0))
    for (index, pair) in mode.pairs.enumerated() {
      let warp = FrameWarp(flows.flows[index], reverse: nil, options: try TCOptions(["outside": outside]))
      let norms = warp.norms(earlier: generated[index], later: generated[index + 1])
      #expect(isClose(norms.difference, pair.gen_num) && isClose(norms.later, pair.gen_den))
      let own = warp.norms(earlier: original[index], later: original[index + 1])
      // The originals of a held pair differ by rounding only.
      #expect(isClose(own.difference, pair.orig_num) || max(own.difference, pair.orig_num) < 1e-9)
    }
    let sums = try measure(original, generated, flows, ["outside": outside, "agg": "ratio-of-sums"])
    #expect(isClose(sums.value, mode.ratio_of_sums))
    #expect(isClose(sums.alternatives["mean-of-ratios"], mode.mean_of_ratios))
  }

  @Test(arguments: ["move", "static", "twos"])
  func placesOutsideTheFrameCanBeLeftOut(name: String) throws {
    let golden = try #require(try expected()[name])
    let ratios = golden.in_frame_mask.ratios
    let (original, generated, flows) = try clip(name, pairs: ratios.count)
    let found = try measure(original, generated, flows, ["outside": "mask"])
    #expect(zip(found.frames, ratios).allSatisfy { isClose($0.0, $0.1) })
  }

  @Test(arguments: ["zeros", "border"])
  func warpedPicturesEqualTheReference(outside: String) throws {
    let stored = try #require(
      try GoldenTensors("tc/flows.safetensors")["move.warped_orig_0_to_1_\(outside)"])
    let (original, _, flows) = try clip("move", pairs: 1)
    let warp = FrameWarp(
      Self.asSingleGrid(flows.flows[0]), reverse: nil, options: try TCOptions(["outside": outside]))
    let found = warp.read(original[0])
    let (rows, width) = (stored.shape[1], stored.shape[2])
    // The strip begins at this row of the frame.
    let top = 96
    var largest = 0.0
    for (index, value) in stored.float32.enumerated() {
      let (channel, place) = (index / (rows * width), index % (rows * width))
      let pixel = (top + place / width) * width + place % width
      largest = max(largest, abs(found[3 * pixel + channel] - Double(value)))
    }
    #expect(largest < 1e-5)
  }

  /// The flow that a sampler in single precision reads by: the strips were made by PyTorch's `grid_sample`, whose
  /// coordinates go from pixels to -1...1 and back, each time rounded. Unlike it our warp keeps exact coordinates.
  private static func asSingleGrid(_ flow: OpticalFlow) -> OpticalFlow {
    func rounded(_ place: Int, _ shift: Float, _ side: Int) -> Float {
      let grid = 2 * (Float(place) + shift) / Float(side - 1) - 1
      return (grid + 1) / 2 * Float(side - 1) - Float(place)
    }
    let places = flow.dx.indices
    return OpticalFlow(
      width: flow.width, height: flow.height,
      dx: places.map { rounded($0 % flow.width, flow.dx[$0], flow.width) },
      dy: places.map { rounded($0 / flow.width, flow.dy[$0], flow.height) })
  }

  private func moving(_ count: Int, flicker: UInt8 = 0) -> [Frame] {
    (0..<count).map { index in
      var rgb: [UInt8] = []
      for y in 0..<64 {
        for x in 0..<64 {
          let isInside = (8 + 3 * index..<30 + 3 * index).contains(x) && (20..<44).contains(y)
          let light = index % 2 == 1 ? flicker : 0
          rgb.append(contentsOf: isInside ? [200, 60, UInt8(20 + x)] : [90, UInt8(100 + y), 180 + light])
        }
      }
      return Frame(width: 64, height: 64, rgb: rgb)
    }
  }

  @Test func theOriginalScoresOneAndFlickerScoresMore() throws {
    let original = moving(5)
    for options in [
      [:], ["direction": "forward-splat"], ["direction": "negated-forward"],
      ["occlusion": "forward-backward"],
      ["outside": "mask", "occlusion": "forward-backward"], ["held": "eps"],
    ] {
      let same = try measure(original, original, DISEstimator(), options)
      #expect(same.frames.count == 4)
      #expect(abs((same.value ?? 0) - 1) < 1e-12, "\(options)")
      let flickering = try measure(original, moving(5, flicker: 40), DISEstimator(), options)
      #expect((flickering.value ?? 0) > 1.2, "\(options)")
    }
  }

  @Test func heldAndBlackFramesAreCounted() throws {
    let frames = moving(2)
    let original = [frames[0], frames[0], frames[1]]
    let flickering = [frames[0], frames[1], frames[1]]
    let found = try measure(original, flickering, DISEstimator())
    #expect(found.frames[0] == nil && found.frames[1] != nil)
    #expect(found.counters["held_pairs"] == 1 && found.counters["compared_pairs"] == 2)
    let kept = try measure(original, flickering, DISEstimator(), ["held": "eps"])
    #expect((kept.frames[0] ?? 0) > 10)
    let dark = Frame(width: 64, height: 64, red: 0, green: 0, blue: 0)
    let black = try measure(frames, [dark, dark], DISEstimator())
    #expect(black.value == nil && black.counters["black_pairs"] == 1 && black.counters["excluded_clips"] == 1)
  }

  @Test func flowOfTheOriginalIsMadeOnceForAllRows() throws {
    let estimator = CountingFlow()
    let metric = try TCMetric(TCOptions([:]), estimator: estimator, protocol: .paper)
    let frames = moving(3)
    let observers = (0..<3).map { _ in metric.makeObserver(clipID: "a") }
    for (index, frame) in frames.enumerated() {
      let original = OriginalFrame(index: index, frame: frame)
      for observer in observers {
        try observer.observe(original: original, generated: GeneratedFrame(frame: frame))
      }
    }
    #expect(estimator.calls.withLock { $0 } == 2)
    let values = try observers.map { try $0.finish().value }
    #expect(Set(values).count == 1)
  }

  @Test func framesThatAreNotNeighboursAreNoPair() throws {
    let metric = try TCMetric(options: ["flow": "dis"])
    let observer = metric.makeObserver(clipID: "a")
    let frames = moving(4)
    for index in [0, 1, 3] {
      try observer.observe(
        original: OriginalFrame(index: index, frame: frames[index]),
        generated: GeneratedFrame(frame: frames[index]))
    }
    #expect(try observer.finish().frames.count == 1)
  }

  @Test func summaryKeepsAllAggregations() throws {
    let metric = try TCMetric(options: ["agg": "ratio-of-means", "flow": "dis"])
    let frames = moving(4)
    let clips = try [10, 40].enumerated().map { index, flicker in
      let observer = metric.makeObserver(clipID: "\(index)")
      for (number, frame) in moving(4, flicker: UInt8(flicker)).enumerated() {
        try observer.observe(
          original: OriginalFrame(index: number, frame: frames[number]),
          generated: GeneratedFrame(frame: frame))
      }
      return ("\(index)", try observer.finish())
    }
    let summary = metric.summarize(clips.map { (clipID: $0.0, measurement: $0.1) })
    let sums = clips.map {
      ($0.1.alternatives["mean-e-generated"] ?? 0, $0.1.alternatives["mean-e-original"] ?? 0)
    }
    let wanted = (sums[0].0 + sums[1].0) / (sums[0].1 + sums[1].1)
    #expect(abs((summary.value ?? 0) - wanted) < 1e-12)
    #expect(summary.alternatives["mean-of-ratios"] != nil && summary.frames == 6 && summary.clips == 2)
    #expect(
      metric.summarize([(clipID: "a", measurement: ClipMeasurement(frames: [nil], value: nil))]).reason
        != nil)
  }

  @Test func labelsNameTheFlow() throws {
    let plain = try TCMetric(options: ["flow": "dis"])
    #expect(plain.label == "TC[DIS]" && plain.comparability == .substitute)
    #expect(plain.signature.fields["flow"] == "dis(v1)")
    for options in [[:], ["flow": "raft"], ["refined": "yes"]] {
      let embedded = try TCMetric(options: options)
      #expect(embedded.label == "TC[RAFT-S/project]" && embedded.comparability == .substitute)
      let flow = embedded.signature.fields["flow"] ?? ""
      #expect(flow.hasPrefix("raft-s(weights=project,sha256=") && flow.hasSuffix("refined=v1)"))
    }
    let bare = try TCMetric(options: ["refined": "no"])
    #expect(bare.label == "TC[RAFT-S/project+unrefined]")
    #expect(bare.signature.fields["flow"]?.hasSuffix("it=20)") == true)
    #expect(try TCMetric(options: ["outside": "border"]).label == "TC[RAFT-S/project,border]")
    let file = GoldenFiles.path("raft/small.safetensors")
    let small = try TCMetric(options: ["weights": file])
    #expect(small.label.hasPrefix("TC[RAFT-S/") && small.comparability == .substitute)
    let fitted = try TCMetric(options: ["weights": file, "refined": "yes"])
    #expect(fitted.label.hasSuffix("+refined]") && fitted.signature != small.signature)
    let fewer = try TCMetric(options: ["weights": file, "iterations": "3"])
    #expect(fewer.label.contains("it=3") && fewer.signature != small.signature)
    let narrow = try TCMetric(options: ["weights": GoldenFiles.path("raft/large_mini.safetensors")])
    #expect(narrow.label.hasPrefix("TEST-TC[RAFT-L/") && narrow.comparability == .test)
  }

  @Test(arguments: [
    ["flow": "dis", "weights": "a.pth"], ["weights": "absent.pth"], ["iterations": "0"],
    ["iterations": "many"], ["refined": "maybe"], ["flow": "dis", "refined": "yes"],
    ["outside": "nowhere"], ["mask": "yes"],
  ])
  func badOptionsAreNamed(options: [String: String]) {
    #expect(throws: MetricsError.self) { try TCMetric(options: options) }
  }

  @Test func smallFramesAreRefusedByRAFT() throws {
    var evaluation = EvaluationProtocol.paper
    evaluation.size = FrameSize(width: 96, height: 64)
    #expect(throws: MetricsError.self) {
      try TCMetric(options: ["weights": GoldenFiles.path("raft/small.safetensors")], protocol: evaluation)
    }
    #expect(throws: MetricsError.self) { try TCMetric(options: ["flow": "raft"], protocol: evaluation) }
    #expect(try TCMetric(protocol: evaluation).label.hasPrefix("TC[DIS"))
  }
}
