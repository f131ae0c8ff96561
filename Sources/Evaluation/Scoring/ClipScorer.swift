internal import EvalCore
internal import Foundation
internal import Hashing
internal import Imaging

/// Scores one clip for any number of rows at once, frame by frame: the original is decoded, resized and
/// analysed once for all rows, and memory does not grow with the clip's length.
struct ClipScorer {
  let suite: Suite
  let clip: SuiteClip
  let metrics: [any Metric]
  let frameProtocol: EvaluationProtocol
  let filter: ResizeFilter
  let clock: StageClock
  let features: (any FeatureStore)?

  /// One row's outputs of this clip and the metrics that it still lacks.
  struct Entry {
    let row: Row
    let outputs: Outputs
    let countPolicy: CountPolicy
    let metrics: [any Metric]
  }

  /// Where a row's frames come from.
  enum Outputs {
    /// Frames of its own.
    case frames(any FrameSource)
    /// The originals themselves, which are decoded anyway.
    case originals
  }

  /// A row's record without what only the caller knows, or why there is none.
  typealias Outcome = Result<ClipRecord, any Error>

  /// Outcomes in the order of `entries`. Throws what is wrong with the clip itself (originals, lineart).
  func score(_ entries: [Entry], interruption: Interruption) throws -> [Outcome] {
    let originals = try clock.measure(.decode) { try suite.openFrames(of: clip) }
    let needsLineart = entries.contains { $0.metrics.contains(where: \.readsLineart) }
    let lineartReader = needsLineart ? try suite.openSketch(of: clip).makeReader() : nil
    let lanes = entries.map { Lane($0, clip: clip, suite: suite.name) }
    let resizer = FrameResizer(size: frameProtocol.size, filter: filter)
    let reference = try clock.measure(.decode) { try judgedReference(originals, resizer) }
    let reader = try originals.makeReader()
    var originalHash = ClipHasher()
    let originalClip = OriginalClip(features: features)
    while let stored = try clock.measure(.decode, { try reader.next() }) {
      try interruption.check()
      let index = originalHash.count
      clock.measure(.verify) { originalHash.update(stored) }
      let lineart = try clock.measure(.decode) { try lineartReader?.next() }
      if let lineart, lineart.size != stored.size {
        throw SuiteError.sketchMismatch(
          suite: suite.name, clip: clip.id,
          detail: "lineart frame \(index) is \(lineart.size), the frame is \(stored.size)")
      }
      let isEvaluated = frameProtocol.evaluatesReference || index != clip.reference
      let original =
        isEvaluated
        ? clock.measure(.measure) {
          let frame = resizer(stored)
          // Composites exist at evaluation size only, so that is the stored size where pixels are chosen.
          return OriginalFrame(
            index: index, frame: frame, storedFrame: reference == nil ? stored : nil, lineart: lineart,
            region: reference.map { PixelRegion(changedFrom: $0, to: frame) }, clip: originalClip)
        } : nil
      for lane in lanes { lane.advance(original: original, stored: stored, resizer: resizer, clock: clock) }
    }
    guard originalHash.count == clip.count else {
      throw FrameCountError(
        file: originals.name, found: originalHash.count, expected: clip.count,
        hint: "correct 'count' in the suite")
    }
    let hash = originalHash.finish().description
    if let stated = clip.sha256, stated != hash {
      throw SuiteError.hashMismatch(
        suite: suite.name, clip: clip.id, what: "frame", expected: stated, found: hash)
    }
    let skipped = frameProtocol.evaluatesReference ? nil : clip.reference
    return lanes.map { lane in
      Outcome {
        try lane.finish(originalHash: hash, skippedReference: skipped, originalNotes: originals.notes)
      }
    }
  }
}

extension ClipScorer {
  /// The reference at evaluation size where only changed pixels are judged, else nil.
  private func judgedReference(_ originals: any FrameSource, _ resizer: FrameResizer) throws -> Frame? {
    guard frameProtocol.pixels == .changed else { return nil }
    let reader = try originals.makeReader()
    for _ in 0..<clip.reference { _ = try reader.next() }
    // A clip that ends before its reference is told of where its frames are counted.
    return try reader.next().map { resizer($0) }
  }
}

/// One row of the lockstep: reads its outputs, feeds its observers, and keeps its first error to itself.
private final class Lane {
  private let entry: ClipScorer.Entry
  private let clip: SuiteClip
  private let suite: String
  private let frames: (any FrameSource)?
  private var reader: (any FrameReader)?
  private var observers: [(metric: any Metric, observer: any ClipObserver)] = []
  private var hasher = ClipHasher()
  private var compared = 0
  private var checks = SanityChecks()
  private var evaluated = 0
  private var otherSize: FrameSize?
  private var failure: (any Error)?

