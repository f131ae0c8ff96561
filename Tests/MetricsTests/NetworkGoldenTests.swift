import Checkpoints
import EvalCore
import Imaging
import TensorCore
import TestSupport
import Testing
import WeightStore

@testable import Metrics

@Suite struct NetworkGoldenTests {
  private struct InceptionGolden: Decodable { let endpoints: [String: StageSummary] }
  private struct I3DGolden: Decodable {
    let endpoints: [String: StageSummary]?
  }

  @Test func inceptionOfAllWidthsFromTheFile() throws {
    let scope = WeightScope(try GoldenFiles.weights("inception/mini_d8.safetensors"))
    let network = try InceptionV3(scope)
    try scope.requireAllUsed()
    let goldens = try GoldenFiles.json("inception/expected.json", as: [String: InceptionGolden].self)
    let expected = try GoldenFiles.tensors("inception/expected.safetensors")
    #expect(!goldens.isEmpty)
    for (key, golden) in goldens {
      var seen = 0
      var mixed: [Float] = []
      let input = FIDFlavour.pytorchFID.input(try GoldenFiles.namedFrame(key))
      let features = network.features(input) { name, x in
        guard let summary = golden.endpoints[name] else { return }
        seen += 1
        #expect(summary.deviation(x) < 1e-5, "\(key) \(name)")
        if name == "Mixed_7a" { mixed = x.values }
      }
      #expect(seen == golden.endpoints.count)
      #expect(largestDifference(features.values, expected.numbers("\(key)_pool")) < 1e-5)
      #expect(
        largestDifference(network.classScores(features).values, expected.numbers("\(key)_fc")) < 1e-5)
      if expected.names.contains("\(key)_Mixed_7a") {
        #expect(largestDifference(mixed, expected.numbers("\(key)_Mixed_7a")) < 1e-5)
      }
    }
  }

  @Test func i3DOfAllWidthsFromTheFile() throws {
    let scope = WeightScope(try GoldenFiles.weights("i3d/mini_d8.safetensors"))
    let network = try I3D(scope)
    try scope.requireAllUsed()
    try check(network, prefix: "mini", tolerance: 1e-4)
  }

  @Test(.enabled(if: RealWeights.have(.i3d), "needs the weights i3d"))
  func i3DWithPublishedWeights() throws {
    let scope = WeightScope(PackageNames.i3d(try RealWeights.source(.i3d)))
    let network = try I3D(scope)
    try scope.requireAllUsed()
    try check(network, prefix: "kinetics400", tolerance: 2e-3)
  }

  private func check(_ network: I3D, prefix: String, tolerance: Double) throws {
    let goldens = try GoldenFiles.json("i3d/expected.json", as: [String: I3DGolden].self)
    let expected = try GoldenFiles.tensors("i3d/expected.safetensors")
    let keys = expected.names.filter { $0.hasPrefix(prefix) && $0.hasSuffix("_logits") }
    #expect(!keys.isEmpty)
    for key in keys {
      let name = String(key.dropLast("_logits".count))
      let count = try #require(name.split(separator: "_T").last.flatMap { Int($0) })
      let inputs = try (0..<count).map { index in
        try Tensor(GoldenFiles.frame("clips/i3d16/" + (index < 10 ? "00\(index)" : "0\(index)") + ".png")) {
          Float($1) / 255
        }.images.resized(to: 224, .bilinear).mapped { 2 * $0 - 1 }.reshaped(3, 1, 224, 224)
      }
      let clip = Tensor.concatenation(inputs, axis: 1).reshaped(1, 3, count, 224, 224)
      let stages = goldens[name]?.endpoints ?? [:]
      let logits = network(clip) { stage, x in
        // Summaries of the published network come from float32 themselves.
        let tolerance = prefix == "mini" ? 1e-5 : 1e-4
        if let summary = stages[stage] { #expect(summary.deviation(x) < tolerance, "\(name) \(stage)") }
      }
      #expect(largestDifference(logits.values, expected.numbers(key)) < tolerance, "\(name)")
    }
  }

  @Test(.enabled(if: RealWeights.have(.efficientNetLite0), "needs the weights efficientnet-lite0"))
  func efficientNetWithPublishedWeights() throws {
    struct Golden: Decodable { let blocks: [String: StageSummary] }
    let scope = WeightScope(try RealWeights.source(.efficientNetLite0))
    let network = try EfficientNetLite0(scope)
    try scope.requireAllUsed()
    let goldens = try GoldenFiles.json("effnet/expected.json", as: [String: Golden].self)
    let expected = try GoldenFiles.tensors("effnet/expected.safetensors")
    for (key, golden) in goldens {
      let frame = try GoldenFiles.namedFrame(key)
      let resized = Resizer(from: frame.size, to: FrameSize(width: 224, height: 224), filter: .bilinearAA)
      let features = network.features(Tensor(resized.float(frame)) { ($0 - 127) / 128 }.images) { name, x in
        if let summary = golden.blocks[name] { #expect(summary.deviation(x) < 1e-3, "\(key) \(name)") }
      }
      #expect(largestDifference(features.values, expected.numbers("\(key)_feat1280")) < 1e-3, "\(key)")
      #expect(
        largestDifference(network.classScores(features).values, expected.numbers("\(key)_logits1000")) < 1e-3)
    }
  }

  @Test func wrongWeightFileNamesWhatIsMissing() throws {
    let alex = try GoldenFiles.weights("lpips/alex_random.safetensors")
    #expect(throws: CheckpointError.self) { try InceptionV3(WeightScope(alex)) }
    #expect(throws: CheckpointError.self) { try I3D(WeightScope(PackageNames.i3d(alex))) }
    let inception = try GoldenFiles.weights("inception/mini_d8.safetensors")
    #expect(throws: CheckpointError.self) {
      try LPIPSDistance(WeightScope(PackageNames.perceptual(inception, .alex)), .alex)
    }
    #expect(throws: CheckpointError.self) { try EfficientNetLite0(WeightScope(inception)) }
  }
}
