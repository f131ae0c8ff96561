internal import Foundation

/// The standard normal distribution.
public enum Normal {
  /// Probability of a value up to `z`.
  public static func probability(upTo z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The value below which a share `probability` (0 to 1, both excluded) lies.
  ///
  /// Bisection-safe Newton steps on the complementary error function; exact to a few units of the last place.
  public static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a share lies between 0 and 1, got \(probability)")
    if probability > 0.5 { return -quantile(1 - probability) }
    // Tail bound as a start, then Newton on the logarithm, which is concave there.
    var z = -(max(0, -2 * log(2 * probability))).squareRoot()
    for _ in 0..<60 {
      let share = Normal.probability(upTo: z)
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      let step = (log(share) - log(probability)) * share / density
      z -= step
      if abs(step) <= 1e-15 * max(1, abs(z)) { break }
    }
    return z
  }

  /// Two-sided probability of a value at least as far from 0 as `z`.
  public static func twoSided(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }
}
