public import EvalCore
public import Foundation
public import Media

/// Where clips get their lines from.
public enum ClipLines: Sendable {
  /// Drawn by an extractor from each frame; frames drawn before, in this or another set, come from the cache.
  case extracted(any LineartExtractor, cache: ContentCache?)
  /// Drawn by hand: `<folder>/<clip>/*.png` or `<folder>/<clip>.mkv` (mp4, mov, webm, avi).
  case drawn(folder: URL, DrawnLineart.Polarity)

  private static let videoExtensions = ["mkv", "mp4", "mov", "webm", "avi"]

  /// Throws `DrawnLineartError.missing` where drawings of `clips` are not there.
  public func check(clips: [String]) throws {
    guard case .drawn(let folder, _) = self else { return }
    let missing = clips.filter { Self.drawings(of: $0, in: folder) == nil }
    guard missing.isEmpty else { throw DrawnLineartError.missing(folder: folder.path, clips: missing) }
  }

  /// The drawings of a clip.
  static func drawings(of clip: String, in folder: URL) -> URL? {
    let places =
      [folder.appendingPathComponent(clip)]
      + videoExtensions.map { folder.appendingPathComponent("\(clip).\($0)") }
    return places.first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// What decides a clip's lines beside its frames; drawings are told by their files' sizes and times.
  public func identity(clip: String) -> String {
    switch self {
    case .extracted(let extractor, _): extractor.name
    case .drawn(let folder, let polarity):
      "drawn \(polarity.rawValue) \(Self.drawings(of: clip, in: folder).map(DrawnLineart.fingerprint) ?? "missing")"
    }
  }

  /// Draws the frames of one clip of `count` frames of `size`, in order.
  public func artist(clip: String, count: Int, size: FrameSize) throws -> LineArtist {
    switch self {
    case .extracted(let extractor, let cache):
      return LineArtist(label: extractor.name) { frame in
        try Self.lines(of: frame, extractor, cache)
      }
    case .drawn(let folder, let polarity):
      guard let url = Self.drawings(of: clip, in: folder) else {
        throw DrawnLineartError.missing(folder: folder.path, clips: [clip])
      }
      let drawn = try DrawnLineart(url, count: count, size: size, polarity: polarity)
      let reader = try drawn.makeReader()
      return LineArtist(label: drawn.label) { _ in
        guard let lines = try reader.next() else {
          throw DrawnLineartError.count(path: url.path, found: 0, expected: count)
        }
        return lines
      }
    }
  }

  private static func lines(of frame: Frame, _ extractor: any LineartExtractor, _ cache: ContentCache?) throws
    -> Frame
  {
    guard let cache else { return try extractor.lineart(of: frame) }
    let key = "lineart/1 \(extractor.name) \(frame.contentHash)"
    if let stored = cache.data(.lineart, key: key),
      let lines = try? PNGFile.decode(Array(stored), path: "cache"), lines.size == frame.size
    {
      return lines
    }
    let lines = try extractor.lineart(of: frame)
    let grey = stride(from: 0, to: lines.rgb.count, by: 3).map { lines.rgb[$0] }
    cache.store(
      try PNGFile.encodeGray(width: lines.width, height: lines.height, values: grey), .lineart, key: key)
    return lines
  }
}

/// Makes the lines of one clip's frames in order. Lives on one thread.
public final class LineArtist {
  /// Where the lines come from, for provenance.
  public let label: String
  private let draw: (Frame) throws -> Frame

  init(label: String, _ draw: @escaping (Frame) throws -> Frame) {
    self.label = label
    self.draw = draw
  }

  /// The lines of the next frame, `frame`.
  public func lines(of frame: Frame) throws -> Frame { try draw(frame) }
}
