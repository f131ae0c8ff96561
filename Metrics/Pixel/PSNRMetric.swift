public import EvalCore
internal import Foundation

/// Peak signal-to-noise ratio in decibel on RGB values in 0…1: `-10 log10(mse)`, no luma conversion, no crop.
public struct PSNRMetric: Metric {
  /// How the frames of a clip become one value.
  public enum Aggregation: String, Sendable, CaseIterable {
    /// Mean of the frames' decibel values.
    case frameDecibel = "frame-db"
    /// Decibel of the mean squared error over the clip.
    case pooled
  }

  /// What two identical frames score.
  public enum IdenticalFrames: String, Sendable, CaseIterable {
    /// 100 dB for every mean squared error below 1e-10.
    case cap100
    /// Infinity: such a frame, its clip and its set have no finite value.
    case infinite = "inf"
  }

  static let capDecibel = 100.0
  static let capError = 1e-10

  static let options = [
    MetricOption(
      "agg", Aggregation.allCases.map(\.rawValue), default: Aggregation.frameDecibel.rawValue,
      "frames of a clip: mean of decibels, or decibels of the mean squared error"),
    MetricOption(
      "identical", IdenticalFrames.allCases.map(\.rawValue), default: IdenticalFrames.cap100.rawValue,
      "identical frames: 100 dB for any mse below 1e-10, or infinity, which leaves the value empty"),
  ]

  /// How the frames of a clip become one value.
  public let aggregation: Aggregation
  /// What two identical frames score.
  public let identicalFrames: IdenticalFrames
  private let evaluation: EvaluationProtocol

  /// Reads `agg` and `identical`; throws `MetricsError` for anything else.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper
  ) throws(MetricsError) {
    let reader = try OptionReader(.psnr, options, legal: Self.options)
    aggregation = try reader.choice("agg", default: .frameDecibel)
    identicalFrames = try reader.choice("identical", default: .cap100)
    self.evaluation = evaluation
  }

  /// PSNR.
  public var id: MetricID { .psnr }

  private var columnName: ColumnName {
    ColumnName(
      .psnr,
      deviations: [
        aggregation == .frameDecibel ? nil : aggregation.rawValue,
        identicalFrames == .cap100 ? nil : identicalFrames.rawValue,
      ], protocol: evaluation)
  }

  /// `PSNR` for the defaults, else for example `PSNR[pooled]`.
  public var label: String { columnName.label }

  /// The paper does not say how frames are pooled.
  public var comparability: Comparability { columnName.isDefault ? .definitionInferred : .substitute }

  /// Every option.
  public var signature: MetricSignature {
    evaluation.signature(
      .psnr,
      [
        "agg": aggregation == .pooled ? "pooled-clip" : "clip",
        "cap": identicalFrames == .cap100 ? "100" : "inf",
      ])
  }

  /// Starts on a clip.
  public func makeObserver(clipID: String) -> any ClipObserver { Observer(self, clipID) }

  /// Mean over clips; without a value when a clip's is infinite.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) -> MetricSummary {
    var summary = MetricSummary(meanOf: clips)
    let infinite = clips.filter { ($0.measurement.counters["infinite_frames"] ?? 0) > 0 }.count
    if infinite > 0 && (aggregation == .frameDecibel || summary.clips < clips.count) {
      summary.value = nil
      summary.alternatives["frame-mean"] = nil
      summary.reason =
        "\(infinite) of \(clips.count) clips hold frames identical to the original, whose psnr is infinite"
    }
    return summary
  }

  /// Decibel of a mean squared error, or nil when it is infinite.
  func decibel(_ error: Double) -> Double? {
    switch identicalFrames {
    case .cap100: error < Self.capError ? Self.capDecibel : -10 * log10(error)
    case .infinite: error == 0 ? nil : -10 * log10(error)
    }
  }

  private final class Observer: ClipObserver {
    private let metric: PSNRMetric
    private let clipID: String
    /// Mean squared errors; nil where no pixel is judged.
    private var errors: [Double?] = []
    private var rightShares: [Double] = []

    init(_ metric: PSNRMetric, _ clipID: String) {
      self.metric = metric
      self.clipID = clipID
    }

    func observe(original: OriginalFrame, generated: GeneratedFrame) throws {
      try checkSizes(clip: clipID, original, generated)
      let region = original.region
      if let right = PixelRegion.rightShare(generated.frame, original.frame, in: region) {
        rightShares.append(right)
      }
      let error = SquaredError.mean(original.frame, generated.frame)
      errors.append(region.map { $0.count == 0 ? nil : error / $0.share } ?? error)
    }

    func finish() -> ClipMeasurement {
      let frames = errors.map { $0.flatMap(metric.decibel) }
      var missing: [Int: String] = [:]
      for (position, error) in errors.enumerated() where frames[position] == nil {
        missing[position] =
          error == nil
          ? "no pixel differs from the reference" : "identical to the original: psnr is infinite"
      }
      let errors = errors.compactMap(\.self)
      let counters =
        switch metric.identicalFrames {
        case .cap100: ["capped_frames": errors.filter { $0 < PSNRMetric.capError }.count]
        case .infinite: ["infinite_frames": errors.count { metric.decibel($0) == nil }]
        }
      let meanError = errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
      let pooled = meanError.flatMap(metric.decibel)
      let finite = frames.compactMap(\.self)
      let ofFrames =
        finite.count == errors.count && !finite.isEmpty
        ? finite.reduce(0, +) / Double(finite.count) : nil
      let isPooled = metric.aggregation == .pooled
      var alternatives: [String: Double] = [:]
      alternatives[isPooled ? "frame-db" : "pooled"] = isPooled ? ofFrames : pooled
      if !rightShares.isEmpty {
        alternatives["right-pixels"] = rightShares.reduce(0, +) / Double(rightShares.count)
      }
      return ClipMeasurement(
        frames: frames, missing: missing, value: isPooled ? pooled : ofFrames,
        alternatives: alternatives, counters: counters)
    }
  }
}

/// Throws unless the generated frame has the original's size.
func checkSizes(clip: String, _ original: OriginalFrame, _ generated: GeneratedFrame) throws(MetricsError) {
  guard original.frame.size == generated.frame.size else {
    throw .frameSizesDiffer(
      clip: clip, index: original.index, original: original.frame.size, generated: generated.frame.size)
  }
}
