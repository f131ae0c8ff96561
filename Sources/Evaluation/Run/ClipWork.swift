public import EvalCore
internal import Foundation
internal import Media

/// One clip of one row that is not finished: what is there, what is missing, and how it is written down.
struct ClipWork: Sendable {
  let row: Row
  let clip: SuiteClip
  let suite: Suite
  let runner: Runner
  /// A trustworthy record that lacks some of the metrics.
  private let partial: ClipRecord?
  private let missing: [any Metric]

  /// Nil when the record holds every metric and no file behind it was touched since.
  init?(row: Row, clip: SuiteClip, suite: Suite, runner: Runner) {
    self.row = row
    self.clip = clip
    self.suite = suite
    self.runner = runner
    let known = Self.record(row: row, clip: clip, suite: suite, runner: runner)
    let wanted = row.isTimingOnly ? [] : runner.metrics.filter { $0.unavailability == nil }
    let isUntouched =
      known != nil
      && Self.inputs(row: row, clip: clip, suite: suite, runner: runner)
        == (try? String(
          contentsOf: runner.folder.inputsFile(suite: suite.name, row: row.key, clip: clip.id),
          encoding: .utf8))
    let partial = isUntouched ? known : nil
    self.partial = partial
    missing = wanted.filter { metric in partial?.measurement(metric.signature) == nil }
    if partial != nil, missing.isEmpty { return nil }
  }

  private static func record(row: Row, clip: SuiteClip, suite: Suite, runner: Runner) -> ClipRecord? {
    let file = runner.folder.recordFile(suite: suite.name, row: row.key, clip: clip.id)
    guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
    do {
      let record = try ClipRecord.open(data, file: file.path)
      if let stated = clip.sha256, stated != record.originalHash { return nil }
      return record
    } catch {
      runner.progress.warn("\(error)")
      return nil
    }
  }

  /// Fingerprints of every file that the record depends on.
  private static func inputs(row: Row, clip: SuiteClip, suite: Suite, runner: Runner) -> String {
    let originals = Suite.fingerprint(path: clip.frames, root: suite.root)
    let sketch = clip.sketch.map { Suite.fingerprint(path: $0, root: suite.root) } ?? "none"
    let outputs: String =
      switch row.source {
      case .colorizer:
        FileFingerprint.of(runner.folder.framesFolder(suite: suite.name, row: row.key, clip: clip.id))
      case .outputs(let template): FileFingerprint.of(template.location(clip))
      case .oracle, .published, .recorded: "originals"
      }
    return "original \(originals)\nsketch \(sketch)\noutput \(outputs)\n"
  }

  /// Whether the clip's failure was written after `start`, by whatever process.
  func hasFailed(since start: Date) -> Bool {
    let file = runner.folder.failureFile(suite: suite.name, row: row.key, clip: clip.id)
    var status = stat()
    return stat(file.path, &status) == 0 && Double(status.st_mtim.tv_sec) + 1 >= start.timeIntervalSince1970
  }

  var isColorized: Bool {
    if case .colorizer = row.source { return true }
    return false
  }

  /// The frames to score, coloured first where this program colours them.
  func outputs(_ inputs: ClipInputs) throws -> (ClipScorer.Outputs, secondsPerFrame: Double?) {
    switch row.source {
    case .colorizer(let colorizer):
      let stage = ColorizeStage(
        folder: runner.folder, suite: suite, seed: row.seed, interruption: runner.interruption,
        progress: runner.progress, clock: runner.clock, warmUps: runner.warmUps)
      let seconds = try stage.run(colorizer, row: row, clip: clip, inputs: inputs)
      let frames = runner.folder.framesFolder(suite: suite.name, row: row.key, clip: clip.id)
      return (.frames(try FrameFolder(frames, pattern: "%05d.png", first: 0, count: clip.count)), seconds)
    case .outputs(let template): return (.frames(try template.open(clip)), nil)
    case .oracle: return (.originals, nil)
    case .published, .recorded: preconditionFailure("rows of this kind are read, not made")
    }
  }

  func entry(outputs: ClipScorer.Outputs) -> ClipScorer.Entry {
    let policy: CountPolicy
    if case .outputs(let template) = row.source { policy = template.countPolicy } else { policy = .strict }
    return ClipScorer.Entry(row: row, outputs: outputs, countPolicy: policy, metrics: missing)
  }

  /// Writes the record; measurements that a partial record already had are kept.
  func store(_ record: ClipRecord, secondsPerFrame: Double?) throws {
    var record = record
    record.secondsPerFrame = secondsPerFrame
    if let partial, partial.generatedHash == record.generatedHash, partial.originalHash == record.originalHash
    {
      let fresh = Set(record.measurements.map(\.signature))
      record.measurements += partial.measurements.filter { !fresh.contains($0.signature) }
    }
    let name = suite.name
    try runner.folder.write(
      try record.sealed(), to: runner.folder.recordFile(suite: name, row: row.key, clip: clip.id))
    let inputs = Self.inputs(row: row, clip: clip, suite: suite, runner: runner)
    // Not flushed: when it is lost the clip is looked at again, and nothing else.
    try Data(inputs.utf8).write(
      to: runner.folder.inputsFile(suite: name, row: row.key, clip: clip.id), options: .atomic)
    let failure = runner.folder.failureFile(suite: name, row: row.key, clip: clip.id)
    if FileManager.default.fileExists(atPath: failure.path) {
      try FileManager.default.removeItem(at: failure)
    }
    try runner.log("scored", row.identity.name, suite: name, clip: clip.id)
  }

  /// Writes the failure down by name, or throws on when the error is not the clip's but the run's.
  func fail(_ error: any Error, stage: String) throws {
    if error is CancellationError || error is RunFolderError { throw error }
    let fallback: FailureReason = stage == "colorize" ? .modelError : .unreadable
    let failure = ClipFailure(
      suite: suite.name, clip: clip.id, method: row.identity.name, stage: stage,
      reason: (error as? any ReasonedError)?.reason ?? fallback, message: "\(error)")
    let record = runner.folder.recordFile(suite: suite.name, row: row.key, clip: clip.id)
    if FileManager.default.fileExists(atPath: record.path) { try FileManager.default.removeItem(at: record) }
    try runner.folder.write(
      try JSONEncoder().encode(failure),
      to: runner.folder.failureFile(suite: suite.name, row: row.key, clip: clip.id))
    try runner.folder.append(failure, to: "failures.jsonl")
    runner.progress.warn(
      "\(suite.name)/\(clip.id) [\(row.identity.name)] \(failure.reason.rawValue): \(error)")
    if runner.configuration.stopsAtFirstFailure { throw FirstFailure(failure: failure) }
  }
}

/// The configuration asked to stop at the first failed clip.
public struct FirstFailure: Error, CustomStringConvertible {
  /// The clip that failed.
  public let failure: ClipFailure
  /// What happened.
  public var description: String {
    "stopped at the first failure: \(failure.suite)/\(failure.clip): \(failure.message)"
  }
}
