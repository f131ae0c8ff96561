import CKernels
import Foundation
import Metrics
import Testing

@Suite struct DistanceMapTests {
  private static let methods: [(method: DistanceMethod, key: String)] = [
    (.exact, "exact2"), (.sed4, "sed4_2"), (.sed8, "sed8_2"),
  ]

  /// Largest excess over the exact distance that the documentation states, in pixels.
  private static let documentedError: [DistanceMethod: Double] = [.exact: 0, .sed4: 0.3, .sed8: 0.1]

  @Test func goldenCasesAreReproducedBitForBit() throws {
    let tensors = try GoldenTensors("edt/cases.safetensors")
    var compared = 0
    for name in tensors.names where name.hasSuffix(".mask") {
      let stem = String(name.dropLast(".mask".count))
      let tensor = try #require(tensors[name])
      let mask = InkMask(width: tensor.shape[1], height: tensor.shape[0], pixels: tensor.uint8)
      let exact = DistanceMap(of: mask).squared
      for (method, key) in Self.methods {
        let map = DistanceMap(of: mask, method: method)
        let bound = try #require(Self.documentedError[method])
        let excess = zip(map.squared, exact).map { Double($0).squareRoot() - Double($1).squareRoot() }
        if !map.isEmpty { #expect((excess.max() ?? 0) <= bound, "\(stem) \(method)") }
        guard let expected = tensors["\(stem).\(key)"] else { continue }
        #expect(map.squared == expected.int32, "\(stem) \(method)")
        #expect(map.isEmpty == (expected.int32.first == -1))
        compared += 1
      }
    }
    #expect(compared > 30)
  }

  @Test(arguments: [1, 2, 15, 16, 17, 31, 32, 33, 47, 65], [1, 2, 16, 37])
  func exactTransformEqualsBruteForce(width: Int, height: Int) {
    var generator = SeededGenerator(UInt64(width * 1000 + height))
    for density in [0.5, 0.05, 0.004] {
      var pixels = generator.mask(width, height, density: density)
      pixels[Int.random(in: 0..<pixels.count, using: &generator)] = 1
      let map = DistanceMap(of: InkMask(width: width, height: height, pixels: pixels))
      #expect(map.squared == bruteForce(pixels, width, height), "\(width)x\(height) density \(density)")
    }
  }

  /// Rows wider than the directly searched reach go through the lower envelope.
  @Test func farFeaturesEqualBruteForce() {
    for (width, height, ink) in [
      (300, 3, [0]), (300, 2, [599]), (401, 5, [3, 1000, 1999]), (7, 200, [0, 1399]),
    ] {
      var pixels = [UInt8](repeating: 0, count: width * height)
      for position in ink { pixels[position] = 1 }
      let map = DistanceMap(of: InkMask(width: width, height: height, pixels: pixels))
      #expect(map.squared == bruteForce(pixels, width, height), "\(width)x\(height)")
    }
  }

  @Test func allVariantsAgree() {
    var generator = SeededGenerator(7)
    for width in [1, 15, 16, 17, 33, 64, 129, 500] {
      for density in [0.3, 0.01, 0.0005, 0] {
        let height = 41
        let pixels = generator.mask(width, height, density: density)
        var scratch = [Int32](repeating: 0, count: ck_edt_scratch_count(width))
        var reference: [Int32]?
        for isa in 0...ck_isa() {
          var squared = [Int32](repeating: 7, count: pixels.count)
          ck_edt_squared_isa(pixels, height, width, &squared, &scratch, isa)
          #expect(squared == reference ?? squared, "width \(width) variant \(isa)")
          reference = squared
        }
      }
    }
  }

  @Test func danielssonNeverUndershootsAndStaysWithinItsBound() {
    var generator = SeededGenerator(11)
    for density in [0.2, 0.02, 0.005] {
      let mask = InkMask(width: 90, height: 70, pixels: generator.mask(90, 70, density: density))
      let exact = DistanceMap(of: mask).squared
      for (method, bound) in [(DistanceMethod.sed4, 0.36), (.sed8, 0.1)] {
        let excess = zip(DistanceMap(of: mask, method: method).squared, exact)
          .map { Double($0).squareRoot() - Double($1).squareRoot() }
        #expect((excess.min() ?? -1) >= 0)
        #expect((excess.max() ?? 1) <= bound, "\(method) density \(density)")
      }
    }
  }

  @Test func anEmptySketchHasTheDiagonalEverywhere() {
    let map = DistanceMap(of: InkMask(width: 4, height: 3, pixels: [UInt8](repeating: 0, count: 12)))
    #expect(map.isEmpty)
    #expect(map.distances() == [Float](repeating: 5, count: 12))
    let one = DistanceMap(of: InkMask(width: 4, height: 3, pixels: [1] + [UInt8](repeating: 0, count: 11)))
    #expect(one.distances()[3] == 3)
    #expect(abs(one.distances()[11] - Float(13).squareRoot()) < 1e-6)
  }

  private func bruteForce(_ pixels: [UInt8], _ width: Int, _ height: Int) -> [Int32] {
    let ink = pixels.indices.filter { pixels[$0] != 0 }
    return pixels.indices.map { pixel in
      let nearest = ink.map { feature in
        let dx = pixel % width - feature % width
        let dy = pixel / width - feature / width
        return dx * dx + dy * dy
      }.min()
      return Int32(nearest ?? -1)
    }
  }
}
