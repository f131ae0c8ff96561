public import EvalCore
internal import Perception

/// Euclidean distance map difference: root mean squared difference, in pixels, between the distance maps of
/// the generated frame's sketch and of the reference sketch (LVCD, section 6.1).
///
/// Beside its threshold's value every measurement has `edmd@0.3` and `edmd@0.7`: the paper names no
/// threshold.
public struct EDMDMetric: Metric {
  static let options = EDMDOptions.legal
  static let sensitivityThresholds = [0.3, 0.7]
  /// A generated sketch with less than this share of the reference's ink counts as a low-ink frame.
  static let lowInkShare = 0.2

  /// Every choice behind the value.
  public let settings: EDMDOptions
  /// The line extractor.
  public let extractor: any LineartExtractor
  private let evaluation: EvaluationProtocol

  /// Reads the options that `MetricRegistry.options(of: .edmd)` lists; throws `MetricsError` for anything
  /// else.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper
  ) throws(MetricsError) {
    settings = try EDMDOptions(options)
    do {
      extractor = try LineartExtractors.named(settings.extractor)
    } catch {
      throw .illegalValue(
        metric: .edmd, option: "extractor", value: settings.extractor, legal: LineartExtractors.names)
    }
    self.evaluation = evaluation
  }

  /// EDMD.
  public var id: MetricID { .edmd }

  /// For example `EDMD[XDoG,0.5]`: extractor and threshold, then what is not default.
  public var label: String {
    ColumnName(
      .edmd, always: [extractor.label, "\(settings.threshold)"], deviations: settings.deviations,
      protocol: evaluation
    ).label
  }

  /// The paper's sketches come from a network; the classical extractors stand in for it.
  public var comparability: Comparability { .substitute }

  /// Every option.
  public var signature: MetricSignature {
    evaluation.signature(.edmd, settings.signatureFields(extractorName: extractor.name))
  }

  /// Starts on a clip.
  public func makeObserver(clipID: String) -> any ClipObserver { EDMDObserver(self, clipID: clipID) }

  /// Mean over clips.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) -> MetricSummary {
    MetricSummary(meanOf: clips)
  }

  /// The metric's own threshold and those of the sensitivity study, each once.
  var thresholds: [Double] {
    [settings.threshold] + Self.sensitivityThresholds.filter { $0 != settings.threshold }
  }
}
