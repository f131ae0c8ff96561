import EvalCore
import Foundation
import Imaging
import Perception
import Testing

@testable import Metrics

private struct EDMDGolden: Decodable {
  struct Masks: Decodable {
    let per_frame: [Double]
    let mean: Double
    let rmse_pooled: Double
    let same: Double
    let one_empty: Double
    let both_empty: Double
    let image_diagonal: Double
  }
  struct XDoG: Decodable {
    struct Frame: Decodable {
      let edmd: Double
      let ink_orig: Int
      let ink_gen: Int
    }
    struct Parameters: Decodable {
      let threshold: Double
    }
    let params: Parameters
    let per_frame: [Frame]
    let mean: Double
  }
  let from_masks: Masks
  let from_xdog: XDoG
}

/// Runs a metric over frames of one clip.
func measure(
  _ metric: any Metric, _ originals: [OriginalFrame], _ generated: [GeneratedFrame]
) throws -> ClipMeasurement {
  let observer = try metric.makeObserver(clipID: "clip")
  for (original, frame) in zip(originals, generated) {
    try observer.observe(original: original, generated: frame)
  }
  return try observer.finish()
}

@Suite struct EDMDTests {
  private func mask(_ path: String) throws -> InkMask {
    InkMask(darkInkOf: try GoldenFiles.frame(path), above: 0.5)
  }

  private func edmd(_ a: InkMask, _ b: InkMask, _ method: DistanceMethod = .exact) -> Double {
    DistanceMap(of: a, method: method).meanSquaredDifference(from: DistanceMap(of: b, method: method))
      .squareRoot()
  }

  @Test func goldenMasks() throws {
    let golden = try GoldenFiles.json("edmd/expected.json", as: EDMDGolden.self).from_masks
    var squares: [Double] = []
    for (index, expected) in golden.per_frame.enumerated() {
      let (a, b) = (try mask("edmd/ref_\(index).png"), try mask("edmd/gen_\(index).png"))
      let value = edmd(a, b)
      #expect(abs(value - expected) < 1e-9)
      #expect(abs(edmd(b, a) - value) < 1e-12)
      squares.append(value * value)
      // Danielsson's maps are not exact; the effect on EDMD is below a thousandth of a pixel here.
      #expect(abs(edmd(a, b, .sed4) - value) < 1e-3)
      #expect(abs(edmd(a, b, .sed8) - value) < 1e-3)
    }
    let pooled = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    #expect(abs(pooled - golden.rmse_pooled) < 1e-9)
    let first = try mask("edmd/ref_\(golden.per_frame.count - 1).png")
    let empty = InkMask(
      width: first.width, height: first.height, pixels: [UInt8](repeating: 0, count: first.pixels.count))
    #expect(edmd(first, first) == golden.same)
    #expect(abs(edmd(first, empty) - golden.one_empty) < 1e-9)
    #expect(abs(edmd(empty, first) - golden.one_empty) < 1e-9)
    #expect(edmd(empty, empty) == golden.both_empty)
    #expect(abs(DistanceMap(of: empty).diagonal - golden.image_diagonal) < 1e-12)
  }

  @Test func goldenXDoGMap() throws {
    let expected = try #require(try GoldenTensors("edmd/xdog.safetensors")["xdog_orig_0"])
    let frame = try GoldenFiles.frame("clips/move/orig/000.png")
    #expect(expected.shape == [frame.height, frame.width])
    let worst = zip(XDoGExtractor().inkStrength(of: frame), expected.float32).map { abs($0 - $1) }.max()
    #expect((worst ?? 1) < 1e-6)
  }

  @Test func goldenClipWithXDoG() throws {
    let golden = try GoldenFiles.json("edmd/expected.json", as: EDMDGolden.self).from_xdog
    let originals = try GoldenFiles.clip("move", "orig")
    let generated = try GoldenFiles.clip("move", "gen")
    let metric = try EDMDMetric(options: ["threshold": "\(golden.params.threshold)"])
    let result = try measure(
      metric, originals.enumerated().map { OriginalFrame(index: $0, frame: $1) },
      generated.map { GeneratedFrame(frame: $0) })
    #expect(result.frames.count == golden.per_frame.count)
    for (value, expected) in zip(result.frames, golden.per_frame) {
      #expect(abs(try #require(value) - expected.edmd) < 1e-6)
    }
    #expect(abs(try #require(result.value) - golden.mean) < 1e-6)
    #expect(Set(result.alternatives.keys) == ["edmd@0.3", "edmd@0.7", "pooled-rmse"])
    #expect(result.counters == ["empty_sketches": 0, "low_ink_frames": 0])
    for (index, expected) in golden.per_frame.enumerated() {
      let size = originals[index].size
      for (frame, count) in [(originals[index], expected.ink_orig), (generated[index], expected.ink_gen)] {
        let ink = InkMask(
          width: size.width, height: size.height, strength: XDoGExtractor().inkStrength(of: frame),
          above: golden.params.threshold)
        #expect(ink.inkCount == count)
      }
    }
  }

