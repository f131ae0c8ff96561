internal import EvalCore
internal import Imaging
internal import Perception

/// One clip's distance map differences, at the metric's threshold and at those of the sensitivity study.
final class EDMDObserver: ClipObserver {
  private struct Sketch {
    let map: DistanceMap
    let inkCount: Int
  }

  private let metric: EDMDMetric
  private let clipID: String
  /// Mean squared differences per threshold, one per frame; nil where the no-ink rule leaves the frame out.
  private var errors: [[Double?]]
  private var emptySketches = 0
  private var lowInkFrames = 0

  init(_ metric: EDMDMetric, clipID: String) {
    self.metric = metric
    self.clipID = clipID
    errors = [[Double?]](repeating: [], count: metric.thresholds.count)
  }

  func observe(original: OriginalFrame, generated: GeneratedFrame) throws {
    try checkSizes(clip: clipID, original, generated)
    let size = original.frame.size
    guard max(size.width, size.height) <= DistanceMap.maximumSide else {
      throw MetricsError.frameTooLarge(clip: clipID, size: size, limit: DistanceMap.maximumSide)
    }
    let ink = try generatedInk(generated, size)
    for (index, threshold) in metric.thresholds.enumerated() {
      let reference = try referenceSketch(original, size, threshold)
      let sketch = makeSketch(ink, size, threshold)
      if index == 0 { count(sketch, against: reference) }
      let isExcluded =
        metric.settings.noInk == .exclude && sketch.map.isEmpty != reference.map.isEmpty
      errors[index].append(isExcluded ? nil : sketch.map.meanSquaredDifference(from: reference.map))
    }
  }

  func finish() -> ClipMeasurement {
    let own = errors[0]
    var missing: [Int: String] = [:]
    for (position, error) in own.enumerated() where error == nil {
      missing[position] = "one of the two sketches has no ink"
    }
    var alternatives: [String: Double] = [:]
    for (index, threshold) in metric.thresholds.enumerated().dropFirst() {
      alternatives["edmd@\(threshold)"] = Self.value(errors[index], metric.settings.aggregation)
    }
    let other: EDMDOptions.Aggregation =
      metric.settings.aggregation == .frameMean ? .pooledRMSE : .frameMean
    alternatives[other == .pooledRMSE ? "pooled-rmse" : "frame-rmse"] = Self.value(own, other)
    var counters = ["empty_sketches": emptySketches, "low_ink_frames": lowInkFrames]
    if metric.settings.noInk == .exclude { counters["excluded_frames"] = missing.count }
    return ClipMeasurement(
      frames: own.map { $0?.squareRoot() }, missing: missing,
      value: Self.value(own, metric.settings.aggregation), alternatives: alternatives,
      counters: counters)
  }

  private static func value(_ errors: [Double?], _ aggregation: EDMDOptions.Aggregation) -> Double? {
    let known = errors.compactMap(\.self)
    guard !known.isEmpty else { return nil }
    switch aggregation {
    case .frameMean: return known.reduce(0) { $0 + $1.squareRoot() } / Double(known.count)
    case .pooledRMSE: return (known.reduce(0, +) / Double(known.count)).squareRoot()
    }
  }

  private func count(_ sketch: Sketch, against reference: Sketch) {
    if sketch.inkCount == 0 || reference.inkCount == 0 { emptySketches += 1 }
    if Double(sketch.inkCount) < EDMDMetric.lowInkShare * Double(reference.inkCount) { lowInkFrames += 1 }
  }

  private func makeSketch(_ ink: [Double], _ size: FrameSize, _ threshold: Double) -> Sketch {
    let whole = InkMask(
      width: size.width, height: size.height, pixels: ink.map { $0 > threshold ? 1 : 0 })
    let mask = metric.settings.thinning == .zhangSuen ? whole.thinned() : whole
    return Sketch(
      map: DistanceMap(of: mask, method: metric.settings.distance), inkCount: mask.inkCount)
  }

  private func generatedInk(_ generated: GeneratedFrame, _ size: FrameSize) throws -> [Double] {
    try extractedInk(metric.settings.place == .native ? generated.storedFrame : generated.frame, size)
  }

  /// Ink strength at evaluation size.
  private func extractedInk(_ frame: Frame, _ size: FrameSize) throws -> [Double] {
    Resizer(from: frame.size, to: size, filter: .area)
      .plane(try metric.extractor.inkStrength(of: frame).map(Double.init))
  }

  /// The reference sketch; made once per original frame for all rows of a table.
  private func referenceSketch(
    _ original: OriginalFrame, _ size: FrameSize, _ threshold: Double
  ) throws -> Sketch {
    let settings = metric.settings
    let inkKey =
      settings.sketch == .suite
      ? "ink|suite|\(settings.polarity.rawValue)"
      : "ink|\(metric.extractor.name)|\(settings.place.rawValue)"
    let mapKey = "\(inkKey)|\(threshold)|\(settings.thinning.rawValue)|\(settings.distance.rawValue)"
    return try original.product("edmd|map|\(mapKey)") {
      let ink = try original.product("edmd|\(inkKey)") { try referenceInk(original, size) }
      return makeSketch(ink, size, threshold)
    }
  }

  private func referenceInk(_ original: OriginalFrame, _ size: FrameSize) throws -> [Double] {
    switch metric.settings.sketch {
    case .original:
      return try extractedInk(
        metric.settings.place == .native ? original.storedFrame : original.frame, size)
    case .suite:
      guard let lineart = original.lineart else {
        throw MetricsError.noLineart(clip: clipID, index: original.index)
      }
      let ink = inkStrength(ofSketch: lineart, polarity: metric.settings.polarity)
      return Resizer(from: lineart.size, to: size, filter: .area).plane(ink)
    }
  }
}
