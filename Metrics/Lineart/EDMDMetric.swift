public import EvalCore
internal import Foundation
internal import Perception
public import WeightStore

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

  /// Reads the options that `MetricRegistry.options(of: .edmd)` lists; a network without a weight file among them
  /// takes the published one that `weights` holds; throws `MetricsError` for anything
  /// else.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper,
    weights: WeightStore? = nil
  ) throws(MetricsError) {
    let settings = try EDMDOptions(options)
    self.settings = settings
    guard evaluation.pixels == .all || settings.place == .evaluation else {
      // Frames put together from changed pixels exist at evaluation size only.
      throw .illegalValue(
        metric: .edmd, option: "place", value: settings.place.rawValue,
        legal: ["\(EDMDOptions.Place.evaluation.rawValue), where changed pixels alone are judged"])
    }
    do {
      var file = settings.weights.map { URL(fileURLWithPath: $0) }
      if file == nil, let id = WeightID(rawValue: settings.extractor) { file = try weights?.find(id).url }
      extractor = try LineartExtractors.named(settings.extractor, weights: file)
    } catch {
      throw .unusableWeights(metric: .edmd, reason: "\(error)")
    }
    self.evaluation = evaluation
  }

  /// EDMD.
  public var id: MetricID { .edmd }

  private var network: NeuralLineartExtractor? { extractor as? NeuralLineartExtractor }
  /// The network and the threshold that the paper's number is read as.
  private var isOfficial: Bool {
    network?.weights.isOfficial == true && settings.threshold == EDMDOptions.defaultThreshold
  }
  /// Weights of other widths than the published network's are for tests.
  private var isForTests: Bool { network.map { !$0.hasPublishedWidths } ?? false }

  private var column: ColumnName {
    ColumnName(
      .edmd, always: isOfficial ? [] : [extractor.label, "\(settings.threshold)"],
      deviations: settings.deviations, protocol: evaluation)
  }

  /// For example `EDMD[XDoG,0.5]`: extractor and threshold, then what is not default. The bare name stands for the
  /// lines of LVCD's release: Chan et al., fine.
  public var label: String { (isForTests ? "TEST-" : "") + column.label }

  /// The paper's sketches come from a network; other extractors stand in for it.
  public var comparability: Comparability {
    if isForTests { return .test }
    return isOfficial && column.isDefault ? .definitionInferred : .substitute
  }

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
