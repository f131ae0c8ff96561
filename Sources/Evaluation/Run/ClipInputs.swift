internal import EvalCore
internal import Hashing

/// What colorizers are given for one clip, read and checked once for all rows. Lives on one thread.
final class ClipInputs {
  private let suite: Suite
  private let clip: SuiteClip
  private let clock: StageClock
  private var knownReference: Frame?
  private var knownSketch: (source: any FrameSource, digest: String)?

  init(suite: Suite, clip: SuiteClip, clock: StageClock) {
    self.suite = suite
    self.clip = clip
    self.clock = clock
  }

  /// The coloured frame that is given.
  func reference() throws -> Frame {
    if let knownReference { return knownReference }
    return try clock.measure(.decode) {
      let reader = try suite.openFrames(of: clip).makeReader()
      var index = 0
      while let frame = try reader.next() {
        if index == clip.reference {
          knownReference = frame
          return frame
        }
        index += 1
      }
      throw FrameCountError(
        file: "\(suite.name)/\(clip.id)", found: index, expected: clip.count,
        hint: "the reference frame is missing")
    }
  }

  /// The lineart and its digest; throws `SuiteError.hashMismatch` when it is not what the suite says.
  func sketch() throws -> (source: any FrameSource, digest: String) {
    if let knownSketch { return knownSketch }
    let source = try clock.measure(.decode) { try suite.openSketch(of: clip) }
    var hasher = ClipHasher()
    let reader = try clock.measure(.decode) { try source.makeReader() }
    while let frame = try clock.measure(.decode, { try reader.next() }) {
      clock.measure(.verify) { hasher.update(frame) }
    }
    let digest = hasher.finish().description
    if let stated = clip.sketchSHA256, stated != digest {
      throw SuiteError.hashMismatch(
        suite: suite.name, clip: clip.id, what: "lineart", expected: stated, found: digest)
    }
    knownSketch = (source, digest)
    return (source, digest)
  }
}
