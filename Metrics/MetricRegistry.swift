public import EvalCore

/// All metrics of the paper in the order of its tables. Adding one is one file and one entry here.
public enum MetricRegistry {
  private struct Entry: Sendable {
    let id: MetricID
    let options: [MetricOption]
    let make: @Sendable ([String: String], EvaluationProtocol) throws(MetricsError) -> any Metric
  }

  private static let entries: [Entry] = [
    unavailable(
      .fid, "needs the FID Inception network with the weights pt_inception-2015-12-05-6726825d.pth"),
    unavailable(
      .fvd, "needs the I3D network with the weights of deepmind/i3d-kinetics-400/1 (i3d-kinetics-400.ckpt)"),
    unavailable(
      .lpips, "needs AlexNet with the weights of LPIPS 0.1 (alexnet.ckpt)"),
    Entry(id: .psnr, options: PSNRMetric.options) { given, evaluation throws(MetricsError) in
      try PSNRMetric(options: given, protocol: evaluation)
    },
    Entry(id: .ssim, options: SSIMMetric.options) { given, evaluation throws(MetricsError) in
      try SSIMMetric(options: given, protocol: evaluation)
    },
    Entry(id: .edmd, options: EDMDMetric.options) { given, evaluation throws(MetricsError) in
      try EDMDMetric(options: given, protocol: evaluation)
    },
    Entry(id: .tc, options: TCMetric.options) { given, evaluation throws(MetricsError) in
      try TCMetric(options: given, protocol: evaluation)
    },
  ]

  /// The metrics that this program can compute, in table order.
  public static var available: [MetricID] { [.psnr, .ssim, .edmd, .tc] }

  /// Makes the metrics `ids` in the order of the paper's tables, each once.
  ///
  /// - Parameter options: Values by option name for each metric; what is not given has its default.
  /// - Throws: `MetricsError` for an unknown option, an illegal value, or options of a metric not in `ids`.
  public static func make(
    _ ids: [MetricID], options: [MetricID: [String: String]] = [:],
    protocol evaluation: EvaluationProtocol = .paper
  ) throws(MetricsError) -> [any Metric] {
    for id in options.keys.sorted() where !ids.contains(id) {
      throw .unusedOptions(metric: id, requested: ids)
    }
    var metrics: [any Metric] = []
    for entry in entries where ids.contains(entry.id) {
      metrics.append(try entry.make(options[entry.id] ?? [:], evaluation))
    }
    return metrics
  }

  /// The options of a metric with legal values, default and meaning; empty when it has none.
  public static func options(of id: MetricID) -> [MetricOption] {
    entries.first { $0.id == id }?.options ?? []
  }

  private static func unavailable(_ id: MetricID, _ need: String) -> Entry {
    Entry(id: id, options: []) { given, evaluation throws(MetricsError) in
      _ = try OptionReader(id, given, legal: [])
      return UnavailableMetric(
        id, reason: "\(need); the network is not part of this program yet", protocol: evaluation)
    }
  }
}
