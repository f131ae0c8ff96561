internal import CFFmpeg

/// A ratio of whole numbers, for frame rates: 24000/1001 is not 23.976.
public struct Rational: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Numerator.
  public var numerator: Int
  /// Denominator, above 0.
  public var denominator: Int

  /// `numerator / denominator`.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator > 0, "a denominator of \(denominator)")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The nearest `Double`.
  public var doubleValue: Double { Double(numerator) / Double(denominator) }

  /// For example `24` or `24000/1001`.
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  /// FFmpeg's form; nil when a part does not fit 32 bits.
  var avRational: AVRational? {
    guard let numerator = Int32(exactly: numerator), let denominator = Int32(exactly: denominator) else {
      return nil
    }
    return AVRational(num: numerator, den: denominator)
  }
}
