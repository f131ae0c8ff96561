public import EvalCore
internal import Foundation
internal import Perception
public import WeightStore

/// Temporal consistency: the relative warping error of the generated clip divided by that of the original, both along
/// the original's motion (LVCD, section 6.1, equation 9).
///
/// With `e(J, t) = |warp(J_t) - J_{t+1}| / |J_{t+1}|` over all pixels and channels, `TC = e(generated) / e(original)`.
/// 1 is as consistent as the original; blurry results can be below. The bare name stands only for the flow of RAFT's
/// published `things` weights after 20 updates.
public struct TCMetric: Metric {
  static let options = TCOptions.legal
  /// An original's error below this says nothing; a pair of held frames stays below it.
  static let errorGuard = 1e-4
  /// Norm of a frame below which it is black.
  static let blackNorm = 1e-6

  /// Every choice behind the value.
  public let settings: TCOptions
  /// The method that finds the original's motion.
  let estimator: any FlowEstimator
  private let evaluation: EvaluationProtocol

  /// Reads the options that `MetricRegistry.options(of: .tc)` lists.
  ///
  /// Without a weight file among them RAFT takes the first of its published files that `weights` holds, else the
  /// project's RAFT-small inside the program; `flow=auto` takes DIS where frames are too small for RAFT. Throws
  /// `MetricsError` for anything else than these options, and for a weight file that is damaged or holds no RAFT.
  public init(
    options: [String: String] = [:], protocol evaluation: EvaluationProtocol = .paper,
    weights: WeightStore? = nil
  ) throws(MetricsError) {
    let settings = try TCOptions(options)
    try self.init(
      settings, estimator: Self.estimator(settings, evaluation, weights), protocol: evaluation)
  }

  init(_ settings: TCOptions, estimator: any FlowEstimator, protocol evaluation: EvaluationProtocol) {
    self.settings = settings
    self.estimator = estimator
    self.evaluation = evaluation
  }

  private static func estimator(
    _ settings: TCOptions, _ evaluation: EvaluationProtocol, _ store: WeightStore?
  ) throws(MetricsError) -> any FlowEstimator {
    if settings.flow == .dis { return DISEstimator() }
    let isLargeEnough = min(evaluation.size.width, evaluation.size.height) >= RAFT.smallestSide
    if settings.flow == .auto, settings.weights == nil, !isLargeEnough { return DISEstimator() }
    let file = try weightFile(settings, store)
    guard isLargeEnough else {
      throw .unusableWeights(
        metric: .tc,
        reason: "RAFT needs sides of at least \(RAFT.smallestSide) pixels, frames are evaluated at "
          + "\(evaluation.size); use flow=dis or a larger size")
    }
    do {
      let (iterations, refined) = (settings.iterations, settings.refined.choice)
      guard let file else {
        return try RAFTEstimator(embeddedWithIterations: iterations, refined: refined ?? true)
      }
      return try RAFTEstimator(weights: file, iterations: iterations, refined: refined)
    } catch {
      throw .unusableWeights(metric: .tc, reason: "\(error)")
    }
  }

  /// The file given, or the best published one in the store; nil where neither is.
  private static func weightFile(
    _ settings: TCOptions, _ store: WeightStore?
  ) throws(MetricsError) -> URL? {
    if let path = settings.weights { return URL(fileURLWithPath: path) }
    for id in [WeightID.raftThings, .raftLarge, .raftSmall] {
      do throws(WeightStoreError) {
        if let found = try store?.find(id) { return found.url }
      } catch {
        // A file that is there but damaged must not pass for one that is not there.
        guard case .missing = error else {
          throw .unusableWeights(metric: .tc, reason: error.description)
        }
      }
    }
    return nil
  }

  /// TC.
  public var id: MetricID { .tc }

  private var raft: RAFTEstimator? { estimator as? RAFTEstimator }
  /// Weights of other widths than the published models' are for tests.
  private var isForTests: Bool { raft.map { !$0.network.hasPublishedWidths } ?? false }

  private var column: ColumnName {
    let isOfficial = raft?.isOfficial ?? false
    return ColumnName(
      .tc, always: isOfficial ? [] : [estimator.label],
      deviations: [
        raft.flatMap { $0.iterations == RAFTEstimator.defaultIterations ? nil : "it=\($0.iterations)" }
      ]
        + settings.deviations, protocol: evaluation)
  }

  /// `TC` for the official flow, else for example `TC[DIS]` or `TC[RAFT-S/project]`; then what is not default.
  public var label: String { (isForTests ? "TEST-" : "") + column.label }

  /// How far the value may be compared: the paper names RAFT but not what surrounds it.
  public var comparability: Comparability {
    if isForTests { return .test }
    return raft?.isOfficial == true && column.isDefault ? .definitionInferred : .substitute
  }

  /// Every option, and the flow's own name.
  public var signature: MetricSignature {
    evaluation.signature(.tc, settings.signatureFields(flowName: estimator.name))
  }

  /// Starts on a clip.
  public func makeObserver(clipID: String) -> any ClipObserver { TCObserver(self, clipID: clipID) }

  /// Mean over clips, or the ratio of means over the whole set.
  public func summarize(_ clips: [(clipID: String, measurement: ClipMeasurement)]) -> MetricSummary {
    var summary = MetricSummary(meanOf: clips)
    // Means over a clip's pairs, weighted by their number, are the sums of the set.
    func sum(_ name: String) -> Double {
      clips.reduce(0) { sum, clip in
        let pairs = Double(clip.measurement.counters["compared_pairs"] ?? 0)
        return sum + (clip.measurement.alternatives[name].map { pairs * $0 } ?? 0)
      }
    }
    let (generated, original) = (sum("mean-e-generated"), sum("mean-e-original"))
    summary.alternatives["ratio-of-means"] = original > 0 ? generated / original : nil
    if settings.aggregation == .ratioOfMeans {
      summary.value = summary.alternatives.removeValue(forKey: "ratio-of-means")
    }
    if summary.value == nil { summary.reason = "no pair of frames moves" }
    return summary
  }
}
