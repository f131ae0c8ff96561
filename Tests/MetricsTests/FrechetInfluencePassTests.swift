import EvalCore
import Foundation
import Statistics
import Testing
import WeightStore

@testable import Metrics

@Suite struct FrechetInfluencePassTests {
  /// Clips of `rows` feature rows each: normal numbers with a shift per clip; the generated side stands apart.
  private func clips(_ count: Int, rows: Int, dimension: Int) -> [ClipMeasurement] {
    var generator = SplitMix64(seed: UInt64(count * 1000 + dimension))
    func normal() -> Float {
      (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(generator.next() >> 40) / Float(1 << 24) }
    }
    return (0..<count).map { _ in
      let level = normal()
      func side(_ shift: Float) -> NumericArray {
        NumericArray(
          shape: [rows, dimension],
          values: (0..<(rows * dimension)).map { index in
            shift + 0.5 * level + normal() * Float(1 + index % dimension) / Float(dimension)
          })
      }
      return ClipMeasurement(
        frames: [], value: nil, arrays: ["logits.original": side(0), "logits.generated": side(1)])
    }
  }

  private func doubles(_ clips: [ClipMeasurement], _ name: String) -> [[Double]] {
    clips.map { ($0.arrays[name]?.values ?? []).map(Double.init) }
  }

  private func accumulator(_ clips: [ClipMeasurement]) throws -> FrechetAccumulator {
    var accumulator = FrechetAccumulator(.unbiased)
    for clip in clips {
      accumulator.add(
        original: try #require(clip.arrays["logits.original"]),
        generated: try #require(clip.arrays["logits.generated"]))
    }
    return accumulator
  }

  /// With more rows than dimensions, and with so few that only the space they span is looked at.
  @Test(arguments: [(14, 4, 6), (14, 1, 40)])
  func equalsTheInfluencesOverAllDimensions(count: Int, rows: Int, dimension: Int) throws {
    let clips = clips(count, rows: rows, dimension: dimension)
    let pass = try FrechetInfluencePass(
      try accumulator(clips), original: "logits.original", generated: "logits.generated")
    let found = try clips.map(pass.influence)
    let expected = try FrechetInfluence(
      first: doubles(clips, "logits.generated"), second: doubles(clips, "logits.original"),
      dimension: dimension, algebra: LapackAlgebra()
    ).influences
    let scale = expected.map(abs).max() ?? 0
    #expect(scale > 0 && abs(found.reduce(0, +)) < 1e-8 * scale)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-6 * scale, "\(a) against \(b)") }
  }

  /// The first-order effect of a clip: what leaving it out changes, but for terms of second order.
  @Test func tellsWhatLeavingAClipOutDoes() throws {
    let clips = clips(60, rows: 5, dimension: 3)
    let pass = try FrechetInfluencePass(
      try accumulator(clips), original: "logits.original", generated: "logits.generated")
    let whole = try accumulator(clips).distance()
    var products = (xy: 0.0, xx: 0.0, yy: 0.0)
    for index in clips.indices {
      var rest = clips
      rest.remove(at: index)
      let change = whole - (try accumulator(rest).distance())
      let influence = try pass.influence(of: clips[index])
      products = (
        products.xy + change * influence, products.xx + change * change, products.yy + influence * influence
      )
    }
    let correlation = products.xy / (products.xx * products.yy).squareRoot()
    #expect(correlation > 0.98, "\(correlation)")
    let ratio = (products.yy / products.xx).squareRoot()
    #expect(abs(ratio - 1) < 0.1, "\(ratio)")
  }

  @Test func fvdHasACentredIntervalWhereFeaturesAreKept() throws {
    let empty = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let metric = try FVDMetric(weights: WeightStore(cache: empty, environment: [:]))
    func interval(_ count: Int) throws -> (MetricSummary, Interval?, [Double]) {
      var summarizer = try #require(metric.makeSummarizer())
      let clips = clips(count, rows: 1, dimension: 24)
      for (index, clip) in clips.enumerated() { try summarizer.add(clipID: "c\(index)", clip) }
      let settings = ResamplingSettings(resamples: 200)
      let pass = try #require(try summarizer.makeInfluencePass())
      return (
        try summarizer.summary(), try summarizer.interval(settings), try clips.map(pass.influence)
      )
    }
    let (summary, found, influences) = try interval(16)
    let value = try #require(summary.value)
    let range = try #require(found)
    #expect(range.contains(value) && range.lower < range.upper)
    #expect(summary.counters["rank-deficient"] == 16)
    #expect(influences.count == 16 && influences.contains { abs($0) > 0 })
    #expect(try interval(16).1 == found)
    // Fewer than ten clips have no interval.
    #expect(try interval(6).1 == nil)
  }
}
