public import Hashing

/// A sequence of pictures on disk or in memory that can be read from the start any number of times, one frame at a time.
///
/// Readers keep a bounded number of frames in memory, whatever the length of the clip.
public protocol FrameSource: Sendable {
  /// What messages call this source: usually a path.
  var name: String { get }
  /// Number of frames, exactly as many as a reader will deliver.
  var count: Int { get }
  /// What must be noted beside any number computed from these frames, for example `lossy`; empty when nothing.
  var notes: [String] { get }
  /// Starts reading at frame 0.
  func makeReader() throws -> any FrameReader
}

extension FrameSource {
  /// No notes.
  public var notes: [String] { [] }

  /// All frames in memory: for short clips and tests.
  public func allFrames() throws -> [Frame] {
    let reader = try makeReader()
    var frames: [Frame] = []
    frames.reserveCapacity(count)
    while let frame = try reader.next() { frames.append(frame) }
    return frames
  }
}

/// Delivers the frames of one source in order. Not thread-safe: one reader belongs to one thread.
public protocol FrameReader: AnyObject {
  /// The next frame, or nil after the last one.
  func next() throws -> Frame?
}

/// Frames held in memory.
public struct FrameArray: FrameSource {
  /// What messages call this source.
  public let name: String
  /// The frames.
  public let frames: [Frame]

  /// A source over `frames`.
  public init(name: String = "memory", _ frames: [Frame]) {
    self.name = name
    self.frames = frames
  }

  /// Number of frames.
  public var count: Int { frames.count }

  /// Starts at the first frame.
  public func makeReader() -> any FrameReader { Reader(frames) }

  private final class Reader: FrameReader {
    private var remaining: ArraySlice<Frame>
    init(_ frames: [Frame]) { remaining = frames[...] }
    func next() -> Frame? { remaining.popFirst() }
  }
}

/// SHA-256 over the frame hashes in order (each as 64 hex digits and a newline): the identity of a clip's decoded pixels.
public struct ClipHasher: ~Copyable {
  private var hasher = SHA256Hasher()
  /// Frames seen so far.
  public private(set) var count = 0

  /// A hasher that has seen no frame.
  public init() {}

  /// Appends one frame.
  public mutating func update(_ frame: Frame) {
    hasher.update("\(frame.contentHash)\n")
    count += 1
  }

  /// The digest of the frames appended.
  public mutating func finish() -> SHA256Digest { hasher.finish() }
}
