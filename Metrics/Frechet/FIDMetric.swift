public import EvalCore
internal import LinearAlgebra
public import WeightStore

/// Fréchet Inception distance over all frames of all clips, or the same distance on the features of another network
/// under that network's name.
///
/// Source: Heusel et al. 2017; pytorch-fid 0.3.0 for the default flavour. Without Inception's weights the column is
/// `FD-Alex5`, with `FD-EffLite0` among its alternatives: substitutes, never called FID.
public struct FIDMetric: Metric {
  enum Extractor: String, Sendable, CaseIterable {
    case auto, inception, alex5, efflite0
  }

  enum Estimate: String, Sendable, CaseIterable {
    case plain
    case extrapolated = "fid-inf"
  }

  static let seed: UInt64 = 20_241_101
  /// Sets below this size are known to be biased visibly.
  static let fullSize = 10_000

  static let options = [
    MetricOption(
      "extractor", Extractor.allCases.map(\.rawValue), default: Extractor.auto.rawValue,
      "network: Inception where its weights are here, else the substitute FD-Alex5; or one of them"),
    MetricOption(
      "flavour", FIDFlavour.allCases.map(\.rawValue), default: FIDFlavour.pytorchFID.rawValue,
      "whose preparation of frames for Inception"),
    MetricOption(
      "estimate", Estimate.allCases.map(\.rawValue), default: Estimate.plain.rawValue,
      "the distance of all frames, or extrapolated to infinitely many from five seeded subsets"),
    MetricWeights.option,
  ]

  private let network: FrameNetwork
  private let flavour: FIDFlavour
  private let estimate: Estimate
  private let weights: Result<MetricWeights, WeightStoreError>
  private let features: FrameFeatures?
  /// EfficientNet-Lite0 beside FD-Alex5.
  private let companion: FrameFeatures?
  private let evaluation: EvaluationProtocol

