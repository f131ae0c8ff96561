import EvalCore
import Foundation
import Metrics
import Testing

@Suite struct ClipMeasurementTests {
  private let grey = Frame(width: 16, height: 16, red: 100, green: 100, blue: 100)
  private let lighter = Frame(width: 16, height: 16, red: 110, green: 110, blue: 110)

  private var originals: [OriginalFrame] { (0..<2).map { OriginalFrame(index: $0, frame: grey) } }
  private var generated: [GeneratedFrame] { [GeneratedFrame(frame: grey), GeneratedFrame(frame: lighter)] }
  private var lighterDecibel: Double { -10 * log10(100.0 / (255 * 255)) }

  @Test func framesAreKeptAndCappedFramesCounted() throws {
    let result = try measure(PSNRMetric(), originals, generated)
    #expect(result.frames[0] == 100)
    #expect(abs(try #require(result.frames[1]) - lighterDecibel) < 1e-12)
    #expect(abs(try #require(result.value) - (100 + lighterDecibel) / 2) < 1e-12)
    #expect(result.counters == ["capped_frames": 1])
    let pooled = -10 * log10(50.0 / (255 * 255))
    #expect(abs(try #require(result.alternatives["pooled"]) - pooled) < 1e-12)
    let other = try measure(PSNRMetric(options: ["agg": "pooled"]), originals, generated)
    #expect(other.value == result.alternatives["pooled"])
    #expect(other.alternatives["frame-db"] == result.value)
    #expect(other.frames == result.frames)
  }

  @Test func infiniteFramesLeaveClipAndSetWithoutValue() throws {
    let metric = try PSNRMetric(options: ["identical": "inf"])
    let result = try measure(metric, originals, generated)
    #expect(result.frames[0] == nil)
    #expect(result.missing == [0: "identical to the original: psnr is infinite"])
    #expect(result.value == nil)
    #expect(result.counters == ["infinite_frames": 1])
    let finite = try measure(metric, [originals[1]], [generated[1]])
    let summary = metric.summarize([(clipID: "a", measurement: finite), (clipID: "b", measurement: result)])
    #expect(summary.value == nil)
    #expect(
      summary.reason == "1 of 2 clips hold frames identical to the original, whose psnr is infinite")
    #expect(metric.summarize([(clipID: "a", measurement: finite)]).value == finite.value)
  }

  @Test func setsAreMeansOfClipsWithTheFrameMeanBeside() throws {
    let metric = try PSNRMetric()
    let short = try measure(metric, [originals[0]], [generated[0]])
    let long = try measure(metric, originals, [generated[1], generated[1]])
    let summary = metric.summarize([(clipID: "a", measurement: short), (clipID: "b", measurement: long)])
    #expect(abs(try #require(summary.value) - (100 + lighterDecibel) / 2) < 1e-12)
    #expect(abs(try #require(summary.alternatives["frame-mean"]) - (100 + 2 * lighterDecibel) / 3) < 1e-12)
    #expect(summary.clips == 2 && summary.frames == 3)
    #expect(summary.counters == ["capped_frames": 1])
  }

  @Test(arguments: [MetricID.psnr, .ssim, .edmd])
  func sizesMustAgree(id: MetricID) throws {
    let metric = try #require(try MetricRegistry.make([id], weights: Weightless.store).first)
    let wide = Frame(width: 17, height: 16, red: 0, green: 0, blue: 0)
    let observer = try metric.makeObserver(clipID: "shots/01")
    do {
      try observer.observe(
        original: OriginalFrame(index: 7, frame: grey), generated: GeneratedFrame(frame: wide))
      Issue.record("no error")
    } catch let error as MetricsError {
      #expect(error.reason == .sizeMismatch)
      #expect(
        "\(error)"
          == "shots/01: generated frame 7 is 17x16, the original is 16x16; compare frames of the same size")
    }
  }

  @Test(arguments: [MetricID.psnr, .ssim, .edmd])
  func aClipWithoutFramesHasNoValue(id: MetricID) throws {
    let metric = try #require(try MetricRegistry.make([id], weights: Weightless.store).first)
    let result = try metric.makeObserver(clipID: "none").finish()
    #expect(result.value == nil)
    #expect(result.frames.isEmpty)
    #expect(try metric.summarize([(clipID: "none", measurement: result)]).reason != nil)
  }
}
