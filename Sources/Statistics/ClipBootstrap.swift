public import EvalCore
internal import Foundation

/// Intervals for a mean over clips. The clip is the sampling unit: frames of a clip are correlated, and
/// resampling them understates the error several times.
public enum ClipBootstrap {
  /// How the interval is formed from replicates.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// Bootstrap-t: replicates of the mean's deviation in units of its own standard error. The default:
    /// closest to its nominal coverage for the few and skewed clips that test sets have.
    case studentized
    /// Bias-corrected and accelerated percentiles (Efron 1987).
    case bca
  }

  /// The interval of the mean of `values`, one per clip; nil for fewer than `StatisticalLimits.fewestClips`.
  ///
  /// For the difference of two methods give the per-clip differences: both are then resampled together.
  public static func mean(
    _ values: [Double], settings: ResamplingSettings = ResamplingSettings(), method: Method = .studentized
  ) -> Interval? {
    guard values.count >= StatisticalLimits.fewestClips else { return nil }
    let sample = Moments(values)
    // A mean of equal values is exact in any resample.
    guard sample.standardError > 0 else { return Interval(sample.mean, sample.mean, level: settings.level) }
    return switch method {
    case .studentized: studentized(values, sample, settings)
    case .bca: bca(values, sample, settings)
    }
  }

  private struct Moments {
    let mean: Double
    let standardError: Double

    init(_ values: [Double]) { self.init(count: values.count) { values[$0] } }

    init(count: Int, value: (Int) -> Double) {
      var sum = 0.0
      for index in 0..<count { sum += value(index) }
      let mean = sum / Double(count)
      var squares = 0.0
      for index in 0..<count { squares += (value(index) - mean) * (value(index) - mean) }
      self.mean = mean
      standardError = (squares / Double(count - 1) / Double(count)).squareRoot()
    }
  }

  private static func studentized(
    _ values: [Double], _ sample: Moments, _ settings: ResamplingSettings
  ) -> Interval {
    var generator = SplitMix64(seed: settings.seed)
    var picked = [Int](repeating: 0, count: values.count)
    var pivots: [Double] = []
    pivots.reserveCapacity(settings.resamples)
    for _ in 0..<settings.resamples {
      for index in picked.indices { picked[index] = generator.index(below: values.count) }
      let replicate = Moments(count: values.count) { values[picked[$0]] }
      // A resample of one clip over and over has no standard error; it says nothing about the pivot.
      if replicate.standardError > 1e-12 * sample.standardError {
        pivots.append((replicate.mean - sample.mean) / replicate.standardError)
      }
    }
    guard !pivots.isEmpty else { return Interval(sample.mean, sample.mean, level: settings.level) }
    pivots.sort()
    let tail = (1 - settings.level) / 2
    return Interval(
      sample.mean - Quantiles.value(pivots, 1 - tail) * sample.standardError,
      sample.mean - Quantiles.value(pivots, tail) * sample.standardError, level: settings.level)
  }

  private static func bca(_ values: [Double], _ sample: Moments, _ settings: ResamplingSettings) -> Interval {
    var generator = SplitMix64(seed: settings.seed)
    var replicates = (0..<settings.resamples).map { _ in
      var sum = 0.0
      for _ in values.indices { sum += values[generator.index(below: values.count)] }
      return sum / Double(values.count)
    }
    replicates.sort()
    let below = replicates.reduce(0.0) { $0 + ($1 < sample.mean ? 1 : $1 == sample.mean ? 0.5 : 0) }
    let share = min(
      1 - 0.5 / Double(settings.resamples),
      max(0.5 / Double(settings.resamples), below / Double(settings.resamples)))
    let bias = Normal.quantile(share)
    // For a mean, leaving out one clip moves the estimate by its deviation over n - 1.
    let deviations = values.map { sample.mean - $0 }
    let squares = deviations.reduce(0) { $0 + $1 * $1 }
    let cubes = deviations.reduce(0) { $0 + $1 * $1 * $1 }
    let acceleration = -cubes / (6 * pow(squares, 1.5))
    func end(_ probability: Double) -> Double {
      let z = bias + Normal.quantile(probability)
      let adjusted = Normal.probability(upTo: bias + z / (1 - acceleration * z))
      return Quantiles.value(replicates, adjusted)
    }
    let tail = (1 - settings.level) / 2
    return Interval(end(tail), end(1 - tail), level: settings.level)
  }
}

/// Intervals for values that are no means, such as FVD: the replicates are centred on the estimate.
public enum CentredBootstrap {
  /// The interval around `estimate(all clips)`.
  ///
  /// Replicates of a Fréchet distance are biased upwards, since resampled sets repeat clips; their spread is
  /// what is used, turned round about the estimate: `[2 e - q(1 - a), 2 e - q(a)]` of replicates moved so
  /// that their mean is `e`.
  ///
  /// - Parameters:
  ///   - clips: number of clips; fewer than `StatisticalLimits.fewestClips` give nil.
  ///   - estimate: the value over clips named by index; indices repeat in replicates.
  public static func interval(
    clips: Int, settings: ResamplingSettings = ResamplingSettings(), estimate: ([Int]) throws -> Double
  ) rethrows -> Interval? {
    guard clips >= StatisticalLimits.fewestClips else { return nil }
    let value = try estimate(Array(0..<clips))
    var generator = SplitMix64(seed: settings.seed)
    var replicates: [Double] = []
    var picked = [Int](repeating: 0, count: clips)
    for _ in 0..<settings.resamples {
      for index in picked.indices { picked[index] = generator.index(below: clips) }
      replicates.append(try estimate(picked))
    }
    let mean = replicates.reduce(0, +) / Double(replicates.count)
    let centred = replicates.map { $0 - mean + value }.sorted()
    let tail = (1 - settings.level) / 2
    return Interval(
      2 * value - Quantiles.value(centred, 1 - tail), 2 * value - Quantiles.value(centred, tail),
      level: settings.level)
  }
}
