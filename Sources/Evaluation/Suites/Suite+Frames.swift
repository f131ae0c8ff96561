public import EvalCore
internal import Foundation
internal import Hashing
internal import Media

extension Suite {
  /// Opens the original frames of `clip`: exactly `clip.count` of them.
  ///
  /// Throws `SuiteError.pathEscape` when a link leaves the root, `MediaError` when files are missing or damaged.
  public func openFrames(of clip: SuiteClip) throws -> any FrameSource {
    try Suite.open(path: clip.frames, root: root, first: clip.first, count: clip.count)
  }

  /// Opens the lineart of `clip`; throws `SuiteError.noSketch` when the suite has none.
  public func openSketch(of clip: SuiteClip) throws -> any FrameSource {
    guard let sketch = clip.sketch else { throw SuiteError.noSketch(suite: name, clip: clip.id) }
    return try Suite.open(path: sketch, root: root, first: clip.first, count: clip.count)
  }

  static func open(path: String, root: URL, first: Int, count: Int) throws -> any FrameSource {
    let url = root.appendingPathComponent(path)
    guard SafePath.isBelow(root, url) else {
      throw SuiteError.pathEscape(file: root.path, path: path, detail: "leads out of the root through a link")
    }
    if url.lastPathComponent.contains("%") {
      return try contained(
        FrameFolder(
          url.deletingLastPathComponent(), pattern: url.lastPathComponent, first: first, count: count), root)
    }
    let source = try FrameSources.open(url)
    if source is FrameFolder { return try contained(FrameFolder(url, first: first, count: count), root) }
    return try FrameSlice(source, first: first, count: count)
  }

  /// A folder below the root may still hold links that lead out of it.
  private static func contained(_ folder: FrameFolder, _ root: URL) throws -> FrameFolder {
    for file in folder.files {
      var status = stat()
      guard lstat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { continue }
      guard SafePath.isBelow(root, file) else {
        throw SuiteError.pathEscape(
          file: root.path, path: file.path, detail: "leads out of the root through a link")
      }
    }
    return folder
  }

  /// Name, size and modification time of every file behind `path`: tells without decoding whether anything was touched.
  static func fingerprint(path: String, root: URL) -> String {
    let url = root.appendingPathComponent(path)
    return FileFingerprint.of(path.contains("%") ? url.deletingLastPathComponent() : url)
  }
}

/// A digest over names, sizes and modification times.
enum FileFingerprint {
  /// The fingerprint of a file, or of all files directly in a folder; `missing` when there is nothing.
  static func of(_ url: URL) -> String {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else { return "missing" }
    let names =
      isFolder.boolValue ? ((try? manager.contentsOfDirectory(atPath: url.path)) ?? []).sorted() : [""]
    var hasher = SHA256Hasher()
    for name in names where !name.hasPrefix(".") {
      var status = stat()
      let path = name.isEmpty ? url.path : "\(url.path)/\(name)"
      guard stat(path, &status) == 0 else { return "missing" }
      hasher.update("\(name) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)\n")
    }
    return hasher.finish().description
  }
}

/// A run of frames out of a longer source.
struct FrameSlice: FrameSource {
  let base: any FrameSource
  let first: Int
  let count: Int

  /// Throws `MediaError`-like `FrameCountError` when the source is too short.
  init(_ base: any FrameSource, first: Int, count: Int) throws {
    guard base.count >= first + count else {
      throw FrameCountError(
        file: base.name, found: base.count, expected: first + count, hint: "check 'first' and 'count'")
    }
    self.base = base
    self.first = first
    self.count = count
  }

  var name: String { base.name }
  var notes: [String] { base.notes }

  func makeReader() throws -> any FrameReader {
    let reader = try base.makeReader()
    for _ in 0..<first { _ = try reader.next() }
    return Reader(reader, remaining: count)
  }

  private final class Reader: FrameReader {
    private let base: any FrameReader
    private var remaining: Int
    init(_ base: any FrameReader, remaining: Int) {
      self.base = base
      self.remaining = remaining
    }
    func next() throws -> Frame? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      return try base.next()
    }
  }
}

/// Frames are missing or left over.
public struct FrameCountError: ReasonedError, Equatable, CustomStringConvertible {
  /// The source.
  public let file: String
  /// Frames that are there.
  public let found: Int
  /// Frames that were expected.
  public let expected: Int
  /// The likely cause or the fix.
  public let hint: String

  /// `count_mismatch`.
  public var reason: FailureReason { .countMismatch }
  /// File, found, expected, fix.
  public var description: String { "\(file): \(found) frames, expected \(expected); \(hint)" }

  /// What most often makes `found` frames out of `clip`, and what to do about it.
  ///
  /// The released sampler delivers 1 + 4 + 10 k frames (N = 14, o = 4); users meet that before anything else.
  static func likelyCause(found: Int, clip: Int) -> String {
    let newPerSegment = 10
    let officialCount = clip > 14 ? 5 + (clip - 5) / newPerSegment * newPerSegment : 0
    if found == officialCount {
      return
        "the released LVCD sampler drops trailing frames (\(found) of \(clip) at o = 4); colour the tail, or set "
        + "\"count_policy\": \"common\" (--count-policy common) to score the common frames"
    }
    if found == clip - 1 {
      return
        "one frame is missing; if the output leaves out the reference frame, put the reference in as its first frame, "
        + "or set \"count_policy\": \"common\" (--count-policy common) to score the common frames"
    }
    return
      "outputs must cover the clip exactly; set \"count_policy\": \"common\" (--count-policy common) to score the common frames"
  }
}
