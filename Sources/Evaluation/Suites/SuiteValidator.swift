internal import EvalCore
internal import Hashing

/// Decodes everything a suite names and says what is not as the suite says.
public struct SuiteValidator: Sendable {
  private let suite: Suite

  /// A validator for `suite`.
  public init(suite: Suite) { self.suite = suite }

  /// What is wrong with one clip.
  public struct Fault: Encodable, Sendable, Hashable {
    /// The clip.
    public let clip: String
    /// File, what was found, what was expected, and the fix.
    public let message: String
  }

  /// One fault per clip that is not in order; empty when all is.
  public func faults(progress: ProgressReporter) -> [Fault] {
    var faults: [Fault] = []
    progress.begin("validate \(suite.name)", total: suite.clips.count)
    for (index, clip) in suite.clips.enumerated() {
      do { try check(clip) } catch { faults.append(Fault(clip: clip.id, message: "\(error)")) }
      progress.update(done: index + 1, total: suite.clips.count, detail: clip.id)
    }
    return faults
  }

  private func check(_ clip: SuiteClip) throws {
    let frames = try scan(try suite.openFrames(of: clip), clip: clip, stated: clip.sha256, what: "frame")
    guard clip.sketch != nil else { return }
    let sketch = try scan(
      try suite.openSketch(of: clip), clip: clip, stated: clip.sketchSHA256, what: "lineart")
    if sketch != frames {
      throw SuiteError.sketchMismatch(
        suite: suite.name, clip: clip.id, detail: "lineart is \(sketch), frames are \(frames)")
    }
  }

  private func scan(_ source: any FrameSource, clip: SuiteClip, stated: String?, what: String) throws
    -> FrameSize
  {
    var hasher = ClipHasher()
    var size: FrameSize?
    let reader = try source.makeReader()
    while let frame = try reader.next() {
      if let size, size != frame.size {
        throw SuiteError.sketchMismatch(
          suite: suite.name, clip: clip.id,
          detail: "\(what) \(hasher.count) is \(frame.size), the first is \(size)")
      }
      size = frame.size
      hasher.update(frame)
    }
    guard let size, hasher.count == clip.count else {
      throw FrameCountError(
        file: source.name, found: hasher.count, expected: clip.count,
        hint: "correct 'count' or restore the files")
    }
    let digest = hasher.finish().description
    if let stated, stated != digest {
      throw SuiteError.hashMismatch(
        suite: suite.name, clip: clip.id, what: what, expected: stated, found: digest)
    }
    return size
  }
}
