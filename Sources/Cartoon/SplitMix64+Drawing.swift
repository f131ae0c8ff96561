internal import EvalCore

/// What scenes draw from their stream of chance. Every clip is a pure function of its 64-bit seed and its
/// options.
extension SplitMix64 {
  /// An independent stream; drawing from it leaves this one's later values unchanged.
  mutating func fork() -> SplitMix64 { SplitMix64(seed: next()) }

  /// Uniform between `low` and `high`.
  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

  /// Uniform over the integers of `range`.
  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// True with the given probability.
  mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// -1 or 1.
  mutating func sign() -> Double { chance(0.5) ? 1 : -1 }

  /// A member of `choices`, which must not be empty.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[integer(0...(choices.count - 1))] }

  /// A member of `choices` with probability proportional to its weight.
  mutating func pick<Choice>(weighted choices: [(Choice, Double)]) -> Choice {
    var ticket = unit() * choices.reduce(0) { $0 + $1.1 }
    for (choice, weight) in choices {
      ticket -= weight
      if ticket < 0 { return choice }
    }
    return choices[choices.count - 1].0
  }

  /// Standard normal (sum of twelve uniforms less six: no transcendental functions, so equal on every
  /// machine).
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += unit() }
    return sum
  }
}