  init(_ entry: ClipScorer.Entry, clip: SuiteClip, suite: String) {
    self.entry = entry
    self.clip = clip
    self.suite = suite
    if case .frames(let source) = entry.outputs { frames = source } else { frames = nil }
    do {
      try checkCount()
      reader = try frames?.makeReader()
      observers = try entry.metrics.map { ($0, try $0.makeObserver(clipID: clip.id)) }
    } catch {
      failure = error
    }
  }

  private var name: String { frames?.name ?? "\(suite)/\(clip.id)" }

  private func checkCount() throws {
    guard let frames, frames.count != clip.count, entry.countPolicy == .strict else { return }
    let found = frames.count
    throw FrameCountError(
      file: frames.name, found: found, expected: clip.count,
      hint: FrameCountError.likelyCause(found: found, clip: clip.count))
  }

  func advance(original: OriginalFrame?, stored: Frame, resizer: FrameResizer, clock: StageClock) {
    guard failure == nil else { return }
    do {
      guard let output = frames == nil ? stored : try clock.measure(.decode, { try reader?.next() }) else {
        return
      }
      if frames != nil { clock.measure(.verify) { hasher.update(output) } }
      compared += 1
      if output.size != stored.size { otherSize = output.size }
      guard let original else { return }
      evaluated += 1
      try clock.measure(.measure) {
        let resized = frames == nil ? original.frame : resizer(output)
        checks.observe(
          original: stored, output: output, originalScaled: original.frame, outputScaled: resized)
        let generated =
          original.region.map { GeneratedFrame(frame: $0.composite(resized, over: original.frame)) }
          ?? GeneratedFrame(frame: resized, storedFrame: output)
        for (_, observer) in observers { try observer.observe(original: original, generated: generated) }
      }
    } catch {
      failure = error
    }
  }

  func finish(originalHash: String, skippedReference: Int?, originalNotes: [String]) throws -> ClipRecord {
    if let failure { throw failure }
    // With the policy `common` an output may be longer than the clip: its rest belongs to its hash all the
    // same.
    while let extra = try reader?.next() { hasher.update(extra) }
    guard compared == clip.count || entry.countPolicy == .common else {
      throw FrameCountError(
        file: name, found: compared, expected: clip.count,
        hint: FrameCountError.likelyCause(found: compared, clip: clip.count))
    }
    guard evaluated > 0 else {
      throw FrameCountError(
        file: name, found: evaluated, expected: 1, hint: "no frame besides the reference is left to evaluate")
    }
    var warnings = originalNotes.map { "original: \($0)" }
    warnings += (frames?.notes ?? []).map { "output: \($0)" }
    if let otherSize { warnings.append("output is \(otherSize) where the clip is of another size") }
    if compared != clip.count {
      warnings.append("\(compared) of \(clip.count) frames compared (count policy common)")
    }
    let measured = try observers.map { metric, observer in
      ClipRecord.StoredMeasurement(
        metric: metric.id, signature: metric.signature.description, measurement: try observer.finish())
    }
    warnings += checks.warnings(
      isOracle: entry.row.identity.kind == .oracle,
      measurements: measured.map { ($0.metric, $0.measurement.value) })
    let generatedFrames = frames == nil ? compared : hasher.count
    let generatedHash = frames == nil ? originalHash : hasher.finish().description
    return ClipRecord(
      suite: suite, clip: clip.id, method: entry.row.identity, originalHash: originalHash,
      generatedHash: generatedHash, clipFrames: clip.count, generatedFrames: generatedFrames,
      comparedFrames: compared, skippedReference: skippedReference,
      measurements: measured,
      secondsPerFrame: nil, warnings: warnings, recordHash: "")
  }
}

/// Resizes frames of any size to one size; taps are made once per input size. Lives on one thread.
final class FrameResizer {
  private let size: FrameSize
  private let filter: ResizeFilter
  private var resizers: [FrameSize: Resizer] = [:]

  init(size: FrameSize, filter: ResizeFilter) {
    self.size = size
    self.filter = filter
  }

  func callAsFunction(_ frame: Frame) -> Frame {
    if frame.size == size { return frame }
    let resizer = resizers[frame.size] ?? Resizer(from: frame.size, to: size, filter: filter)
    resizers[frame.size] = resizer
    return resizer(frame)
  }
}
