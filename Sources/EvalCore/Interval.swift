/// A confidence interval.
public struct Interval: Codable, Sendable, Hashable {
  /// Lower end.
  public var lower: Double
  /// Upper end.
  public var upper: Double
  /// Nominal coverage, 0…1.
  public var level: Double

  /// Makes an interval; the ends may come in either order.
  public init(_ a: Double, _ b: Double, level: Double) {
    lower = min(a, b)
    upper = max(a, b)
    self.level = level
  }

  /// Whether `value` lies in the interval, ends included.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// The interval of the negated quantity.
  public var negated: Interval { Interval(-upper, -lower, level: level) }
}

/// How resampling is done: part of every result that comes from it.
public struct ResamplingSettings: Codable, Sendable, Hashable {
  /// Nominal coverage of intervals, 0…1.
  public var level: Double
  /// Number of bootstrap replicates.
  public var resamples: Int
  /// Number of random sign patterns of the paired test, where not all can be tried.
  public var permutations: Int
  /// Seed of the generator.
  public var seed: UInt64
  /// Name of the generator.
  public let generator = "splitmix64"

  /// The suite's defaults: 95 %, 2,000 replicates, 10,000 sign patterns, seed 12345.
  public init(level: Double = 0.95, resamples: Int = 2000, permutations: Int = 10_000, seed: UInt64 = 12345) {
    precondition(level > 0 && level < 1 && resamples > 1 && permutations > 1, "settings out of range")
    self.level = level
    self.resamples = resamples
    self.permutations = permutations
    self.seed = seed
  }

  enum CodingKeys: String, CodingKey { case level, resamples, permutations, seed }
}
