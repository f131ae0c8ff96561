internal import EvalCore
internal import Perception

/// One clip's warping errors, pair by pair; two frames at a time are held.
final class TCObserver: ClipObserver {
  /// What the originals of a pair contribute, the same for all rows.
  private struct OriginalPair: Sendable {
    let warp: FrameWarp
    let norms: FrameWarp.Norms
    let isHeld: Bool
    /// Mean length of the motion over the positions that move; nil where none does.
    let motion: Double?
  }

  /// The errors of a pair.
  private struct Errors {
    let generated: Double
    let original: Double
  }

  private let metric: TCMetric
  private let clipID: String
  private var previous: (index: Int, original: IdentifiedFrame, generated: Frame)?
  private var ratios: [Double?] = []
  private var missing: [Int: String] = [:]
  private var errors: [Errors] = []
  private var held = 0
  private var guarded = 0
  private var black = 0
  private var motions: [Double] = []

  init(_ metric: TCMetric, clipID: String) {
    self.metric = metric
    self.clipID = clipID
  }

  func observe(original: OriginalFrame, generated: GeneratedFrame) throws {
    try checkSizes(clip: clipID, original, generated)
    defer { previous = (original.index, original.picture, generated.frame) }
    // A frame that is left out, such as the reference, parts the clip: frames that are not neighbours are no pair.
    guard let previous, previous.index + 1 == original.index else { return }
    let pair = try original.product("tc|\(metric.estimator.name)|\(metric.settings.productKey)") {
      try originals(previous.original, original.picture, original.clip.features)
    }
    if let motion = pair.motion { motions.append(motion) }
    judge(pair, pair.warp.norms(earlier: previous.generated, later: generated.frame))
  }

  /// Flow and errors of two neighbouring originals.
  private func originals(
    _ earlier: IdentifiedFrame, _ later: IdentifiedFrame, _ store: (any FeatureStore)?
  ) throws -> OriginalPair {
    let settings = metric.settings
    let leadsBack = settings.direction == .backward
    let (from, to) = leadsBack ? (later, earlier) : (earlier, later)
    let flow = try flow(from: from, to: to, store)
    let reverse = settings.occlusion == .consistency ? try self.flow(from: to, to: from, store) : nil
    let warp = FrameWarp(flow, reverse: reverse, options: settings)
    return OriginalPair(
      warp: warp, norms: warp.norms(earlier: earlier.frame, later: later.frame),
      isHeld: later.frame.isHeld(after: earlier.frame), motion: flow.meanMotion)
  }

  /// The flow, from `store` where the method is worth keeping and the store has it.
  private func flow(
    from: IdentifiedFrame, to: IdentifiedFrame, _ store: (any FeatureStore)?
  ) throws -> OpticalFlow {
    let estimator = metric.estimator
    guard let product = estimator.storedName else {
      return try estimator.flow(from: from.frame, to: to.frame)
    }
    let (width, height) = (from.frame.width, from.frame.height)
    let values = try store.array(.flow, product: product, of: [from, to], shape: [2, height, width]) {
      let flow = try estimator.flow(from: from.frame, to: to.frame)
      return NumericArray(shape: [2, height, width], values: flow.dx + flow.dy)
    }.values
    let count = width * height
    return OpticalFlow(
      width: width, height: height, dx: Array(values[..<count]), dy: Array(values[count...]))
  }

  private func judge(_ pair: OriginalPair, _ generated: FrameWarp.Norms) {
    guard pair.norms.later >= TCMetric.blackNorm, generated.later >= TCMetric.blackNorm else {
      black += 1
      return leaveOut("a black frame has no relative error")
    }
    let own = Errors(generated: generated.error, original: pair.norms.error)
    errors.append(own)
    let isGuarded = own.original < TCMetric.errorGuard
    switch metric.settings.held {
    case .epsilon:
      ratios.append((own.generated + TCMetric.errorGuard) / (own.original + TCMetric.errorGuard))
      return
    case .exclude where pair.isHeld:
      held += 1
      return leaveOut("the original is held")
    case .exclude, .guardOnly: break
    }
    if isGuarded {
      guarded += 1
      return leaveOut("the original's warping error is below \(TCMetric.errorGuard)")
    }
    ratios.append(own.generated / own.original)
  }

  private func leaveOut(_ reason: String) {
    missing[ratios.count] = reason
    ratios.append(nil)
  }

  func finish() -> ClipMeasurement {
    let known = ratios.compactMap(\.self)
    let meanOfRatios = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    let count = Double(max(errors.count, 1))
    let generated = errors.reduce(0) { $0 + $1.generated } / count
    let original = errors.reduce(0) { $0 + $1.original } / count
    let ratioOfSums = original < TCMetric.errorGuard ? nil : generated / original
    var alternatives: [String: Double] = [:]
    alternatives["mean-of-ratios"] = meanOfRatios
    alternatives["ratio-of-sums"] = ratioOfSums
    if !motions.isEmpty {
      alternatives[ClipMeasurement.motionName] = motions.reduce(0, +) / Double(motions.count)
    }
    if !errors.isEmpty {
      alternatives["mean-e-generated"] = generated
      alternatives["mean-e-original"] = original
    }
    let value: Double?
    switch metric.settings.aggregation {
    case .meanOfRatios: value = alternatives.removeValue(forKey: "mean-of-ratios")
    case .ratioOfSums, .ratioOfMeans: value = alternatives.removeValue(forKey: "ratio-of-sums")
    }
    return ClipMeasurement(
      frames: ratios, missing: missing, value: value, alternatives: alternatives,
      counters: [
        "compared_pairs": errors.count, "held_pairs": held, "guarded_pairs": guarded, "black_pairs": black,
        "excluded_clips": value == nil ? 1 : 0,
      ],
      arrays: [
        "e_generated": NumericArray(shape: [errors.count], values: errors.map { Float($0.generated) }),
        "e_original": NumericArray(shape: [errors.count], values: errors.map { Float($0.original) }),
      ])
  }
}
