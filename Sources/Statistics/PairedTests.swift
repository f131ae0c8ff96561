public import EvalCore

/// Whether two methods over the same clips differ, judged by the clips' differences.
public enum PairedTest {
  /// Two-sided probability, under no difference, of a mean difference at least as large as that of
  /// `differences`.
  ///
  /// Under no difference each clip's sign is as likely as its opposite. All sign patterns are tried where
  /// there are no more than `settings.permutations`, else that many random ones, the observed one counted
  /// too.
  public static func permutation(
    _ differences: [Double], settings: ResamplingSettings = ResamplingSettings()
  ) -> Double {
    guard !differences.isEmpty else { return 1 }
    let observed = abs(differences.reduce(0, +))
    // Sums in another order differ in the last places: a tie must count as one.
    let bound = observed - 1e-12 * differences.reduce(0) { $0 + abs($1) }
    if differences.count < 40, 1 << differences.count <= settings.permutations {
      let patterns = 1 << differences.count
      let hits = (0..<patterns).count { abs(sum(differences, signs: UInt64($0))) >= bound }
      return Double(hits) / Double(patterns)
    }
    var generator = SplitMix64(seed: settings.seed)
    var hits = 1
    for _ in 0..<settings.permutations {
      var total = 0.0
      for start in stride(from: 0, to: differences.count, by: 64) {
        let word = generator.next()
        total += sum(differences[start..<min(start + 64, differences.count)], signs: word)
      }
      if abs(total) >= bound { hits += 1 }
    }
    return Double(hits) / Double(settings.permutations + 1)
  }

  private static func sum(_ values: some Collection<Double>, signs: UInt64) -> Double {
    var total = 0.0
    var rest = signs
    for value in values {
      total += rest & 1 == 0 ? value : -value
      rest >>= 1
    }
    return total
  }

  /// Two-sided probability of a difference whose standard error is known, for values that are no means.
  public static func normal(difference: Double, standardError: Double) -> Double {
    guard standardError > 0 else { return difference == 0 ? 1 : 0 }
    return Normal.twoSided(difference / standardError)
  }
}

/// Holm's step-down adjustment (1979): keeps the chance of any false finding among several tests.
public enum Holm {
  /// Adjusted probabilities in the order of `probabilities`.
  public static func adjusted(_ probabilities: [Double]) -> [Double] {
    var adjusted = probabilities
    var largest = 0.0
    for (rank, index) in probabilities.indices.sorted(by: { probabilities[$0] < probabilities[$1] })
      .enumerated()
    {
      largest = max(largest, min(1, probabilities[index] * Double(probabilities.count - rank)))
      adjusted[index] = largest
    }
    return adjusted
  }
}

/// What a comparison found, in a word.
public enum Verdict: String, Codable, Sendable, CaseIterable {
  /// The interval lies on the better side of no difference, and the adjusted probability is below one minus
  /// the level.
  case better
  /// The same on the worse side.
  case worse
  /// The interval lies inside the margin that was called irrelevant, or all clips have equal values.
  case equivalent
  /// None of these: more clips are needed to tell.
  case inconclusive

  /// Judges a difference `new - old` given with its interval.
  ///
  /// - Parameters:
  ///   - polarity: which direction is better.
  ///   - margin: size of a difference that does not matter; 0 when none was named.
  public init(interval: Interval?, adjustedProbability: Double?, polarity: Polarity, margin: Double = 0) {
    guard let interval, let adjustedProbability else {
      self = .inconclusive
      return
    }
    let isInside = interval.lower >= -margin && interval.upper <= margin
    if isInside, margin > 0 || interval.lower == 0 && interval.upper == 0 {
      self = .equivalent
      return
    }
    let significant = adjustedProbability < 1 - interval.level
    guard significant, interval.lower > 0 || interval.upper < 0 else {
      self = .inconclusive
      return
    }
    let isHigher = interval.lower > 0
    self = isHigher == (polarity == .higherIsBetter) ? .better : .worse
  }
}
