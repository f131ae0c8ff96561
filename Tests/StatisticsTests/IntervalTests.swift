import EvalCore
import Statistics
import Testing

/// A stream of correlated frames in skewed clips: what test sets look like.
struct ClipSimulator {
  var generator: SplitMix64

  init(_ seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func normal() -> Double {
    Normal.quantile(max(1e-12, generator.unit()))
  }

  /// Per-clip means of 15 to 80 frames. Clip level: lognormal less its mean, so that the true mean is
  /// `truth`; frames: a first-order autoregression around the clip's level.
  mutating func clips(_ count: Int, truth: Double, spread: Double = 0.5) -> [[Double]] {
    (0..<count).map { _ in
      let factor = Self.exp(spread * normal() - spread * spread / 2)
      let level = truth + factor - 1
      var state = normal()
      return (0..<(15 + generator.index(below: 66))).map { _ in
        state = 0.9 * state + (1 - 0.81).squareRoot() * normal()
        return level + 0.1 * state
      }
    }
  }

  /// Exponential by its series after halving: the tests need no library for it.
  static func exp(_ x: Double) -> Double {
    let small = x / 1024
    var value = 1 + small * (1 + small / 2 * (1 + small / 3 * (1 + small / 4)))
    for _ in 0..<10 { value *= value }
    return value
  }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

@Suite struct IntervalTests {
  private let quick = ResamplingSettings(resamples: 400)

  @Test(arguments: [
    (clips: 12, ClipBootstrap.Method.studentized, 0.90...0.985), (clips: 40, .studentized, 0.92...0.98),
    (clips: 40, .bca, 0.89...0.975),
  ]) func intervalsCoverTheTruth(clips: Int, method: ClipBootstrap.Method, share: ClosedRange<Double>) {
    var simulator = ClipSimulator(41)
    var hits = 0
    let rounds = 500
    for round in 0..<rounds {
      let values = simulator.clips(clips, truth: 3).map(mean)
      var settings = quick
      settings.seed = UInt64(round)
      let interval = ClipBootstrap.mean(values, settings: settings, method: method)
      if interval?.contains(3) == true { hits += 1 }
    }
    let found = Double(hits) / Double(rounds)
    #expect(share.contains(found), "covered \(found)")
  }

  /// What the clip as unit guards against: intervals over frames miss the truth most of the time.
  @Test func resamplingFramesUnderstatesTheError() {
    var simulator = ClipSimulator(42)
    var widths: [Double] = []
    for _ in 0..<20 {
      let clips = simulator.clips(40, truth: 3)
      let byClip = ClipBootstrap.mean(clips.map(mean), settings: quick)
      let byFrame = ClipBootstrap.mean(clips.flatMap(\.self), settings: quick)
      widths.append(
        ((byClip?.upper ?? 0) - (byClip?.lower ?? 0)) / ((byFrame?.upper ?? 1) - (byFrame?.lower ?? 0)))
    }
    #expect(mean(widths) > 4)
  }

  @Test func fewClipsGiveNoneAndEqualValuesAPoint() {
    #expect(ClipBootstrap.mean([1, 2, 3, 4, 5, 6, 7, 8, 9]) == nil)
    let equal = [Double](repeating: 2.5, count: 12)
    #expect(ClipBootstrap.mean(equal) == Interval(2.5, 2.5, level: 0.95))
    #expect(ClipBootstrap.mean(equal, method: .bca) == Interval(2.5, 2.5, level: 0.95))
  }

  @Test func equalSeedsGiveEqualIntervals() {
    var simulator = ClipSimulator(43)
    let values = simulator.clips(20, truth: 0).map(mean)
    #expect(ClipBootstrap.mean(values) == ClipBootstrap.mean(values))
    var other = ResamplingSettings()
    other.seed = 1
    #expect(ClipBootstrap.mean(values) != ClipBootstrap.mean(values, settings: other))
  }

  /// A squared mean is biased upwards in resamples, as a Fréchet distance is; the centred interval covers
  /// nevertheless.
  @Test func centredBootstrapCoversABiasedEstimate() {
    var simulator = ClipSimulator(44)
    var hits = 0
    var holdsEstimate = 0
    for round in 0..<300 {
      let values = (0..<60).map { _ in 1 + simulator.normal() }
      var settings = quick
      settings.seed = UInt64(round)
      let estimate: ([Int]) -> Double = { picked in
        let middle = picked.reduce(0) { $0 + values[$1] } / Double(picked.count)
        return middle * middle
      }
      guard let interval = CentredBootstrap.interval(clips: 60, settings: settings, estimate: estimate) else {
        continue
      }
      if interval.contains(1) { hits += 1 }
      if interval.contains(estimate(Array(0..<60))) { holdsEstimate += 1 }
    }
    #expect((0.88...0.98).contains(Double(hits) / 300), "covered \(Double(hits) / 300)")
    #expect(holdsEstimate == 300)
  }

  @Test(arguments: [
    (0.5, 0.0), (0.975, 1.959963984540054), (0.025, -1.959963984540054), (0.999, 3.090232306167813),
    (1e-10, -6.361340902404056), (0.31, -0.4958503473474533),
  ]) func normalQuantiles(probability: Double, expected: Double) {
    #expect(abs(Normal.quantile(probability) - expected) < 1e-12)
    #expect(abs(Normal.probability(upTo: expected) - probability) < 1e-12)
  }
}

@Suite struct PairedTestTests {
  @Test func smallSetsAreExact() {
    // All of one sign: 2 of 2^5 patterns are as extreme.
    #expect(PairedTest.permutation([1, 2, 3, 4, 5]) == 2.0 / 32)
    #expect(PairedTest.permutation([1, -1, 2, -2]) == 1)
    #expect(PairedTest.permutation([]) == 1)
    #expect(PairedTest.permutation([0, 0, 0]) == 1)
  }

  @Test func probabilitiesAreUniformUnderNoDifference() {
    var simulator = ClipSimulator(45)
    var counts = [Int](repeating: 0, count: 5)
    for round in 0..<600 {
      let differences = (0..<24).map { _ in simulator.normal() * (1 + simulator.generator.unit()) }
      let p = PairedTest.permutation(
        differences, settings: ResamplingSettings(permutations: 499, seed: UInt64(round)))
      counts[min(4, Int(p * 5))] += 1
    }
    // 120 expected in each fifth, standard deviation 10.
    #expect(counts.allSatisfy { (80...160).contains($0) }, "\(counts)")
  }

  @Test func holmKeepsOrderAndBounds() {
    let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005])
    for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) {
      #expect(abs(found - expected) < 1e-15)
    }
    #expect(Holm.adjusted([0.9, 0.8]) == [1, 1])
    #expect(Holm.adjusted([]) == [])
  }

  @Test func verdicts() {
    func verdict(_ lower: Double, _ upper: Double, p: Double, _ polarity: Polarity, margin: Double = 0)
      -> Verdict
    {
      Verdict(
        interval: Interval(lower, upper, level: 0.95), adjustedProbability: p, polarity: polarity,
        margin: margin)
    }
    #expect(verdict(0.1, 0.4, p: 0.01, .higherIsBetter) == .better)
    #expect(verdict(0.1, 0.4, p: 0.01, .lowerIsBetter) == .worse)
    #expect(verdict(-0.4, -0.1, p: 0.01, .lowerIsBetter) == .better)
    #expect(verdict(-0.1, 0.4, p: 0.01, .lowerIsBetter) == .inconclusive)
    #expect(verdict(0.1, 0.4, p: 0.06, .higherIsBetter) == .inconclusive)
    #expect(verdict(0.1, 0.4, p: 0.01, .higherIsBetter, margin: 0.5) == .equivalent)
    #expect(verdict(0, 0, p: 1, .higherIsBetter) == .equivalent)
    #expect(Verdict(interval: nil, adjustedProbability: 0.001, polarity: .lowerIsBetter) == .inconclusive)
  }
}
