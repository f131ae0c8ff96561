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
  /// Options of all clips but for the length.
  public var options: CartoonOptions

  /// Makes a batch.
  public init(
    name: String, title: String, firstSeed: UInt64, count: Int, shortest: Int, longest: Int, options: CartoonOptions
  ) {
    self.name = name
    self.title = title
    self.firstSeed = firstSeed
    self.count = count
    self.shortest = shortest
    self.longest = longest
    self.options = options
  }

  /// Clip `index` of the batch, 0 to `count - 1`.
  public func clip(_ index: Int) throws(CartoonError) -> CartoonClip {
    let seed = firstSeed &+ UInt64(index)
    var options = options
    var rng = SplitMix64(seed: ~seed)
    options.length = longest > shortest ? rng.integer(shortest...longest) : shortest
    return try CartoonClip(seed: seed, options: options)
  }

  /// The embedded set of the training family: held-out characters, palettes and scenes.
  public static let embeddedSimilar = CartoonBatch(
    name: "similar", title: "Similar Testset", firstSeed: CartoonClip.firstTestSeed, count: 14, shortest: 15,
    longest: 60, options: CartoonOptions(family: .similar))

  /// The embedded set of the other family: another cast and another style of drawing.
  public static let embeddedGeneral = CartoonBatch(
    name: "general", title: "General Testset", firstSeed: CartoonClip.firstTestSeed + 1_000_000, count: 14,
    shortest: 15, longest: 60, options: CartoonOptions(family: .general))
}
