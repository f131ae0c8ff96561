internal import EvalCore

/// One of the sequences into which a clip falls at its reference.
///
/// The model colours forward from a reference in frame 0. Where the reference is frame k, the frames behind it are one
/// such sequence, and those before it are another, from the reference backwards in time. The authors' release knows
/// the first only; the second is ours: a reversed clip has the same kinds of motion, and both sequences share
/// the reference, so that they meet in the same colours.
struct ClipPart {
  /// Whether the sequence runs against the clip.
  let isBackwards: Bool
  /// Lineart of the sequence; its frame 0 is the reference's.
  let lineart: any FrameSource
  /// The clip's reference frame.
  private let reference: Int

  /// The sequences of a clip in the order in which they deliver its frames.
  static func parts(of request: ColorizationRequest) -> [ClipPart] {
    let (source, reference) = (request.lineart, request.referenceIndex)
    let behind = ClipPart(
      isBackwards: false,
      lineart: reference == 0
        ? source : FramesFrom(first: reference, of: source, clip: request.clipID),
      reference: reference)
    if reference == 0 { return [behind] }
    let before = ClipPart(
      isBackwards: true, lineart: FramesBackwards(from: reference, of: source, clip: request.clipID),
      reference: reference)
    return [before, behind]
  }

  /// What names of recorded tensors and files of this part begin with.
  var prefix: String { isBackwards ? "before." : "" }

  /// The frames of the clip that this part delivers; the reference comes with the frames behind it.
  var delivered: Range<Int> {
    isBackwards ? 0..<reference : reference..<reference + lineart.count
  }

  /// The clip's frames for frames of the sequence, in the clip's order.
  func clipFrames(_ range: Range<Int>) -> Range<Int> {
    guard isBackwards else { return range.lowerBound + reference..<range.upperBound + reference }
    let last = max(range.lowerBound, 1)
    return reference + 1 - max(range.upperBound, last)..<reference + 1 - last
  }
}

/// The frames of a source from one on.
private struct FramesFrom: FrameSource {
  let first: Int
  let source: any FrameSource
  let clip: String

  init(first: Int, of source: any FrameSource, clip: String) {
    self.first = first
    self.source = source
    self.clip = clip
  }

  var name: String { source.name }
  var count: Int { source.count - first }
  var notes: [String] { source.notes }

  func makeReader() throws -> any FrameReader {
    let reader = try source.makeReader()
    try reader.skip(first, of: source, clip: clip)
    return reader
  }
}

/// The leading frames of a source, the last one first.
private struct FramesBackwards: FrameSource {
  /// The frame that comes first.
  let last: Int
  let source: any FrameSource
  let clip: String

  init(from last: Int, of source: any FrameSource, clip: String) {
    self.last = last
    self.source = source
    self.clip = clip
  }

  var name: String { source.name }
  var count: Int { last + 1 }
  var notes: [String] { source.notes }

  func makeReader() -> any FrameReader { Reader(self) }

  /// Reads blocks forwards and hands them out backwards: sources deliver in one direction only.
  private final class Reader: FrameReader {
    private static let blockLength = 64
    private let frames: FramesBackwards
    private var block: [Frame] = []
    /// Frames that are not in the block yet.
    private var remaining: Int

    init(_ frames: FramesBackwards) {
      self.frames = frames
      remaining = frames.count
    }

    func next() throws -> Frame? {
      if block.isEmpty, remaining > 0 {
        let first = max(0, remaining - Self.blockLength)
        let reader = try frames.source.makeReader()
        try reader.skip(first, of: frames.source, clip: frames.clip)
        for index in first..<remaining {
          block.append(try reader.required(index, of: frames.source, clip: frames.clip))
        }
        remaining = first
      }
      return block.popLast()
    }
  }
}

extension FrameReader {
  /// Passes over the first `count` frames.
  fileprivate func skip(_ count: Int, of source: any FrameSource, clip: String) throws {
    for index in 0..<count { _ = try required(index, of: source, clip: clip) }
  }

  /// The next frame, which is frame `index` of the source.
  fileprivate func required(_ index: Int, of source: any FrameSource, clip: String) throws -> Frame {
    guard let frame = try next() else {
      throw ModelError.frameCount(clip: clip, lineart: source.name, found: index, expected: source.count)
    }
    return frame
  }
}
