public import EvalCore
public import WeightStore

/// All metrics of the paper in the order of its tables. Adding one is one file and one entry here.
public enum MetricRegistry {
  private struct Entry: Sendable {
    let id: MetricID
    let options: [MetricOption]
    let make: @Sendable ([String: String], EvaluationProtocol, WeightStore) throws(MetricsError) -> any Metric
  }

  private static let entries: [Entry] = [
    Entry(id: .fid, options: FIDMetric.options) { given, evaluation, weights throws(MetricsError) in
      try FIDMetric(options: given, protocol: evaluation, weights: weights)
    },
    Entry(id: .fvd, options: FVDMetric.options) { given, evaluation, weights throws(MetricsError) in
      try FVDMetric(options: given, protocol: evaluation, weights: weights)
    },
    Entry(id: .lpips, options: LPIPSMetric.options) { given, evaluation, weights throws(MetricsError) in
      try LPIPSMetric(options: given, protocol: evaluation, weights: weights)
    },
    Entry(id: .psnr, options: PSNRMetric.options) { given, evaluation, _ throws(MetricsError) in
      try PSNRMetric(options: given, protocol: evaluation)
    },
    Entry(id: .ssim, options: SSIMMetric.options) { given, evaluation, _ throws(MetricsError) in
      try SSIMMetric(options: given, protocol: evaluation)
    },
    Entry(id: .edmd, options: EDMDMetric.options) { given, evaluation, weights throws(MetricsError) in
      try EDMDMetric(options: given, protocol: evaluation, weights: weights)
    },
    Entry(id: .tc, options: TCMetric.options) { given, evaluation, weights throws(MetricsError) in
      try TCMetric(options: given, protocol: evaluation, weights: weights)
    },
  ]

  /// The metrics that need no weight files, in table order.
  public static var available: [MetricID] { [.psnr, .ssim, .edmd, .tc] }

  /// Makes the metrics `ids` in the order of the paper's tables, each once.
  ///
  /// - Parameter options: Values by option name for each metric; what is not given has its default.
  /// - Parameter weights: Where networks find their weights; a metric whose weights are missing says so in
  ///   `unavailability`.
  /// - Throws: `MetricsError` for an unknown option, an illegal value, weight files given that cannot be used, or
  ///   options of a metric not in `ids`.
  public static func make(
    _ ids: [MetricID], options: [MetricID: [String: String]] = [:],
    protocol evaluation: EvaluationProtocol = .paper, weights: WeightStore
  ) throws(MetricsError) -> [any Metric] {
    for id in options.keys.sorted() where !ids.contains(id) {
      throw .unusedOptions(metric: id, requested: ids)
    }
    var metrics: [any Metric] = []
    for entry in entries where ids.contains(entry.id) {
      metrics.append(try entry.make(options[entry.id] ?? [:], evaluation, weights))
    }
    return metrics
  }

  /// The options of a metric with legal values, default and meaning; empty when it has none.
  public static func options(of id: MetricID) -> [MetricOption] {
    entries.first { $0.id == id }?.options ?? []
  }

  private static func unavailable(_ id: MetricID, _ need: String) -> Entry {
    Entry(id: id, options: []) { given, evaluation, _ throws(MetricsError) in
      _ = try OptionReader(id, given, legal: [])
      return UnavailableMetric(
        id, reason: "\(need); the network is not part of this program yet", protocol: evaluation)
    }
  }
}
