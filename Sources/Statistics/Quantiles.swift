/// Facts that all statistics share.
public enum StatisticalLimits {
  /// Clips below which no interval is given: with fewer, none has its nominal coverage.
  public static let fewestClips = 10
}

/// Order statistics of replicates.
enum Quantiles {
  /// The value below which a share `probability` of `sorted` lies: position `p (n + 1)`, linear between
  /// neighbours.
  static func value(_ sorted: [Double], _ probability: Double) -> Double {
    let position = min(Double(sorted.count), max(1, probability * Double(sorted.count + 1)))
    let below = Int(position)
    guard below < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[below - 1] + (position - Double(below)) * (sorted[below] - sorted[below - 1])
  }
}
