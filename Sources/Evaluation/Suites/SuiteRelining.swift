public import ClipBuilding
internal import EvalCore
public import Foundation
internal import Media

/// Gives a test set other lines: sets of the same frames in one folder, one per kind of lines.
///
/// Frames are copied once, as lossless video, unless the folder is that of the set itself. Finished clips stay when the
/// same is asked for again.
public struct SuiteRelining {
  /// The set whose frames are used.
  public let suite: Suite
  /// Folder of the new sets.
  public let folder: URL
  private let sharesFolder: Bool

  /// What is written beside a finished clip.
  private struct Record: Codable {
    /// Everything that decides the file's pixels.
    let identity: String
    let path: String
    let sha256: String
    let label: String
  }

  /// Sets in `folder`, which is made if missing.
  public init(_ suite: Suite, into folder: URL) throws {
    self.suite = suite
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    sharesFolder =
      folder.resolvingSymlinksInPath().standardizedFileURL.path
      == suite.root.resolvingSymlinksInPath().standardizedFileURL.path
  }

  /// Writes `<name>.suite.json` with the lines that `lines` draws, in `<name>/<clip>.mkv`; returns the file.
  ///
  /// Throws `SuiteError`, `MediaError` and what `lines` throws; `progress` may throw to stop.
  public func write(
    name: String, title: String, lines: ClipLines, progress: (_ done: Int, _ clip: String) throws -> Void
  ) throws -> URL {
    guard SafePath.clipIDFault(name) == nil, !name.contains("/"), name != "frames" else {
      throw SuiteError.badClipID(file: folder.path, id: name, detail: "cannot be the name of a set")
    }
    let file = folder.appendingPathComponent("\(name).suite.json")
    if sharesFolder,
      suite.clips.contains(where: {
        $0.frames.hasPrefix("\(name)/") || $0.sketch?.hasPrefix("\(name)/") ?? false
      })
    {
      throw SuiteError.badClipID(
        file: file.path, id: name, detail: "is a folder of the set's own files; choose another name")
    }
    try lines.check(clips: suite.clips.map(\.id))
    var clips: [SuiteClip] = []
    for clip in suite.clips {
      let drawn = try record(name, clip, "\(frameIdentity(clip)) lines \(lines.identity(clip: clip.id))") {
        writer in
        var artist: LineArtist?
        let reader = try suite.openFrames(of: clip).makeReader()
        while let frame = try reader.next() {
          let hand = try artist ?? lines.artist(clip: clip.id, count: clip.count, size: frame.size)
          artist = hand
          try writer.append(try hand.lines(of: frame))
        }
        return artist?.label ?? ""
      }
      var entry = clip
      if !sharesFolder {
        let copy = try record("frames", clip, frameIdentity(clip), isGray: false) { writer in
          let reader = try suite.openFrames(of: clip).makeReader()
          while let frame = try reader.next() { try writer.append(frame) }
          return ""
        }
        if let stated = clip.sha256, stated != copy.sha256 {
          throw SuiteError.hashMismatch(
            suite: suite.name, clip: clip.id, what: "frame", expected: stated, found: copy.sha256)
        }
        (entry.frames, entry.first, entry.sha256) = (copy.path, 0, copy.sha256)
        // The copy is lossless; what its source was must not be forgotten.
        let notes = try suite.openFrames(of: clip).notes.joined(separator: ",")
        if !notes.isEmpty { entry.provenance["notes"] = notes }
      }
      // One number says where both frames and lines begin.
      guard entry.first == 0 else {
        throw SuiteError.sketchMismatch(
          suite: suite.name, clip: clip.id,
          detail: "its frames begin at number \(entry.first); write the set into another folder")
      }
      (entry.sketch, entry.sketchSHA256) = (drawn.path, drawn.sha256)
      entry.provenance["lineart"] = drawn.label
      entry.provenance["lines_of"] = suite.name
      clips.append(entry)
      try progress(clips.count, clip.id)
    }
    let relined = Suite(
      name: name, title: title, framesPerSecond: suite.framesPerSecond, licence: suite.licence, root: folder,
      clips: clips, fullCount: clips.count)
    try AtomicFile.write(try relined.encoded(root: "."), to: file)
    return file
  }

  private func frameIdentity(_ clip: SuiteClip) -> String {
    let content = clip.sha256 ?? Suite.fingerprint(path: clip.frames, root: suite.root)
    return "\(clip.frames) \(clip.first) \(clip.count) \(content)"
  }

  /// The finished file of a clip in the folder `part`, written by `body` if it is not there; `body` returns the label.
  private func record(
    _ part: String, _ clip: SuiteClip, _ identity: String, isGray: Bool = true,
    _ body: (LosslessClipWriter) throws -> String
  ) throws -> Record {
    let path = "\(part)/\(clip.id).mkv"
    let video = folder.appendingPathComponent(path)
    let note = folder.appendingPathComponent("\(part)/\(clip.id).json")
    // A note that cannot be read counts as none: the clip is written anew.
    if let data = FileManager.default.contents(atPath: note.path),
      let known = try? JSONDecoder().decode(Record.self, from: data), known.identity == identity,
      FileManager.default.fileExists(atPath: video.path)
    {
      return known
    }
    try FileManager.default.createDirectory(
      at: video.deletingLastPathComponent(), withIntermediateDirectories: true)
    let writer = try LosslessClipWriter(video, framesPerSecond: suite.framesPerSecond, isGray: isGray)
    let label = try body(writer)
    let record = Record(identity: identity, path: path, sha256: try writer.finish(), label: label)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(record), to: note)
    return record
  }
}
