import Checkpoints
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing
import WeightStore

@testable import Metrics

@Suite struct LPIPSTests {
  private struct Golden: Decodable {
    let lpips: Double
    let per_layer: [Double]
  }

  /// The two frames of a pair, as the pixel metrics have them.
  private func frames(_ name: String) throws -> (Frame, Frame) {
    let first = try GoldenFiles.frame("clips/move/orig/000.png")
    func grey(_ level: UInt8) -> Frame {
      Frame(width: first.width, height: first.height, red: level, green: level, blue: level)
    }
    switch name {
    case "identical": return (first, first)
    case "zero_vs_one": return (grey(0), grey(255))
    case "const_10_12": return (grey(10), grey(12))
    case "one_lsb": return (first, try GoldenFiles.frame("pairs/one_lsb_b.png"))
    case "noise":
      return (try GoldenFiles.frame("pairs/noise_a.png"), try GoldenFiles.frame("pairs/noise_b.png"))
    case "inverted":
      return (first, Frame(width: first.width, height: first.height, rgb: first.rgb.map { 255 - $0 }))
    default:
      let parts = name.split(separator: "_")
      try #require(parts.count == 2)
      return (
        try GoldenFiles.namedFrame("\(parts[0])_orig_\(parts[1])"),
        try GoldenFiles.namedFrame("\(parts[0])_gen_\(parts[1])")
      )
    }
  }

  private func check(_ network: LPIPSDistance, _ key: String) throws {
    let goldens = try GoldenFiles.json("lpips/expected.json", as: [String: [String: Golden]].self)
    let pairs = try #require(goldens[key])
    for (name, golden) in pairs {
      let (a, b) = try frames(name)
      let (total, layers) = network(
        network.features(a), network.features(b), size: a.size, average: .layer)
      #expect(abs(total - golden.lpips) <= 2e-6 + 1e-4 * golden.lpips, "\(key) \(name): \(total)")
      for (found, expected) in zip(layers, golden.per_layer) {
        #expect(abs(found - expected) <= 2e-6 + 1e-4 * expected, "\(key) \(name)")
      }
    }
  }

  @Test func randomBackboneWithPublishedLinearLayers() throws {
    let scope = WeightScope(try GoldenFiles.weights("lpips/alex_random.safetensors"))
    let network = try LPIPSDistance(scope, .alex)
    try scope.requireAllUsed()
    let goldens = try GoldenFiles.json("lpips/expected.json", as: [String: [String: Golden]].self)
    try check(network, try #require(goldens.keys.first { $0.hasPrefix("random") }))
  }

  @Test func featureMapsOfACrop() throws {
    let expected = try GoldenFiles.tensors("lpips/alex_random_features.safetensors")
    let whole = try GoldenFiles.frame("clips/move/orig/000.png")
    let crop = Frame(
      width: 64, height: 64,
      rgb: (64..<128).flatMap { whole.rgb[(($0 * whole.width) + 64) * 3..<(($0 * whole.width) + 128) * 3] })
    let network = try PerceptualNetwork(
      WeightScope(try GoldenFiles.weights("lpips/alex_random.safetensors")), .alex)
    for (index, map) in network(LPIPSInput.tensor(crop)).enumerated() {
      let key = "relu\(index + 1)_crop64"
      #expect(largestDifference(map.values, expected.numbers(key)) < 1e-5, "\(key)")
    }
  }

  @Test(.enabled(if: RealWeights.have(.lpipsAlex), "needs the weights lpips-alex"))
  func alexWithPublishedWeights() throws {
    let scope = WeightScope(PackageNames.perceptual(try RealWeights.source(.lpipsAlex), .alex))
    let network = try LPIPSDistance(scope, .alex)
    try scope.requireAllUsed()
    try check(network, "imagenet_alex_lins_v0.1")
    let (zero, one) = (
      Frame(width: 64, height: 64, red: 0, green: 0, blue: 0),
      Frame(width: 64, height: 64, red: 255, green: 255, blue: 255)
    )
    let value = network(
      network.features(zero), network.features(one), size: zero.size, average: .spatialMean
    ).total
    #expect(abs(value - 0.81404) < 2e-5)
  }

  @Test(.enabled(if: RealWeights.have(.lpipsVGG), "needs the weights lpips-vgg"))
  func vggWithPublishedWeights() throws {
    let network = try LPIPSDistance(
      WeightScope(PackageNames.perceptual(try RealWeights.source(.lpipsVGG), .vgg)), .vgg)
    try check(network, "imagenet_vgg_lins_v0.1")
  }

  // MARK: - The metric

  private func metric(_ options: [String: String] = [:]) throws -> LPIPSMetric {
    let file = Goldens.metrics.appendingPathComponent("lpips/alex_random.safetensors").path
    return try LPIPSMetric(
      options: options.merging(["weights": file]) { $1 }, weights: Weightless.store)
  }

  @Test func framesAreKeptAndPooledLate() throws {
    let metric = try metric()
    var clips: [(clipID: String, measurement: ClipMeasurement)] = []
    for (clip, count) in [("a", 1), ("b", 2)] {
      let observer = try metric.makeObserver(clipID: clip)
      for (index, pair) in try zip(GoldenFiles.clip("move", "orig"), GoldenFiles.clip("move", "gen"))
        .enumerated().prefix(count)
      {
        try observer.observe(
          original: OriginalFrame(index: index, frame: pair.0), generated: GeneratedFrame(frame: pair.1))
      }
      clips.append((clip, try observer.finish()))
    }
    let frames = clips.flatMap { $0.measurement.frames.compactMap(\.self) }
    try #require(frames.count == 3)
    let summary = metric.summarize(clips)
    let value = try #require(summary.value)
    #expect(abs(value - (frames[0] + (frames[1] + frames[2]) / 2) / 2) < 1e-15)
    let pooled = try self.metric(["agg": "frame-mean"]).summarize(clips)
    #expect(abs((pooled.value ?? 0) - frames.reduce(0, +) / 3) < 1e-15)
    #expect(pooled.alternatives["clip-mean"] == value)
  }

  @Test func otherWeightsMakeATestColumn() throws {
    let metric = try metric()
    #expect(metric.label == "TEST-LPIPS" && metric.comparability == .test)
    #expect(metric.unavailability == nil)
    #expect(throws: MetricsError.self) {
      try LPIPSMetric(
        options: [
          "weights": Goldens.metrics.appendingPathComponent("inception/mini_d8.safetensors").path
        ], weights: Weightless.store)
    }
  }

  @Test func officialNameNeedsThePublishedFile() throws {
    guard RealWeights.have(.lpipsAlex) else { return }
    let metric = try LPIPSMetric(weights: RealWeights.store)
    #expect(metric.label == "LPIPS" && metric.comparability == .official)
  }
}
