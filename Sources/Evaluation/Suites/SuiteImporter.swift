public import EvalCore
public import Foundation
internal import Hashing
internal import Imaging
internal import Media

/// Makes suites from frames and videos that lie on disk.
///
/// Without conversion a suite file is written that points at the files where they are. With a size, a clip
/// length or an extractor, the clips are written as lossless video beside the suite file.
public struct SuiteImporter: Sendable {
  /// Name of the suite.
  public var name: String
  /// Heading.
  public var title: String
  /// Licence and attribution.
  public var licence: String
  /// Frames per second of playback.
  public var framesPerSecond = 24.0
  /// Size the clips are brought to, its sides swapped for portrait clips; nil keeps theirs.
  public var size: FrameSize?
  /// Clips longer than this are cut into pieces of this length; nil keeps them whole.
  public var clipLength: Int?
  /// Pieces shorter than this are dropped (the paper's clips have at least 15 frames) and counted.
  public var minimumLength = 1
  /// Makes lineart for clips that have none.
  public var extractor: (any LineartExtractor)?

  /// An importer that converts nothing.
  public init(name: String, title: String, licence: String) {
    self.name = name
    self.title = title
    self.licence = licence
  }

  /// A clip found on disk.
  struct Found {
    let id: String
    let frames: URL
    let sketch: URL?
  }

  /// What an import did.
  public struct Outcome: Sendable {
    /// The suite file.
    public let file: URL
    /// The suite.
    public let suite: Suite
    /// Pieces that were too short, by name.
    public let dropped: [String]
  }

  /// Finds clips in `sources` (folders of clips, folders of frames, videos) and writes `<name>.suite.json`
  /// into `folder`.
  public func run(_ sources: [URL], into folder: URL, progress: ProgressReporter) throws -> Outcome {
    let found = try find(in: sources)
    var clips: [SuiteClip] = []
    var dropped: [String] = []
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    progress.begin("import", total: found.count)
    for (index, item) in found.enumerated() {
      let source = try FrameSources.open(item.frames)
      let length = clipLength ?? source.count
      for first in stride(from: 0, to: source.count, by: length) {
        let count = min(length, source.count - first)
        let id = source.count > length ? "\(item.id)-\(String(first).leftPadded(5))" : item.id
        guard count >= minimumLength else {
          dropped.append("\(id) (\(count) frames)")
          continue
        }
        clips.append(try importClip(item, id: id, first: first, count: count, into: folder))
      }
      progress.update(done: index + 1, total: found.count, detail: item.id)
    }
    guard !clips.isEmpty else {
      throw SuiteError.empty(file: folder.path, detail: "every clip is shorter than \(minimumLength) frames")
    }
    let suite = Suite(
      name: name, title: title, framesPerSecond: framesPerSecond, licence: licence, root: folder,
      clips: clips,
      fullCount: clips.count)
    let file = folder.appendingPathComponent("\(name).suite.json")
    try AtomicFile.write(try suite.encoded(root: "."), to: file)
    return Outcome(file: file, suite: try Suite.load(file), dropped: dropped)
  }

  /// Ids of the clips that `run` would import from `sources`, before cutting.
  public func clips(in sources: [URL]) throws -> [String] { try find(in: sources).map(\.id) }

  private func find(in sources: [URL]) throws -> [Found] {
    let found = try sources.flatMap(Self.find)
    guard !found.isEmpty else {
      throw SuiteError.empty(
        file: sources.map(\.path).joined(separator: ", "), detail: "no frame folder and no video was found")
    }
    return found
  }

  private var converts: Bool { size != nil || clipLength != nil || extractor != nil }

  private func importClip(_ item: Found, id: String, first: Int, count: Int, into folder: URL) throws
    -> SuiteClip
  {
    if let fault = SafePath.clipIDFault(id) {
      throw SuiteError.badClipID(file: item.frames.path, id: id, detail: fault)
    }
    return converts
      ? try convert(item, id: id, first: first, count: count, into: folder)
      : try reference(item, id: id, count: count, from: folder)
  }

  /// A clip that stays where it is: it must lie below the suite's folder.
  private func reference(_ item: Found, id: String, count: Int, from folder: URL) throws -> SuiteClip {
    let frames = try Self.relative(item.frames, to: folder)
    let sketch = try item.sketch.map { try Self.relative($0, to: folder) }
    var clip = SuiteClip(id: id, frames: frames, sketch: sketch, first: 0, count: count)
    let firstNumber = Self.firstFrameNumber(item.frames)
    if let firstNumber { clip.first = firstNumber }
    clip.sha256 = try Self.hash(try Suite.open(path: frames, root: folder, first: clip.first, count: count))
    if let sketch {
      clip.sketchSHA256 = try Self.hash(
        try Suite.open(path: sketch, root: folder, first: clip.first, count: count))
    }
    return clip
  }

  /// A clip written anew as lossless video, resized, with lineart.
  private func convert(_ item: Found, id: String, first: Int, count: Int, into folder: URL) throws
    -> SuiteClip
  {
    let source = try FrameSources.open(item.frames)
    let reader = try source.makeReader()
    let sketchReader = try item.sketch.map { try FrameSources.open($0).makeReader() }
    for _ in 0..<first {
      _ = try reader.next()
      _ = try sketchReader?.next()
    }
    let place = folder.appendingPathComponent(id, isDirectory: true)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let color = try LosslessClipWriter(
      place.appendingPathComponent("color.mkv"), framesPerSecond: framesPerSecond)
    let hasSketch = sketchReader != nil || extractor != nil
    let lineart =
      hasSketch
      ? try LosslessClipWriter(
        place.appendingPathComponent("lineart.mkv"), framesPerSecond: framesPerSecond, isGray: true)
      : nil
    for index in 0..<count {
      guard let stored = try reader.next() else {
        throw FrameCountError(
          file: source.name, found: first + index, expected: first + count, hint: "the file ends early")
      }
      let resizer = FrameResizer(size: targetSize(stored.size), filter: .bilinearAA)
      let frame = resizer(stored)
      try color.append(frame)
      if let drawn = try sketchReader?.next() {
        try lineart?.append(resizer(drawn))
      } else if let extractor {
        try lineart?.append(try extractor.lineart(of: frame))
      }
    }
    var clip = SuiteClip(
      id: id, frames: "\(id)/color.mkv", sketch: hasSketch ? "\(id)/lineart.mkv" : nil, first: 0, count: count
    )
    clip.sha256 = try color.finish()
    clip.sketchSHA256 = try lineart?.finish()
    clip.provenance = [
      "source": item.frames.lastPathComponent, "first_frame": "\(first)",
      "notes": source.notes.joined(separator: ","),
    ]
    if sketchReader == nil, let extractor { clip.provenance["lineart"] = extractor.name }
    return clip
  }

  private func targetSize(_ stored: FrameSize) -> FrameSize {
    guard let size else { return stored }
    let isTurned = (stored.width < stored.height) != (size.width < size.height)
    return isTurned ? FrameSize(width: size.height, height: size.width) : size
  }

  private static func hash(_ source: any FrameSource) throws -> String {
    var hasher = ClipHasher()
    let reader = try source.makeReader()
    while let frame = try reader.next() { hasher.update(frame) }
    return hasher.finish().description
  }
}

extension String {
  fileprivate func leftPadded(_ width: Int) -> String {
    String(repeating: "0", count: max(0, width - count)) + self
  }
}
