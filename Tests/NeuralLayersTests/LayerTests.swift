import Checkpoints
import Foundation
import NeuralLayers
import TensorCore
import TestSupport
import Testing

/// Tensors of a fixture under the names layers ask for.
struct GoldenSource: TensorSource {
  let name = "fixture"
  let separator = "."
  private let tensors: [String: Tensor]

  init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  /// The roles of one case of the operations fixture.
  init(case prefix: String, renaming: [String: String] = [:]) throws {
    let file = try GoldenTensors(Goldens.tensors.appendingPathComponent("operations.safetensors"))
    var found: [String: Tensor] = [:]
    for name in file.names where name.hasPrefix(prefix + ".") {
      let role = String(name.dropFirst(prefix.count + 1))
      found[renaming[role] ?? role] = Tensor(shape: file.shape(name), file.floats(name))
    }
    tensors = found
  }

  var names: [String] { tensors.keys.sorted() }

  func hasTensor(named name: String) -> Bool { tensors[name] != nil }

  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    tensors[name].map { WeightTensor($0) }
  }

  subscript(name: String) -> Tensor { tensors[name] ?? Tensor(zeros: 0) }
}

@Suite struct LayerTests {
  private func error(_ found: Tensor, _ expected: Tensor) -> Double {
    guard found.shape == expected.shape else { return .infinity }
    return Oracle.relativeError(found.values, expected.values.map(Double.init))
  }

  @Test func layersMatchPyTorch() throws {
    let linear = try GoldenSource(case: "linear.0")
    #expect(error(try Linear(WeightScope(linear), 19, 23)(linear["input"]), linear["out"]) < 5e-6)
    let image = try GoldenSource(case: "conv2d.0")
    let conv = try Conv2D(WeightScope(image), 3, 5, kernel: 3, padding: 1)
    #expect(error(conv(image["input"]), image["out"]) < 5e-6)
    let clip = try GoldenSource(case: "conv3d.0")
    let temporal = try Conv3D(
      WeightScope(clip), 4, 3, kernel: Size3D(frames: 3, height: 1, width: 1),
      padding: Size3D(frames: 1, height: 0, width: 0))
    #expect(error(temporal(clip["input"]), clip["out"]) < 5e-6)
    let small = try GoldenSource(case: "transposed.0")
    let transposed = try ConvTranspose2D(
      WeightScope(small), 3, 4, kernel: 3, stride: 2, padding: 1, outputPadding: 1)
    #expect(error(transposed(small["input"]), small["out"]) < 5e-6)
    let groups = try GoldenSource(case: "groupnorm_silu.0")
    let groupNorm = try GroupNorm(WeightScope(groups), groups: 3, channels: 6, activation: .silu)
    #expect(error(groupNorm(groups["input"]), groups["out"]) < 5e-6)
    let rows = try GoldenSource(case: "layernorm.0")
    #expect(error(try LayerNorm(WeightScope(rows), 37)(rows["input"]), rows["out"]) < 5e-6)
    let batch = try GoldenSource(
      case: "batchnorm.0", renaming: ["mean": "running_mean", "variance": "running_var"])
    let batchNorm = try BatchNorm(WeightScope(batch), channels: 5, epsilon: 1e-3)
    #expect(error(batchNorm(batch["input"]), batch["out"]) < 5e-6)
  }

  @Test func embeddingsLookRowsUp() throws {
    let table = Tensor(shape: [3, 2], [0, 1, 2, 3, 4, 5])
    let embedding = try Embedding(WeightScope(GoldenSource(["weight": table])), count: 3, width: 2)
    #expect(embedding([2, 0, 2]).values == [4, 5, 0, 1, 4, 5])
  }

  @Test func missingAndMisshapenWeightsAreErrors() throws {
    let source = GoldenSource(["conv.weight": Tensor(zeros: 4, 3, 3, 3), "conv.other": Tensor(zeros: 4)])
    let scope = WeightScope(source) / "conv"
    #expect(throws: CheckpointError.self) { try Conv2D(scope, 3, 4, kernel: 5, hasBias: false) }
    #expect(throws: CheckpointError.self) { try Conv2D(scope, 3, 4, kernel: 3) }
    _ = try Conv2D(scope, 3, 4, kernel: 3, hasBias: false)
    #expect(scope.unusedNames() == ["conv.other"])
  }
}
