internal import EvalCore

/// A numbered list of clips of one kind: consecutive seeds, lengths drawn from a range by each clip's seed.
public struct CartoonBatch: Codable, Hashable, Sendable {
  /// Name of the set, also the root folder of its suite.
  public var name: String
  /// Heading of the set in tables.
  public var title: String
  /// Seed of the first clip. Below 2^32 for training, from 2^32 for tests.
  public var firstSeed: UInt64
  /// Number of clips.
  public var count: Int
  /// Shortest clip in frames.
  public var shortest: Int
  /// Longest clip in frames.
  public var longest: Int
  /// Seeds of the clips one by one; where nil, they follow `firstSeed`.
  public var seeds: [UInt64]?
  /// Lengths of the clips one by one; where nil, each clip draws from the range.
  public var lengths: [Int]?
  /// Options of all clips but for the length.
  public var options: CartoonOptions

  /// Makes a batch.
  public init(
    name: String, title: String, firstSeed: UInt64, count: Int, shortest: Int, longest: Int,
    seeds: [UInt64]? = nil, lengths: [Int]? = nil,
    options: CartoonOptions
  ) {
    self.name = name
    self.title = title
    self.firstSeed = firstSeed
    self.count = count
    self.shortest = shortest
    self.longest = longest
    self.seeds = seeds
    self.lengths = lengths
    self.options = options
  }

  /// Clip `index` of the batch, 0 to `count - 1`.
  public func clip(_ index: Int) throws(CartoonError) -> CartoonClip {
    let seed = seeds.map { $0[index] } ?? firstSeed &+ UInt64(index)
    var options = options
    var rng = SplitMix64(seed: ~seed)
    if let lengths, lengths.indices.contains(index) {
      options.length = lengths[index]
      return try CartoonClip(seed: seed, options: options)
    }
    options.length = longest > shortest ? rng.integer(shortest...longest) : shortest
    return try CartoonClip(seed: seed, options: options)
  }

  /// The embedded set of the training family: held-out characters, palettes and scenes.
  ///
  /// Of the first 72 test seeds, these twelve store in the fewest bytes among clips below 5, from 5 to 10 and above 10
  /// pixels of mean motion (five, three and four of them: the paper's shares); the simplest are the longest.
  public static let embeddedSimilar = embedded(
    "similar", "Similar Testset", .similar, CartoonClip.firstTestSeed,
    [1, 13, 31, 37, 44, 52, 62, 64, 65, 67, 68, 70], [20, 40, 15, 15, 15, 28, 18, 15, 16, 22, 16, 15])

  /// The embedded set of the other family: another cast and another style of drawing. Chosen in the same
  /// way among the smaller half, with every kind of character in turn.
  public static let embeddedGeneral = embedded(
    "general", "General Testset", .general, CartoonClip.firstTestSeed + 1_000_000,
    [3, 17, 29, 37, 38, 47, 48, 52, 53, 58, 61, 66], [28, 15, 15, 16, 20, 15, 22, 15, 16, 15, 40, 15])

  private static func embedded(
    _ name: String, _ title: String, _ family: CartoonFamily, _ base: UInt64, _ offsets: [UInt64],
    _ lengths: [Int]
  ) -> CartoonBatch {
    CartoonBatch(
      name: name, title: title, firstSeed: base, count: offsets.count, shortest: 15, longest: 60,
      seeds: offsets.map { base + $0 }, lengths: lengths, options: CartoonOptions(family: family))
  }
}