  @Test(arguments: [1, 2, 5])
  func shiftingAllInkChangesNoDistanceByMoreThanTheShift(by shift: Int) {
    var generator = SeededGenerator(UInt64(shift))
    let (width, height) = (60, 50)
    var pixels = [UInt8](repeating: 0, count: width * height)
    for _ in 0..<20 {
      let x = Int.random(in: 0..<(width - shift), using: &generator)
      pixels[Int.random(in: 0..<height, using: &generator) * width + x] = 1
    }
    let moved = [UInt8](repeating: 0, count: shift) + pixels.dropLast(shift)
    let (a, b) = (
      InkMask(width: width, height: height, pixels: pixels),
      InkMask(width: width, height: height, pixels: moved)
    )
    #expect(edmd(a, b) <= Double(shift))
    #expect(edmd(a, b) > 0)
    func flipped(_ mask: InkMask) -> InkMask {
      InkMask(width: width, height: height, pixels: mask.pixels.reversed())
    }
    #expect(abs(edmd(flipped(a), flipped(b)) - edmd(a, b)) < 1e-12)
  }

  @Test func aBlankResultIsCountedAndCostsTheDiagonalUnlessExcluded() throws {
    let original = try GoldenFiles.frame("clips/move/orig/000.png")
    let blank = Frame(width: original.width, height: original.height, red: 200, green: 200, blue: 200)
    let originals = [OriginalFrame(index: 1, frame: original), OriginalFrame(index: 2, frame: original)]
    let generated = [GeneratedFrame(frame: blank), GeneratedFrame(frame: original)]
    let kept = try measure(EDMDMetric(), originals, generated)
    #expect(try #require(kept.frames[0]) > 100)
    #expect(kept.frames[1] == 0)
    #expect(kept.counters == ["empty_sketches": 1, "low_ink_frames": 1])
    let excluded = try measure(EDMDMetric(options: ["no-ink": "exclude"]), originals, generated)
    #expect(excluded.frames == [nil, 0])
    #expect(excluded.missing == [0: "one of the two sketches has no ink"])
    #expect(excluded.value == 0)
    #expect(excluded.counters["excluded_frames"] == 1)
  }

  @Test func pooledValueIsTheRootOfTheMeanSquare() throws {
    let originals = try GoldenFiles.clip("move", "orig").enumerated().map {
      OriginalFrame(index: $0, frame: $1)
    }
    let generated = try GoldenFiles.clip("move", "gen").map { GeneratedFrame(frame: $0) }
    let plain = try measure(EDMDMetric(), originals, generated)
    let pooled = try measure(EDMDMetric(options: ["agg": "pooled-rmse"]), originals, generated)
    let squares = plain.frames.compactMap(\.self).map { $0 * $0 }
    let expected = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    #expect(abs(try #require(pooled.value) - expected) < 1e-12)
    #expect(pooled.value == plain.alternatives["pooled-rmse"])
    #expect(pooled.alternatives["frame-rmse"] == plain.value)
  }

  @Test func theSuitesOwnLineartServesAsReference() throws {
    let lineart = try GoldenFiles.frame("edmd/ref_0.png")
    let generated = try GoldenFiles.frame("clips/move/gen/000.png")
    let metric = try EDMDMetric(options: ["sketch": "suite"])
    let original = OriginalFrame(index: 3, frame: generated, lineart: lineart)
    let value = try #require(try measure(metric, [original], [GeneratedFrame(frame: generated)]).value)
    let sketch = InkMask(
      width: generated.width, height: generated.height,
      strength: XDoGExtractor().inkStrength(of: generated), above: 0.5)
    #expect(abs(value - edmd(InkMask(darkInkOf: lineart, above: 0.5), sketch)) < 1e-12)
    #expect(throws: MetricsError.noLineart(clip: "clip", index: 3)) {
      try measure(metric, [OriginalFrame(index: 3, frame: generated)], [GeneratedFrame(frame: generated)])
    }
  }

  @Test func nativeExtractionReadsStoredFrames() throws {
    let stored = try GoldenFiles.frame("clips/wide/orig/000.png")
    let storedResult = try GoldenFiles.frame("clips/wide/gen/000.png")
    let size = stored.size
    let blank = Frame(width: 64, height: 64, red: 9, green: 9, blue: 9)
    let value = try measure(
      EDMDMetric(options: ["where": "native"]),
      [OriginalFrame(index: 0, frame: blank, storedFrame: stored)],
      [GeneratedFrame(frame: blank, storedFrame: storedResult)])
    func ink(_ frame: Frame) -> InkMask {
      let strength = XDoGExtractor().inkStrength(of: frame).map(Double.init)
      let small = Resizer(from: size, to: blank.size, filter: .area).plane(strength)
      return InkMask(width: 64, height: 64, pixels: small.map { $0 > 0.5 ? 1 : 0 })
    }
    #expect(value.value == edmd(ink(stored), ink(storedResult)))
  }

  @Test func thinningLeavesOnePixelLines() {
    var pixels = [UInt8](repeating: 0, count: 30 * 20)
    for y in 8..<13 { for x in 3..<27 { pixels[y * 30 + x] = 1 } }
    let thin = InkMask(width: 30, height: 20, pixels: pixels).thinned()
    #expect(thin.inkCount > 15)
    for x in 8..<22 { #expect((0..<20).filter { thin.pixels[$0 * 30 + x] == 1 }.count == 1) }
    #expect(zip(thin.pixels, pixels).allSatisfy { $0 <= $1 })
    #expect(thin.thinned() == thin)
  }

  @Test func productsOfTheOriginalAreSharedBetweenRows() throws {
    let frame = try GoldenFiles.frame("clips/move/orig/000.png")
    let original = OriginalFrame(index: 0, frame: frame)
    let first = try measure(EDMDMetric(), [original], [GeneratedFrame(frame: frame)])
    var remade = false
    let name = XDoGExtractor().name
    _ = original.product("edmd|ink|\(name)|evaluation") { () -> [Double] in
      remade = true
      return []
    }
    #expect(!remade)
    #expect(first.value == 0)
  }
}
