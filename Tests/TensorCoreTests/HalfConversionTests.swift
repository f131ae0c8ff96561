import CTensorKernels
import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import TensorCore

/// The C conversions against Swift's own `Float16` and PyTorch's bfloat16.
@Suite struct HalfConversionTests {
  static var instructionSets: [ct_isa] {
    [CT_ISA_GENERIC, CT_ISA_F16C].filter { ct_supports($0) != 0 }
  }

  @Test(arguments: instructionSets.map(\.rawValue))
  func everyHalfWidensExactly(isa: UInt32) {
    let halves = (0...UInt16.max).map { $0 }
    var floats = [Float](repeating: 0, count: halves.count)
    ct_float_from_half(&floats, halves, halves.count, ct_isa(isa))
    for (half, float) in zip(halves, floats) {
      let expected = Float(Float16(bitPattern: half))
      #expect(float.bitPattern == expected.bitPattern || (float.isNaN && expected.isNaN), "half \(half)")
    }
  }

  @Test(arguments: instructionSets.map(\.rawValue))
  func floatsRoundToNearestEven(isa: UInt32) {
    var generator = MersenneTwister(seed: 5)
    var floats: [Float] = [0, -0.0, .infinity, -.infinity, .nan, 65519.996, 65520, 2.9802322e-8, 2.980233e-8]
    for half in stride(from: UInt16(0), to: 0x7C00, by: 7) {
      // The value itself, the midpoint to its neighbour, and both sides of the midpoint.
      let value = Float(Float16(bitPattern: half))
      let middle = (value + Float(Float16(bitPattern: half + 1))) / 2
      floats += [value, -value, middle, middle.nextUp, middle.nextDown]
    }
    floats += (0..<5000).map { _ in Float(bitPattern: generator.nextWord()) }
    var halves = [UInt16](repeating: 0, count: floats.count)
    ct_half_from_float(&halves, floats, floats.count, ct_isa(isa))
    for (float, half) in zip(floats, halves) {
      let expected = Float16(float)
      #expect(
        half == expected.bitPattern || (expected.isNaN && Float16(bitPattern: half).isNaN), "float \(float)")
    }
  }

  @Test(arguments: 0...17)
  func everyLengthIsConvertedWhole(count: Int) {
    let floats = (0..<count).map { Float($0) - 3.5 }
    for isa in Self.instructionSets {
      var halves = [UInt16](repeating: 0xAAAA, count: count + 1)
      ct_half_from_float(&halves, floats, count, isa)
      #expect(halves.last == 0xAAAA)
      var back = [Float](repeating: 99, count: count + 1)
      ct_float_from_half(&back, halves, count, isa)
      #expect(back == floats + [99])
    }
  }

  @Test func conversionsMatchPyTorch() throws {
    let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("halves.safetensors"))
    let floats = try #require(try file.weight(named: "float"))
    let half = try #require(try file.weight(named: "half"))
    let bfloat = try #require(try file.weight(named: "bfloat"))
    #expect(floats.converted(to: .float16).withUnsafeBytes(Array.init) == half.withUnsafeBytes(Array.init))
    #expect(floats.converted(to: .bfloat16).withUnsafeBytes(Array.init) == bfloat.withUnsafeBytes(Array.init))
    #expect(bfloat.converted(to: .float32).converted(to: .bfloat16).float32() == bfloat.float32())
  }
}
