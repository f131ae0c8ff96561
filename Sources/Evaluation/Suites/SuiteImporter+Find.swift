internal import EvalCore
internal import Foundation
internal import Hashing
internal import Media

extension SuiteImporter {
  private static let videoExtensions = Set(OutputsTemplate.videoExtensions)
  private static let colorNames = ["color", "colour", "frames"]
  private static let sketchNames = ["lineart", "sketch"]

  /// Clips in a folder of clips, a folder of frames, or a video file.
  ///
  /// Known layouts below a folder: `<clip>/*.png`, `<clip>/color/*.png` with `<clip>/lineart/*.png`, `<clip>.mkv` with
  /// `<clip>.lineart.mkv`, `<clip>/color.mkv` with `<clip>/lineart.mkv`.
  static func find(_ url: URL) throws -> [Found] {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw ConfigError.unreadable(file: url.path, detail: "no such file or folder")
    }
    let name = url.deletingPathExtension().lastPathComponent
    guard isFolder.boolValue else { return [Found(id: name, frames: url, sketch: nil)] }
    if let clip = try clip(in: url, id: name) { return [clip] }
    var clips: [Found] = []
    for entry in try manager.contentsOfDirectory(atPath: url.path).sorted() where !entry.hasPrefix(".") {
      let child = url.appendingPathComponent(entry)
      let childName = child.deletingPathExtension().lastPathComponent
      guard manager.fileExists(atPath: child.path, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        if let clip = try clip(in: child, id: entry) { clips.append(clip) }
      } else if videoExtensions.contains(child.pathExtension),
        !sketchNames.contains(where: { childName.hasSuffix(".\($0)") })
      {
        let sketch = sketchNames.map {
          url.appendingPathComponent("\(childName).\($0).\(child.pathExtension)")
        }
        .first { manager.fileExists(atPath: $0.path) }
        clips.append(Found(id: childName, frames: child, sketch: sketch))
      }
    }
    return clips
  }

  private static func clip(in folder: URL, id: String) throws -> Found? {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
    func entry(_ candidates: [String]) -> URL? {
      let match = candidates.lazy.compactMap { candidate in
        names.first {
          $0 == candidate
            || videoExtensions.contains(($0 as NSString).pathExtension)
              && ($0 as NSString).deletingPathExtension == candidate
        }
      }.first
      return match.map { folder.appendingPathComponent($0) }
    }
    if let frames = entry(colorNames) { return Found(id: id, frames: frames, sketch: entry(sketchNames)) }
    let hasFrames = names.contains { ($0 as NSString).pathExtension.lowercased() == "png" }
    return hasFrames ? Found(id: id, frames: folder, sketch: nil) : nil
  }

  static func relative(_ url: URL, to folder: URL) throws -> String {
    let base = folder.resolvingSymlinksInPath().standardizedFileURL.path
    let path = url.resolvingSymlinksInPath().standardizedFileURL.path
    guard path.hasPrefix(base + "/") else {
      throw SuiteError.pathEscape(
        file: folder.path, path: path,
        detail:
          "does not lie below the suite's folder; write the suite into a folder above the frames, or convert with --size"
      )
    }
    return String(path.dropFirst(base.count + 1))
  }

  /// The lowest number among the frame files of a folder; nil for videos.
  static func firstFrameNumber(_ folder: URL) -> Int? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return nil }
    return names.compactMap { name -> Int? in
      let digits = (name as NSString).deletingPathExtension.reversed().prefix { $0.isNumber }
      return Int(String(digits.reversed()))
    }.min()
  }
}

/// Writes a clip as lossless video and hashes what it writes; the size is that of the first frame.
final class LosslessClipWriter {
  private let url: URL
  private let framesPerSecond: Double
  private let isGray: Bool
  private var writer: VideoWriter?
  private var hasher = ClipHasher()

  init(_ url: URL, framesPerSecond: Double, isGray: Bool = false) throws {
    self.url = url
    self.framesPerSecond = framesPerSecond
    self.isGray = isGray
  }

  func append(_ frame: Frame) throws {
    let writer =
      try self.writer
      ?? VideoWriter(
        url, size: frame.size, frameRate: Rational(framesPerSecond: framesPerSecond),
        codec: isGray ? .grayFFV1 : .h264Lossless)
    self.writer = writer
    try writer.append(frame)
    hasher.update(frame)
  }

  /// The `ClipHasher` digest of the frames written.
  func finish() throws -> String {
    try writer?.finish()
    return hasher.finish().description
  }
}

extension Rational {
  /// A frame rate with up to three decimals; rates such as 23.976 become 24000/1001.
  init(framesPerSecond rate: Double) {
    let ntsc = (rate * 1.001).rounded()
    if abs(ntsc / 1.001 - rate) < 5e-4, abs(rate - rate.rounded()) > 1e-3 {
      self.init(Int(ntsc) * 1000, 1001)
    } else {
      self.init(Int((rate * 1000).rounded()), 1000)
    }
  }
}
