/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): the only source of chance here.
///
/// The state advances by the golden-ratio increment `0x9E3779B97F4A7C15`; each output is the mixed state. Every clip is a
/// pure function of its 64-bit seed and its options.
struct SplitMix64: Sendable {
  private var state: UInt64

  /// A stream that starts at `seed`.
  init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// An independent stream; drawing from it leaves this one's later values unchanged.
  mutating func fork() -> SplitMix64 { SplitMix64(seed: next()) }

  /// Uniform in `[0, 1)`, 53 bits.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

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

  /// Standard normal (sum of twelve uniforms less six: no transcendental functions, so equal on every machine).
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += unit() }
    return sum
  }
}
