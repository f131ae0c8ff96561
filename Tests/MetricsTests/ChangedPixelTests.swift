import EvalCore
import Foundation
import Testing

@testable import Metrics

/// Metrics over the pixels whose true colour is not the reference's.
@Suite struct ChangedPixelTests {
  private static let size = FrameSize(width: 32, height: 24)

  /// Frames whose channels are a pseudo-random function of `seed`, coarse enough for equal colours to occur.
  private static func frame(_ seed: Int) -> Frame {
    var state = SplitMix64(seed: UInt64(seed))
    let rgb = (0..<size.width * size.height * 3).map { _ in UInt8((state.next() % 4) * 31) }
    return Frame(width: size.width, height: size.height, rgb: rgb)
  }

  private static func differs(_ a: Frame, _ b: Frame, _ pixel: Int) -> Bool {
    (0..<3).contains { abs(Int(a.rgb[3 * pixel + $0]) - Int(b.rgb[3 * pixel + $0])) > 30 }
  }

  private static func measure(_ metric: any Metric, _ pairs: [(original: Frame, generated: Frame)], from reference: Frame)
    throws -> ClipMeasurement
  {
    let observer = try metric.makeObserver(clipID: "a")
    for (index, pair) in pairs.enumerated() {
      let region = PixelRegion(changedFrom: reference, to: pair.original)
      try observer.observe(
        original: OriginalFrame(index: index, frame: pair.original, region: region),
        generated: GeneratedFrame(frame: region.composite(pair.generated, over: pair.original)))
    }
    return try observer.finish()
  }

  private static var changed: EvaluationProtocol {
    var evaluation = EvaluationProtocol.paper
    evaluation.pixels = .changed
    return evaluation
  }

  @Test func regionHoldsWhatDiffersByMoreThanTheTolerance() {
    let black = Frame(width: 4, height: 1, red: 0, green: 0, blue: 0)
    let other = Frame(width: 4, height: 1, rgb: [0, 30, 0, 0, 31, 0, 30, 30, 30, 255, 0, 0])
    let region = PixelRegion(changedFrom: black, to: other)
    #expect(region.flags == [false, true, false, true])
    #expect(region.count == 2 && region.share == 0.5)
    #expect(PixelRegion(changedFrom: other, to: other).count == 0)
  }

  @Test func outsideTheRegionFramesAreTheOriginal() {
    let (reference, original, generated) = (Self.frame(1), Self.frame(2), Self.frame(3))
    let region = PixelRegion(changedFrom: reference, to: original)
    let composite = region.composite(generated, over: original)
    #expect(region.count > 0 && region.count < region.flags.count)
    for pixel in region.flags.indices {
      let source = Self.differs(reference, original, pixel) ? generated : original
      #expect(composite.rgb[3 * pixel..<3 * pixel + 3] == source.rgb[3 * pixel..<3 * pixel + 3])
    }
  }

  @Test func psnrIsTheMeanOverTheRegionAlone() throws {
    let (reference, original, generated) = (Self.frame(1), Self.frame(2), Self.frame(3))
    var (sum, count, right) = (0.0, 0, 0)
    for pixel in 0..<Self.size.width * Self.size.height where Self.differs(reference, original, pixel) {
      count += 1
      if !Self.differs(generated, original, pixel) { right += 1 }
      for index in 3 * pixel..<3 * pixel + 3 {
        let difference = (Double(generated.rgb[index]) - Double(original.rgb[index])) / 255
        sum += difference * difference
      }
    }
    let metric = try PSNRMetric(protocol: Self.changed)
    let found = try Self.measure(metric, [(original, generated)], from: reference)
    let expected = -10 * log10(sum / Double(3 * count))
    #expect(abs((found.value ?? 0) - expected) < 1e-10)
    #expect(abs((found.alternatives["right-pixels"] ?? 0) - Double(right) / Double(count)) < 1e-12)
  }

  @Test func framesWithoutChangedPixelsHaveNoPSNR() throws {
    let (reference, original, generated) = (Self.frame(1), Self.frame(2), Self.frame(3))
    let metric = try PSNRMetric(protocol: Self.changed)
    let one = try Self.measure(metric, [(original, generated)], from: reference)
    let two = try Self.measure(metric, [(reference, generated), (original, generated)], from: reference)
    #expect(two.frames[0] == nil && two.frames[1] == one.frames[0])
    #expect(two.missing == [0: "no pixel differs from the reference"])
    #expect(two.value == one.value)
    let none = try Self.measure(metric, [(reference, generated)], from: reference)
    #expect(none.value == nil && none.alternatives.isEmpty)
  }

  @Test func columnsAndSignaturesSaySo() throws {
    let whole = try MetricRegistry.make([.psnr, .ssim, .edmd, .tc], weights: Weightless.store)
    let part = try MetricRegistry.make([.psnr, .ssim, .edmd, .tc], protocol: Self.changed, weights: Weightless.store)
    for (whole, part) in zip(whole, part) {
      #expect(part.label.contains("changed") && !whole.label.contains("changed"))
      #expect(part.signature.fields["pixels"] == "changed" && whole.signature.fields["pixels"] == nil)
      #expect(part.comparability == .substitute)
    }
    #expect(throws: MetricsError.self) { try EDMDMetric(options: ["place": "native"], protocol: Self.changed) }
  }
}
