public import EvalCore

/// The middle of a sample.
public enum Median {
  /// The element in the middle, the mean of both for even counts; 0 for an empty sample.
  public static func of(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
  }
}

/// The spread of a value of a whole set, from what each clip contributes to it (infinitesimal jackknife).
public enum InfluenceError {
  /// The interval of a value with these influences, by the normal distribution; nil for fewer than
  /// `StatisticalLimits.fewestClips` clips.
  public static func interval(of value: Double, influences: [Double], settings: ResamplingSettings)
    -> Interval?
  {
    guard influences.count >= StatisticalLimits.fewestClips else { return nil }
    let reach = Normal.quantile(0.5 + settings.level / 2) * standardError(influences)
    return Interval(value - reach, value + reach, level: settings.level)
  }

  /// Standard error of a value whose clips' influences are `influences` (each already divided by the number
  /// of frames): the root of the sum of their squared deviations, with the usual correction for the mean.
  public static func standardError(_ influences: [Double]) -> Double {
    guard influences.count > 1 else { return 0 }
    let count = Double(influences.count)
    let mean = influences.reduce(0, +) / count
    let squares = influences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares * count / (count - 1)).squareRoot()
  }
}
