import TensorCore
import TestSupport
import Testing

@Suite struct NormalizationTests {
  @Test func normalizationsMatchPyTorch() throws {
    let goldens = try OperationGoldens()
    for (name, activation) in [("groupnorm", FusedActivation.none), ("groupnorm_silu", .silu)] {
      goldens.check(name) {
        $0["input"].groupNormalized(
          groups: $0.integers()[0], weight: $0["weight"], bias: $0["bias"], epsilon: Double($0.parameters[1]),
          activation: activation)
      }
    }
    goldens.check("instancenorm") { $0["input"].instanceNormalized(epsilon: Double($0.parameters[0])) }
    goldens.check("layernorm") {
      $0["input"].layerNormalized(weight: $0["weight"], bias: $0["bias"], epsilon: Double($0.parameters[0]))
    }
  }

  /// A mean a thousand times the deviation: one pass in float32 would lose the variance.
  @Test func largeMeansKeepTheVariance() {
    let values = Oracle.numbers(4 * 997, seed: 8).map { $0 + 1000 }
    let result = Tensor(shape: [1, 4, 997], values).groupNormalized(groups: 2)
    var expected: [Double] = []
    for group in 0..<2 {
      let part = values[group * 1994..<(group + 1) * 1994].map(Double.init)
      let mean = part.reduce(0, +) / 1994
      let variance = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1994
      expected += part.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
    }
    #expect(Oracle.relativeError(result.values, expected) < 1e-5)
  }

  @Test func framesCanShareStatistics() {
    let frames = Tensor(shape: [6, 4, 3, 5], Oracle.numbers(360, seed: 9))
    let weight = Tensor(shape: [4], [1, 2, -1, 0.5])
    let together = frames.groupNormalized(groups: 2, weight: weight, samplesTogether: 3, activation: .silu)
    let clips = frames.reshaped(2, 3, 4, 3, 5).permuted(0, 2, 1, 3, 4)
    let expected = clips.groupNormalized(groups: 2, weight: weight, activation: .silu).permuted(0, 2, 1, 3, 4)
    let error = Oracle.relativeError(together.values, expected.values.map(Double.init))
    #expect(error < 1e-6)
    let apart = frames.groupNormalized(groups: 2, weight: weight, activation: .silu)
    #expect(Oracle.relativeError(apart.values, expected.values.map(Double.init)) > 1e-3)
  }
}
