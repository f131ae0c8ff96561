public import EvalCore

/// Structural similarity, mean over frames of a clip, then over clips.
public struct SSIMMetric: Metric {
  static let options = [
    MetricOption(
      "variant", SSIMVariant.allCases.map(\.rawValue), default: SSIMVariant.gaussianValidRGB.rawValue,
      "window, border and colour handling")
  ]

  /// Window, border and colour handling.
  public let variant: SSIMVariant
  private let evaluation: EvaluationProtocol

  /// Reads `variant`; throws `MetricsError` for anything else.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper
  ) throws(MetricsError) {
    let reader = try OptionReader(.ssim, options, legal: Self.options)
    variant = try reader.choice("variant", default: .gaussianValidRGB)
    self.evaluation = evaluation
  }

  /// SSIM.
  public var id: MetricID { .ssim }

  private var columnName: ColumnName {
    ColumnName(
      .ssim, deviations: [variant == .gaussianValidRGB ? nil : variant.rawValue], protocol: evaluation)
  }

  /// `SSIM` for the default, else for example `SSIM[gauss11-valid-luma]`.
  public var label: String { columnName.label }

  /// The paper does not name the window.
  public var comparability: Comparability { columnName.isDefault ? .definitionInferred : .substitute }

  /// Every option.
  public var signature: MetricSignature {
    evaluation.signature(.ssim, ["agg": "clip", "variant": variant.rawValue])
  }

  /// Starts on a clip.
  public func makeObserver(clipID: String) -> any ClipObserver { Observer(variant, clipID) }

  /// Mean over clips.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) -> MetricSummary {
    MetricSummary(meanOf: clips)
  }

  private final class Observer: ClipObserver {
    private let variant: SSIMVariant
    private let clipID: String
    private var values: [Double] = []

    init(_ variant: SSIMVariant, _ clipID: String) {
      self.variant = variant
      self.clipID = clipID
    }

    func observe(original: OriginalFrame, generated: GeneratedFrame) throws {
      try checkSizes(clip: clipID, original, generated)
      guard
        let value = StructuralSimilarity.mean(original.frame, generated.frame, variant: variant)
      else {
        throw MetricsError.frameSmallerThanWindow(
          clip: clipID, index: original.index, size: original.frame.size, window: variant.taps.count)
      }
      values.append(value)
    }

    func finish() -> ClipMeasurement {
      ClipMeasurement(
        frames: values, value: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count))
    }
  }
}
