public import EvalCore
internal import Statistics
public import WeightStore

/// Fréchet video distance: the Fréchet distance of I3D's Kinetics-400 logits, one row per window of a clip.
///
/// Source: Unterthiner et al. 2018; the default convention is that of the widely used toolbox that computes FVD, SSIM,
/// PSNR and LPIPS together, whose input contract is the paper's.
public struct FVDMetric: Metric {
  static let options = [
    MetricOption(
      "convention", FVDConvention.allCases.map(\.rawValue), default: FVDConvention.commonMetrics.rawValue,
      "whose preparation of clips and covariance"),
    MetricOption(
      "frames", FVDFrames.legal, default: FVDFrames.firstWindow.text,
      "first 16 frames, the whole clip, or every window of 16 at a stride (any number behind 'stride')"),
    MetricWeights.option,
  ]

  private let convention: FVDConvention
  private let frames: FVDFrames
  private let weights: Result<MetricWeights, WeightStoreError>
  private let features: ClipFeatures?
  private let evaluation: EvaluationProtocol

  /// Reads `convention`, `frames` and `weights`.
  ///
  /// - Throws: `MetricsError` for anything else, and for weight files that do not hold the network.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper,
    weights store: WeightStore
  ) throws(MetricsError) {
    let reader = try OptionReader(.fvd, options, legal: Self.options)
    convention = try reader.choice("convention", default: .commonMetrics)
    let text = reader.text("frames") ?? FVDFrames.firstWindow.text
    guard let frames = FVDFrames(text) else {
      throw .illegalValue(metric: .fvd, option: "frames", value: text, legal: FVDFrames.legal)
    }
    self.frames = frames
    let given = reader.text(MetricWeights.option.name)
    weights = Result { () throws(WeightStoreError) in
      try MetricWeights.find(given, official: [[.i3d]], in: store)
    }
    features = (try? weights.get()).map { [convention] in ClipFeatures(convention, frames, $0) }
    self.evaluation = evaluation
    if given != nil { try checkGivenWeights(.fvd, weights) { [features] in try features?.prepare() } }
  }

  /// FVD.
  public var id: MetricID { .fvd }

  private var isTest: Bool { (try? weights.get())?.isOfficial == false }

  private var columnName: ColumnName {
    ColumnName(
      .fvd,
      deviations: [
        convention == .commonMetrics ? nil : convention.rawValue, frames == .firstWindow ? nil : frames.text,
      ], protocol: evaluation)
  }

  /// `FVD` for the defaults and the published weights, else for example `FVD[whole]`; `TEST-` for other weights.
  public var label: String { (isTest ? "TEST-" : "") + columnName.label }

  /// The paper does not say which frames of a clip are used.
  public var comparability: Comparability {
    if isTest { return .test }
    return columnName.isDefault ? .definitionInferred : .substitute
  }

  /// Every option, and the digest of the weights.
  public var signature: MetricSignature {
    evaluation.signature(
      .fvd,
      [
        "features": features?.key ?? "i3d/none", "convention": convention.rawValue, "frames": frames.text,
        "cov": convention.normalization == .population ? "n" : "n-1",
      ])
  }

  /// Which weights are missing or damaged.
  public var unavailability: String? {
    if case .failure(let error) = weights { "\(error)" } else { nil }
  }

  /// Starts on a clip.
  public func makeObserver(clipID: String) throws -> any ClipObserver {
    guard let features else {
      throw MetricsError.unavailable(metric: .fvd, reason: unavailability ?? "no weights")
    }
    return Observer(features, clipID)
  }

  /// The distance over all windows.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) throws -> MetricSummary {
    var summarizer = Summarizer(self)
    for (clipID, measurement) in clips { try summarizer.add(clipID: clipID, measurement) }
    return try summarizer.summary()
  }

  /// Feature rows are read clip by clip.
  public func makeSummarizer() -> (any MetricSummarizer)? { Summarizer(self) }

  // MARK: - One clip

  private final class Observer: ClipObserver {
    private let features: ClipFeatures
    private let clipID: String
    private var windows: ClipWindows?
    private var originals: ClipWindows?
    private var count = 0
    /// Frames at the start of the clip that equal the originals: while all do, the originals' rows serve both.
    private var pending: [IdentifiedFrame] = []
    private var isIdentical = true

    init(_ features: ClipFeatures, _ clipID: String) {
      self.features = features
      self.clipID = clipID
    }

    func observe(original: OriginalFrame, generated: GeneratedFrame) throws {
      try checkSizes(clip: clipID, original, generated)
      let store = original.clip.features
      let originals = original.clip.product("fvd|\(features.key)") {
        ClipWindows(features, clipID: clipID, store: store)
      }
      self.originals = originals
      try originals.offer(original.picture, number: count)
      if isIdentical, generated.frame == original.frame {
        pending.append(original.picture)
      } else {
        isIdentical = false
        let windows = windows ?? ClipWindows(features, clipID: clipID, store: store)
        self.windows = windows
        for (number, frame) in pending.enumerated() { try windows.offer(frame, number: number) }
        pending = []
        try windows.offer(generated.picture, number: count)
      }
      count += 1
    }

    func finish() throws -> ClipMeasurement {
      let reference = try originals?.finish() ?? []
      let rows = isIdentical ? reference : try windows?.finish() ?? []
      guard let width = reference.first?.count, reference.count == rows.count else {
        let reason = "\(count) frames, \(features.frames.shortest) are needed"
        return ClipMeasurement(
          frames: [nil], missing: [0: reason], value: nil, counters: ["short_clips": 1])
      }
      let shape = [rows.count, width]
      return ClipMeasurement(
        frames: [], value: nil, counters: ["windows": rows.count],
        arrays: [
          "logits.original": NumericArray(shape: shape, values: reference.flatMap { $0 }),
          "logits.generated": NumericArray(shape: shape, values: rows.flatMap { $0 }),
        ])
    }
  }

  // MARK: - A set of clips

  private struct Summarizer: MetricSummarizer {
    private let metric: FVDMetric
    private var accumulator: FrechetAccumulator
    /// Each clip's rows on both sides, for resampling: some kilobytes per clip.
    private var kept: [(original: NumericArray, generated: NumericArray)] = []
    private var clips = 0
    private var counters: [String: Int] = [:]

    init(_ metric: FVDMetric) {
      self.metric = metric
      accumulator = FrechetAccumulator(metric.convention.normalization)
    }

    mutating func add(clipID: String, _ measurement: ClipMeasurement) throws {
      counters.merge(measurement.counters, uniquingKeysWith: +)
      let arrays = measurement.arrays
      guard let original = arrays["logits.original"], let generated = arrays["logits.generated"] else {
        return
      }
      clips += 1
      accumulator.add(original: original, generated: generated)
      kept.append((original, generated))
    }

    /// Replicates of more windows than dimensions take a decomposition of 400 x 400 numbers each, so that there
    /// are fewer of them.
    private static let costlyReplicates = 200

    func interval(_ settings: ResamplingSettings) throws -> Interval? {
      guard accumulator.count > 1 else { return nil }
      var settings = settings
      if accumulator.count > accumulator.width {
        settings.resamples = min(settings.resamples, Self.costlyReplicates)
      }
      return try CentredBootstrap.interval(clips: kept.count, settings: settings) { picked in
        var replicate = FrechetAccumulator(metric.convention.normalization)
        for index in picked {
          replicate.add(original: kept[index].original, generated: kept[index].generated)
        }
        return try replicate.distance()
      }
    }

    func makeInfluencePass() throws -> (any InfluencePass)? {
      guard accumulator.count > 1 else { return nil }
      return try FrechetInfluencePass(
        accumulator, original: "logits.original", generated: "logits.generated")
    }

    func summary() throws -> MetricSummary {
      let short = counters["short_clips"] ?? 0
      guard accumulator.count > 1 else {
        let skipped =
          short == 0 ? "" : "; \(short) clips are shorter than \(metric.frames.shortest) frames"
        return MetricSummary(
          value: nil,
          reason: "fvd needs at least 2 windows for a covariance, got \(accumulator.count)\(skipped)",
          clips: clips, frames: accumulator.count, counters: counters)
      }
      var counters = counters
      if accumulator.count <= accumulator.width { counters["rank-deficient"] = accumulator.count }
      var value = try accumulator.distance()
      if value < 0 {
        counters["clamped_to_zero"] = 1
        value = 0
      }
      return MetricSummary(value: value, clips: clips, frames: accumulator.count, counters: counters)
    }
  }
}
