internal import EvalCore
internal import Foundation
internal import Hashing
internal import Media
internal import Synchronization

/// Colours one clip into the run folder, frame by frame, so that an interrupted clip goes on where it
/// stopped.
struct ColorizeStage {
  let folder: RunFolder
  let suite: Suite
  let seed: UInt64
  let interruption: Interruption
  let progress: ProgressReporter
  let clock: StageClock
  let warmUps: WarmUps

  /// What lies beside the frames: which request made them, and how long it took.
  private struct State: Codable, Equatable {
    var request: String
    var frames: Int
    var seconds: Double?
  }

  /// Makes the frames of `clip` for `row` unless they are there already.
  ///
  /// Returns seconds of model time per frame for timed methods.
  func run(_ colorizer: any Colorizer, row: Row, clip: SuiteClip, inputs: ClipInputs) throws -> Double? {
    let frames = folder.framesFolder(suite: suite.name, row: row.key, clip: clip.id)
    let stateFile = frames.appendingPathComponent("request.json")
    let reference = try inputs.reference()
    let sketch = try inputs.sketch()
    let request = requestKey(row: row, clip: clip, reference: reference, sketchDigest: sketch.digest)
    var state = (try? JSONDecoder().decode(State.self, from: Data(contentsOf: stateFile)))
    if state?.request != request {
      // Inputs changed since these frames were made: none of them may survive.
      if FileManager.default.fileExists(atPath: frames.path) {
        try FileManager.default.removeItem(at: frames)
      }
      state = State(request: request, frames: clip.count, seconds: nil)
      try FileManager.default.createDirectory(at: frames, withIntermediateDirectories: true)
      // Not flushed: when it is lost the clip is coloured again, and nothing else.
      try JSONEncoder().encode(state).write(to: stateFile, options: .atomic)
    }
    let sink = FrameFolderSink(folder: frames, interruption: interruption) { stage, done, total in
      progress.detail("\(suite.name)/\(clip.id) \(row.identity.name): \(stage) \(done)/\(total)")
    }
    AtomicFile.removeLeftovers(in: frames, isDeep: false)
    guard sink.framesAlreadyWritten < clip.count else {
      return state?.seconds.map { $0 / Double(clip.count) }
    }
    try warmUps.prepare(colorizer, size: reference.size)
    let start = ContinuousClock.now
    let resumedAt = sink.framesAlreadyWritten
    try colorizer.colorize(
      ColorizationRequest(
        clipID: clip.id, reference: reference, referenceIndex: clip.reference, lineart: sketch.source,
        seed: seed,
        stateDirectory: frames.appendingPathComponent("state", isDirectory: true)),
      to: sink)
    let elapsed = ContinuousClock.now - start
    clock.add(elapsed - sink.writing, to: .colorize)
    clock.add(sink.writing, to: .encode)
    guard sink.framesAlreadyWritten == clip.count else {
      throw FrameCountError(
        file: "\(row.identity.name) on \(suite.name)/\(clip.id)", found: sink.framesAlreadyWritten,
        expected: clip.count, hint: "the colorizer must deliver every frame")
    }
    // A resumed clip's time would be a part only, so it is not kept as a measurement.
    guard colorizer.isTimed, resumedAt == 0 else { return nil }
    let seconds = elapsed / .seconds(1)
    try folder.write(
      try JSONEncoder().encode(State(request: request, frames: clip.count, seconds: seconds)), to: stateFile)
    return seconds / Double(clip.count)
  }

  /// Everything that can change the output: the method, the seed, and the decoded inputs.
  private func requestKey(row: Row, clip: SuiteClip, reference: Frame, sketchDigest: String) -> String {
    var hasher = SHA256Hasher()
    hasher.update("\(row.key)\n\(seed)\n\(clip.id)\n\(reference.contentHash)\n\(sketchDigest)\n")
    return hasher.finish().description
  }
}

/// Writes frames as `00000.png`, `00001.png`, …
final class FrameFolderSink: ColorizationSink {
  private let folder: URL
  private let interruption: Interruption
  private let tell: (String, Int, Int) -> Void
  private(set) var framesAlreadyWritten: Int
  /// Time spent in writing, which is not the colorizer's.
  private(set) var writing = Duration.zero

  init(folder: URL, interruption: Interruption, tell: @escaping (String, Int, Int) -> Void) {
    self.folder = folder
    self.interruption = interruption
    self.tell = tell
    var count = 0
    while FileManager.default.fileExists(atPath: Self.file(count, in: folder).path) { count += 1 }
    framesAlreadyWritten = count
  }

  static func file(_ index: Int, in folder: URL) -> URL {
    let digits = "\(index)"
    return folder.appendingPathComponent(
      String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".png")
  }

  func write(_ frame: Frame, at index: Int) throws {
    precondition(
      index == framesAlreadyWritten,
      "frames must arrive in order: got \(index), expected \(framesAlreadyWritten)")
    let file = Self.file(index, in: folder)
    let start = ContinuousClock.now
    defer { writing += .now - start }
    do { try PNGFile.write(frame, to: file) } catch {
      throw RunFolderError.cannotWrite(file: file.path, detail: error.cause)
    }
    framesAlreadyWritten += 1
  }

  func report(stage: String, completed: Int, total: Int) { tell(stage, completed, total) }

  func checkCancellation() throws { try interruption.check() }
}
