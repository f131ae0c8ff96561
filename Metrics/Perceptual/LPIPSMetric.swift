internal import Checkpoints
public import EvalCore
public import WeightStore

/// Learned perceptual image patch similarity, version 0.1, mean over frames and then over clips.
///
/// Source: Zhang et al. 2018; lpips 0.1.4 with `net='alex'`.
public struct LPIPSMetric: Metric {
  enum Aggregation: String, Sendable, CaseIterable {
    case clipMean = "clip-mean"
    case frameMean = "frame-mean"
  }

  static let options = [
    MetricOption(
      "net", PerceptualBackbone.allCases.map(\.rawValue), default: PerceptualBackbone.alex.rawValue,
      "backbone"),
    MetricOption(
      "average", LPIPSDistance.Average.allCases.map(\.rawValue),
      default: LPIPSDistance.Average.layer.rawValue,
      "a layer's value: mean over its positions, or over its map enlarged to the frame"),
    MetricOption(
      "agg", Aggregation.allCases.map(\.rawValue), default: Aggregation.clipMean.rawValue,
      "a set's value: mean of the clips' means, or mean over all frames"),
    MetricWeights.option,
  ]

  private let backbone: PerceptualBackbone
  private let average: LPIPSDistance.Average
  private let aggregation: Aggregation
  private let weights: Result<MetricWeights, WeightStoreError>
  private let network: LoadedOnce<LPIPSDistance>?
  private let evaluation: EvaluationProtocol

  /// Reads `net`, `average`, `agg` and `weights`.
  ///
  /// - Throws: `MetricsError` for anything else, and for weight files that do not hold the network.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper,
    weights store: WeightStore
  ) throws(MetricsError) {
    let reader = try OptionReader(.lpips, options, legal: Self.options)
    backbone = try reader.choice("net", default: .alex)
    average = try reader.choice("average", default: .layer)
    aggregation = try reader.choice("agg", default: .clipMean)
    let given = reader.text(MetricWeights.option.name)
    let official: [[WeightID]] =
      backbone == .alex
      ? [[.lpipsAlex], [.alexNet, .lpipsLinearAlex]] : [[.lpipsVGG], [.vgg16, .lpipsLinearVGG]]
    weights = Result { () throws(WeightStoreError) in
      try MetricWeights.find(given, official: official, in: store)
    }
    network = (try? weights.get()).map { [backbone] files in
      LoadedOnce {
        try LPIPSDistance(WeightScope(PackageNames.perceptual(try files.source(), backbone)), backbone)
      }
    }
    self.evaluation = evaluation
    if given != nil { try checkGivenWeights(.lpips, weights) { [network] in _ = try network?() } }
  }

  /// LPIPS.
  public var id: MetricID { .lpips }

  private var isTest: Bool { (try? weights.get())?.isOfficial == false }

  private var columnName: ColumnName {
    ColumnName(
      .lpips,
      deviations: [
        backbone == .alex ? nil : backbone.rawValue, average == .layer ? nil : average.rawValue,
        aggregation == .clipMean ? nil : aggregation.rawValue,
      ], protocol: evaluation)
  }

  /// `LPIPS` for the defaults and the published weights, else for example `LPIPS[vgg]`; `TEST-` for other weights.
  public var label: String { (isTest ? "TEST-" : "") + columnName.label }

  /// Official for the defaults.
  public var comparability: Comparability {
    if isTest { return .test }
    return columnName.isDefault ? .official : .substitute
  }

  /// Every option, and the digest of the weights.
  public var signature: MetricSignature {
    evaluation.signature(
      .lpips,
      [
        "net": backbone.rawValue, "version": "0.1", "average": average.rawValue,
        "agg": aggregation == .clipMean ? "clip" : "frame",
        "weights": (try? weights.get())?.digest ?? "none",
      ])
  }

  /// Which weights are missing or damaged.
  public var unavailability: String? {
    if case .failure(let error) = weights { "\(error)" } else { nil }
  }

  /// Starts on a clip.
  public func makeObserver(clipID: String) throws -> any ClipObserver {
    guard let network else {
      throw MetricsError.unavailable(metric: .lpips, reason: unavailability ?? "no weights")
    }
    return Observer(
      try network(), backbone, average,
      key: "lpips|\(backbone.rawValue)|\((try? weights.get())?.digest ?? "")", clipID)
  }

  /// Mean over clips, or over all frames; the other one is among the alternatives.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) -> MetricSummary {
    var summary = MetricSummary(meanOf: clips)
    if aggregation == .frameMean, let frameMean = summary.alternatives["frame-mean"] {
      summary.alternatives["clip-mean"] = summary.value
      summary.alternatives["frame-mean"] = nil
      summary.value = frameMean
    }
    return summary
  }

  private final class Observer: ClipObserver {
    private let distance: LPIPSDistance
    private let backbone: PerceptualBackbone
    private let average: LPIPSDistance.Average
    private let key: String
    private let clipID: String
    private var values: [Double] = []

    init(
      _ distance: LPIPSDistance, _ backbone: PerceptualBackbone, _ average: LPIPSDistance.Average,
      key: String,
      _ clipID: String
    ) {
      self.distance = distance
      self.backbone = backbone
      self.average = average
      self.key = key
      self.clipID = clipID
    }

    func observe(original: OriginalFrame, generated: GeneratedFrame) throws {
      try checkSizes(clip: clipID, original, generated)
      try backbone.check(original.frame.size, clip: clipID, metric: .lpips)
      guard generated.frame != original.frame else { return values.append(0) }
      let reference = original.product(key) { distance.features(original.frame) }
      let value = distance(
        distance.features(generated.frame), reference, size: original.frame.size, average: average
      ).total
      guard value.isFinite else { throw MetricsError.notFinite(metric: .lpips, clip: clipID) }
      values.append(value)
    }

    func finish() -> ClipMeasurement {
      ClipMeasurement(
        frames: values, value: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count))
    }
  }
}
