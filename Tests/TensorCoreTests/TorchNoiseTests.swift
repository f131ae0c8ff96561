import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import TensorCore

/// The random numbers of PyTorch, compared bit for bit.
@Suite struct TorchNoiseTests {
  /// Draw sizes of `make_noise` in the generator script, in order; small ones in between exercise the
  /// cached value.
  static let sizes = [1, 16, 3, 17, 40, 2, 31, 256, 15, 1000]

  @Test(arguments: [0, 42, 20_240_607, (1 << 32) + 5] as [UInt64])
  func drawsEqualPyTorch(seed: UInt64) throws {
    let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("noise.safetensors"))
    var noise = TorchNoise(seed: seed)
    for (step, size) in Self.sizes.enumerated() {
      let expected = try file.tensor("\(seed).\(step)")
      let found = noise.normal(size)
      #expect(
        found.values.map(\.bitPattern) == expected.values.map(\.bitPattern), "seed \(seed), draw \(step)")
    }
    #expect(noise.uniform([9]) == (try file.tensor("\(seed).uniform")))
  }

  @Test func drawsEqualTheModelFixture() throws {
    let file = try CheckpointFile.open(Goldens.lvcd.appendingPathComponent("14_rng.safetensors"))
    let seed = try #require(file.metadata["seed"].flatMap { UInt64($0) })
    var noise = TorchNoise(seed: seed)
    for name in ["randn_a", "randn_b", "randn_c_short"] {
      let expected = try file.tensor(name)
      let found = noise.normal(expected.shape)
      #expect(found.shape == expected.shape)
      #expect(found.values.map(\.bitPattern) == expected.values.map(\.bitPattern), "\(name)")
    }
  }

  @Test func otherSeedsGiveOtherNumbers() {
    var first = TorchNoise(seed: 1)
    var second = TorchNoise(seed: 2)
    #expect(first.normal(16) != second.normal(16))
  }

  @Test func momentsAreThoseOfANormalDistribution() {
    var noise = TorchNoise(seed: 3)
    let values = noise.normal(100, 1000).values.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(mean) < 0.015 && abs(variance - 1) < 0.02)
  }

  @Test func theTwisterGivesItsPublishedSequence() {
    var twister = MersenneTwister(seed: 5489)
    for _ in 0..<9_999 { _ = twister.nextWord() }
    #expect(twister.nextWord() == 4_123_659_995)  // the value the C++ standard names for mt19937
  }
}
