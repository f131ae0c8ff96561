import EvalCore
import Testing

@testable import Reports

@Suite struct PagePartsTests {
  /// Ticks are round, ascending, inside the axis, and few.
  @Test func ticksOfAnyDomain() {
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
    for _ in 0..<2000 {
      let exponent = Int(next() * 16) - 8
      let scale = (0..<abs(exponent)).reduce(1.0) { power, _ in exponent < 0 ? power / 10 : power * 10 }
      let values = [(next() - 0.5) * scale, (next() - 0.5) * scale]
      let axis = PlotScale(of: values, from: 10, to: 410)
      #expect((1...10).contains(axis.ticks.count), "\(values)")
      #expect(axis.ticks == axis.ticks.sorted() && axis.ticks.allSatisfy(axis.domain.contains), "\(values)")
      #expect(values.allSatisfy { (10...410).contains(axis($0)) }, "\(values)")
    }
  }

  @Test func axesOfNothingAndOfOneValue() {
    #expect(!PlotScale(of: [], from: 0, to: 1).ticks.isEmpty)
    #expect(PlotScale(of: [.nan, .infinity], from: 0, to: 100).domain.contains(0.5))
    for value in [0.0, 5, -3e-12, 1e300] {
      let axis = PlotScale(of: [value], from: 0, to: 100)
      #expect(axis(value).isFinite && axis.domain.contains(value))
    }
  }

  @Test func spread() throws {
    let spread = try #require(ClipSpread([5, 1, 4, 2, 3]))
    #expect(
      [spread.least, spread.lowerQuartile, spread.median, spread.upperQuartile, spread.most] == [
        1, 2, 3, 4, 5,
      ])
    #expect(ClipSpread([1, 2])?.median == 1.5)
    #expect(ClipSpread([]) == nil && ClipSpread([.nan]) == nil)
  }

  @Test(arguments: [1, 2, 3, 15, 16, 59, 200], [1, 2, 5, 16])
  func shownFramesHoldTheWorst(length: Int, count: Int) {
    for worst in 0..<length {
      let curve = (0..<length).map { FrameScore(frame: $0, value: $0 == worst ? 1 : 2) }
      let clip = ClipScores(
        suite: "s", method: "m", clip: "c", frames: length, values: [:], curves: [.psnr: curve])
      let shown = clip.shownFrames(count)
      #expect(clip.worstFrame?.frame == worst)
      #expect(shown.contains(worst) && shown == Array(Set(shown)).sorted())
      #expect(shown.count <= count && shown.allSatisfy { (0..<length).contains($0) })
      if count >= 16, length >= count { #expect(shown.count == count) }
    }
  }

  /// The worst frame follows the direction of the metric that judges first.
  @Test func theWorstFrameFollowsTheDirection() {
    let curve = [3.0, 1, 2].enumerated().map { FrameScore(frame: $0, value: $1) }
    func worst(_ curves: [MetricID: [FrameScore]]) -> Int? {
      ClipScores(suite: "s", method: "m", clip: "c", frames: 3, values: [:], curves: curves).worstFrame?.frame
    }
    #expect(worst([.psnr: curve]) == 1)
    #expect(worst([.edmd: curve]) == 0)
    #expect(worst([.lpips: curve, .psnr: curve]) == 0)
    #expect(worst([:]) == nil)
  }

  @Test func coordinatesAndEscapes() {
    let markup: Markup = "\(1.25) \(-0.04) \(-0.26) \(3.0) \("<&>\"'")"
    #expect(markup.source == "1.3 0 -0.3 3 &lt;&amp;&gt;&quot;&#39;")
    #expect(([Markup](["a", "b"])).joined(separator: ", ").source == "a, b")
  }
}
