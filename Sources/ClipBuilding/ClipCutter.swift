public import EvalCore
public import Foundation
internal import Hashing
internal import Imaging
public import Media

/// Cuts clips out of a film in one pass, resized and with lineart, as lossless videos.
///
/// `<id>/color.mkv`, `<id>/lineart.mkv`, and `<id>/clip.json` last: a clip without it is not finished and is made
/// anew, a finished one is left as it is. One frame is in memory at a time.
public struct ClipCutter: Sendable {
  /// Folder of the clips' folders.
  public let folder: URL
  /// Size of the clips; the film is stretched to it with an antialiased bilinear filter. Nil keeps the film's size.
  public let size: FrameSize?
  /// Makes the lineart, at the clips' size.
  public let lines: ClipLines
  /// Threads of the decoder.
  public let threads: Int

  /// A cutter.
  public init(folder: URL, size: FrameSize?, lines: ClipLines, threads: Int) {
    self.folder = folder
    self.size = size
    self.lines = lines
    self.threads = threads
  }

  /// Writes the clips at `ranges` (ascending, none overlapping) of `movie`; ids are `<name>-<first frame>`.
  /// `progress` takes the number of clips that are finished.
  ///
  /// Throws `MediaError` for the film and for what cannot be written, `ClipBuildError.changed`, and what `lines`
  /// throws.
  public func cut(
    _ ranges: [Range<Int>], of movie: MovieFile, name: String, progress: (Int) throws -> Void
  ) throws -> [MovieClip] {
    let identity = try MovieScanner.identity(of: movie.url)
    let stored = ranges.map { finished($0, of: movie, name: name, identity: identity) }
    var clips: [MovieClip] = []
    var reader: MovieReader?
    for (range, known) in zip(ranges, stored) {
      if let known {
        clips.append(known)
      } else {
        let source = try reader ?? movie.makeReader(threads: threads)
        reader = source
        while source.framesRead < range.lowerBound, try source.skip() {}
        clips.append(try write(range, from: source, of: movie, name: name, identity: identity))
      }
      try progress(clips.count)
    }
    return clips
  }

  /// The id of the clip at `range` of the film called `name`.
  public static func id(_ range: Range<Int>, _ name: String) -> String {
    let number = "\(range.lowerBound)"
    return "\(name)-" + String(repeating: "0", count: max(0, 7 - number.count)) + number
  }

  private func settings(_ range: Range<Int>, _ movie: MovieFile, _ name: String, _ identity: String) -> String
  {
    "\(identity) frames \(range.lowerBound)..<\(range.upperBound) size \(size ?? movie.size) "
      + "lineart \(lines.identity(clip: Self.id(range, name)))"
  }

  /// The record of a clip that is there already. A record that cannot be read counts as none.
  private func finished(_ range: Range<Int>, of movie: MovieFile, name: String, identity: String)
    -> MovieClip?
  {
    let place = folder.appendingPathComponent(Self.id(range, name), isDirectory: true)
    guard let data = FileManager.default.contents(atPath: place.appendingPathComponent("clip.json").path),
      let clip = try? JSONDecoder().decode(MovieClip.self, from: data),
      clip.settings == settings(range, movie, name, identity)
    else { return nil }
    let files = ["color.mkv", "lineart.mkv"].map { place.appendingPathComponent($0).path }
    return files.allSatisfy(FileManager.default.fileExists(atPath:)) ? clip : nil
  }

  private func write(
    _ range: Range<Int>, from reader: MovieReader, of movie: MovieFile, name: String, identity: String
  ) throws -> MovieClip {
    let id = Self.id(range, name)
    let place = folder.appendingPathComponent(id, isDirectory: true)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let target = size ?? movie.size
    let resizer = Resizer(from: movie.size, to: target, filter: .bilinearAA)
    let artist = try lines.artist(clip: id, count: range.count, size: target)
    let color = try VideoWriter(
      place.appendingPathComponent("color.mkv"), size: target, frameRate: movie.frameRate,
      codec: .h264Lossless)
    let lineart = try VideoWriter(
      place.appendingPathComponent("lineart.mkv"), size: target, frameRate: movie.frameRate, codec: .grayFFV1)
    var colorHash = ClipHasher()
    var lineartHash = ClipHasher()
    var last: Frame?
    var held = 0
    for _ in range {
      guard let next = try reader.next() else {
        throw ClipBuildError.changed(
          path: movie.url.path, found: reader.framesRead, expected: range.upperBound)
      }
      let frame = resizer(next.frame)
      let lines = try artist.lines(of: frame)
      try color.append(frame)
      try lineart.append(lines)
      colorHash.update(frame)
      lineartHash.update(lines)
      if let last, frame.isHeld(after: last) { held += 1 }
      last = frame
    }
    try color.finish()
    try lineart.finish()
    let rate = movie.frameRate.doubleValue
    let clip = MovieClip(
      id: id, settings: settings(range, movie, name, identity), film: movie.url.lastPathComponent,
      firstFrame: range.lowerBound, count: range.count,
      timeCode: MovieClip.timeCode(Double(range.lowerBound) / rate), frameRate: rate, heldFrames: held,
      lineart: artist.label, notes: movie.notes, sha256: colorHash.finish().description,
      lineartSHA256: lineartHash.finish().description)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(clip), to: place.appendingPathComponent("clip.json"))
    return clip
  }
}
