/// The 32-bit Mersenne Twister MT19937 with its standard initialisation.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; seeding of 2002.
public struct MersenneTwister: RandomNumberGenerator, Sendable {
  private static let size = 624
  private static let middle = 397
  private var state: [UInt32]
  private var position = MersenneTwister.size

  /// A generator that starts from `seed`.
  public init(seed: UInt32) {
    state = [UInt32](repeating: 0, count: Self.size)
    state[0] = seed
    for index in 1..<Self.size {
      let previous = state[index - 1]
      state[index] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index)
    }
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if position == Self.size { refill() }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  /// The next 64 random bits; the first word drawn is the upper half, as in PyTorch.
  public mutating func next() -> UInt64 {
    let upper = UInt64(nextWord())
    return (upper << 32) | UInt64(nextWord())
  }

  private mutating func refill() {
    for index in 0..<Self.size {
      let next = state[(index + 1) % Self.size]
      let mixed = (state[index] & 0x8000_0000) | (next & 0x7FFF_FFFF)
      let twist: UInt32 = mixed & 1 == 0 ? 0 : 0x9908_B0DF
      state[index] = state[(index + Self.middle) % Self.size] ^ (mixed >> 1) ^ twist
    }
    position = 0
  }
}
