import EvalCore
import Testing

@Suite struct InferenceTimesTests {
  /// The paper's column: N = 14.
  @Test func asymptoticTimesAreThePapers() {
    let times = [2, 4, 6, 8, 10].map { InferenceTimes(window: 14, overlap: $0, lengths: [59]).asymptotic }
    #expect(times.map { ($0 * 100).rounded() / 100 } == [1.17, 1.40, 1.75, 2.33, 3.50])
  }

  /// A clip of 59 frames, the mean of the paper's, in whole segments.
  @Test func segmentTimesRoundUpPerClip() {
    func ratio(_ overlap: Int, _ lengths: [Int]) -> Double {
      InferenceTimes(window: 14, overlap: overlap, lengths: lengths).segments
    }
    #expect([2, 4, 6, 8, 10].map { ratio($0, [59]) } == [1.0, 1.2, 1.4, 1.8, 2.6])
    // 15 frames are two segments without overlap and one frame more; sums, not means of ratios.
    #expect(ratio(4, [15, 59]) == 8.0 / 7)
    #expect(InferenceTimes.segments(length: 3, window: 14, overlap: 4) == 1)
  }

  @Test func kindsAreLookedUpByName() {
    var times = InferenceTimes(window: 14, overlap: 4, lengths: [59])
    #expect(times[.measured] == nil && times[.asymptotic] == 1.4 && times[.segments] == 1.2)
    times.measured = 1.33
    #expect(times[.measured] == 1.33)
  }

  @Test func seamsAreWhereSegmentsBegin() {
    let method = MethodIdentity(
      name: "m", kind: .colorizer, provenance: "", settings: ["window": "14", "overlap": "4"])
    #expect(method.seams(frames: 40) == [15, 25, 35])
    #expect(MethodIdentity(name: "n", kind: .external, provenance: "").seams(frames: 40) == [])
  }
}