  /// Reads `extractor`, `flavour`, `estimate` and `weights`.
  ///
  /// - Throws: `MetricsError` for anything else, and for weight files that do not hold the network.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper,
    weights store: WeightStore
  ) throws(MetricsError) {
    let reader = try OptionReader(.fid, options, legal: Self.options)
    let extractor: Extractor = try reader.choice("extractor", default: .auto)
    flavour = try reader.choice("flavour", default: .pytorchFID)
    estimate = try reader.choice("estimate", default: .plain)
    let given = reader.text(MetricWeights.option.name)
    (network, weights) = Self.choose(extractor, given, store)
    features = (try? weights.get()).map { [network, flavour] in
      FrameFeatures(network, flavour: flavour, weights: $0)
    }
    let beside: MetricWeights? =
      network == .alex5 && given == nil
      ? try? MetricWeights.find(nil, official: FrameNetwork.efflite0.officialWeights, in: store) : nil
    companion = beside.map { [flavour] in FrameFeatures(.efflite0, flavour: flavour, weights: $0) }
    self.evaluation = evaluation
    if given != nil { try checkGivenWeights(.fid, weights) { [features] in try features?.prepare() } }
  }

  /// `auto` takes Inception where it can be had, then FD-Alex5; a missing network's reason is Inception's.
  private static func choose(
    _ extractor: Extractor, _ given: String?, _ store: WeightStore
  ) -> (FrameNetwork, Result<MetricWeights, WeightStoreError>) {
    func find(_ network: FrameNetwork) -> Result<MetricWeights, WeightStoreError> {
      Result { () throws(WeightStoreError) in
        try MetricWeights.find(given, official: network.officialWeights, in: store)
      }
    }
    if let named = FrameNetwork(rawValue: extractor.rawValue) { return (named, find(named)) }
    let inception = find(.inception)
    // A damaged file is a reason to stop and say so, not to fall back.
    guard case .failure(.missing) = inception, given == nil else { return (.inception, inception) }
    let substitute = find(.alex5)
    if case .failure(.missing) = substitute { return (.inception, inception) }
    return (.alex5, substitute)
  }

  /// FID.
  public var id: MetricID { .fid }

  private var isTest: Bool { (try? weights.get())?.isOfficial == false }

  private var columnName: ColumnName {
    ColumnName(
      .fid, title: network.label,
      deviations: [
        network == .inception && flavour != .pytorchFID ? flavour.rawValue : nil,
        estimate == .plain ? nil : estimate.rawValue,
      ], protocol: evaluation)
  }

  /// `FID` for the defaults and Inception's published weights, `FD-Alex5` or `FD-EffLite0` for another network,
  /// `TEST-` in front for other weights.
  public var label: String { (isTest ? "TEST-" : "") + columnName.label }

  /// Official only for FID itself.
  public var comparability: Comparability {
    if isTest { return .test }
    return columnName.isDefault && network == .inception ? .official : .substitute
  }

  /// Every option, and the digest of the weights.
  public var signature: MetricSignature {
    var fields = [
      "features": features?.key ?? "\(network.rawValue)/none", "cov": "n-1", "pool": "all-frames",
      "estimate": estimate == .plain ? "plain" : "fid-inf(seed=\(Self.seed),points=5)",
    ]
    if network == .inception { fields["flavour"] = flavour.rawValue }
    if let companion { fields["beside"] = companion.key }
    return evaluation.signature(.fid, fields)
  }

  /// Which weights are missing or damaged.
  public var unavailability: String? {
    if case .failure(let error) = weights { "\(error)" } else { nil }
  }

  /// Starts on a clip.
  public func makeObserver(clipID: String) throws -> any ClipObserver {
    guard let features else {
      throw MetricsError.unavailable(metric: .fid, reason: unavailability ?? "no weights")
    }
    return Observer(features, companion, clipID)
  }

  /// The distance over all frames.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) throws -> MetricSummary {
    var summarizer = Summarizer(self)
    for (clipID, measurement) in clips { try summarizer.add(clipID: clipID, measurement) }
    return try summarizer.summary()
  }

  /// Feature rows are read clip by clip.
  public func makeSummarizer() -> (any MetricSummarizer)? { Summarizer(self) }

  // MARK: - One clip

  private final class Observer: ClipObserver {
    private let sets: [(name: String, features: FrameFeatures)]
    private let clipID: String
    private var rows: [(original: [Float], generated: [Float], count: Int)]

    init(_ features: FrameFeatures, _ companion: FrameFeatures?, _ clipID: String) {
      sets = [("features", features)] + (companion.map { [("companion", $0)] } ?? [])
      rows = sets.map { _ in ([], [], 0) }
      self.clipID = clipID
    }

    func observe(original: OriginalFrame, generated: GeneratedFrame) throws {
      try checkSizes(clip: clipID, original, generated)
      let store = original.clip.features
      for (index, (_, features)) in sets.enumerated() {
        let reference = try original.product("fid|\(features.key)") {
          try features(original.picture, store: store, clip: clipID, metric: .fid)
        }
        let row =
          generated.frame == original.frame
          ? reference : try features(generated.picture, store: store, clip: clipID, metric: .fid)
        rows[index].original += reference
        rows[index].generated += row
        rows[index].count += 1
      }
    }

    func finish() -> ClipMeasurement {
      var arrays: [String: NumericArray] = [:]
      for (set, rows) in zip(sets, rows) {
        let shape = [rows.count, rows.original.count / max(rows.count, 1)]
        arrays["\(set.name).original"] = NumericArray(shape: shape, values: rows.original)
        arrays["\(set.name).generated"] = NumericArray(shape: shape, values: rows.generated)
      }
      return ClipMeasurement(frames: [], value: nil, arrays: arrays)
    }
  }

  // MARK: - A set of clips

  private struct Summarizer: MetricSummarizer {
    private let metric: FIDMetric
    private var main: FrechetAccumulator
    private var companion: FrechetAccumulator
    private var clips = 0

    init(_ metric: FIDMetric) {
      self.metric = metric
      let keepsRows = metric.estimate == .extrapolated
      main = FrechetAccumulator(.unbiased, keepsRows: keepsRows)
      companion = FrechetAccumulator(.unbiased, keepsRows: keepsRows)
    }

    mutating func add(clipID: String, _ measurement: ClipMeasurement) throws {
      let arrays = measurement.arrays
      guard let original = arrays["features.original"], let generated = arrays["features.generated"] else {
        return
      }
      clips += 1
      main.add(original: original, generated: generated)
      if let first = arrays["companion.original"], let second = arrays["companion.generated"] {
        companion.add(original: first, generated: second)
      }
    }

    func summary() throws -> MetricSummary {
      guard main.count > 1 else {
        return MetricSummary(
          value: nil, reason: "\(metric.label) needs at least 2 frames for a covariance, got \(main.count)",
          clips: clips, frames: main.count)
      }
      var counters: [String: Int] = [:]
      if main.count <= main.width { counters["rank-deficient"] = main.count }
      if main.count < FIDMetric.fullSize { counters["n"] = main.count }
      let value = clamped(try value(main), &counters)
      var alternatives: [String: Double] = [:]
      if companion.count > 1 {
        alternatives[FrameNetwork.efflite0.label] = clamped(try self.value(companion), &counters)
      }
      return MetricSummary(
        value: value, alternatives: alternatives, clips: clips, frames: main.count, counters: counters)
    }

    /// Nil for extrapolated distances, whose influences are others.
    func makeInfluencePass() throws -> (any InfluencePass)? {
      guard main.count > 1, metric.estimate == .plain else { return nil }
      return try FrechetInfluencePass(
        main, original: "features.original", generated: "features.generated")
    }

    private func value(_ accumulator: FrechetAccumulator) throws(FrechetError) -> Double {
      switch metric.estimate {
      case .plain: try accumulator.distance()
      case .extrapolated: try accumulator.extrapolatedDistance(seed: FIDMetric.seed)
      }
    }

    /// Rounding can leave a distance a little below zero; that is counted. An extrapolation may be negative.
    private func clamped(_ value: Double, _ counters: inout [String: Int]) -> Double {
      guard value < 0, metric.estimate == .plain else { return value }
      counters["clamped_to_zero", default: 0] += 1
      return 0
    }
  }
}

/// Throws unless weights that a user gave can be read as the network they are given for.
func checkGivenWeights(
  _ metric: MetricID, _ weights: Result<MetricWeights, WeightStoreError>, _ load: () throws -> Void
) throws(MetricsError) {
  do {
    _ = try weights.get()
    try load()
  } catch { throw .unusableWeights(metric: metric, reason: "\(error)") }
}
