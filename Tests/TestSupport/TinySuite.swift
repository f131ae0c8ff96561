public import EvalCore
public import Foundation
internal import Media

/// A test set of a few small clips as PNG folders: a coloured square on a plain ground that moves and keeps
/// its outline.
public struct TinySuite {
  /// The suite file.
  public let file: URL
  /// Clip ids in suite order.
  public let clips: [String]
  /// Frames per clip.
  public let frames: Int

  /// Writes the set into `folder`.
  public init(
    in folder: URL, clips count: Int = 3, frames: Int = 5, size: FrameSize = FrameSize(width: 48, height: 32)
  ) throws {
    clips = (0..<count).map { "scene/clip-\($0)" }
    self.frames = frames
    file = folder.appendingPathComponent("tiny.suite.json")
    var entries: [String] = []
    for (number, id) in clips.enumerated() {
      for kind in ["color", "sketch"] {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent("\(id)/\(kind)"), withIntermediateDirectories: true)
      }
      var hasher = ClipHasher()
      for index in 0..<frames {
        let (color, sketch) = Self.frame(clip: number, index: index, size: size)
        hasher.update(color)
        try PNGFile.write(color, to: folder.appendingPathComponent("\(id)/color/0000\(index).png"))
        try PNGFile.write(sketch, to: folder.appendingPathComponent("\(id)/sketch/0000\(index).png"))
      }
      let digest = hasher.finish()
      entries.append(
        """
        { "id": "\(id)", "frames": "\(id)/color/%05d.png", "sketch": "\(id)/sketch/%05d.png",
          "first": 0, "count": \(frames), "reference": 0, "sha256": "\(digest)" },
        """)
    }
    let text = """
      { // comments and trailing commas are part of the format
        "schema": "suite/1", "name": "tiny", "title": "Tiny Testset", "root": ".", "fps": 24, "licence": "CC0-1.0",
        "clips": [
      \(entries.joined(separator: "\n"))
        ],
      }
      """
    try Data(text.utf8).write(to: file)
  }

  /// Writes outputs of a made-up method, `distortion` levels off, into `folder/<clip>/%05d.png`.
  public func writeOutputs(in folder: URL, distortion: UInt8, frames count: Int? = nil) throws {
    for (number, id) in clips.enumerated() {
      let place = folder.appendingPathComponent(id)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for index in 0..<(count ?? frames) {
        let (color, _) = Self.frame(clip: number, index: index, size: FrameSize(width: 48, height: 32))
        let off = Frame(
          width: color.width, height: color.height, rgb: color.rgb.map { $0 &+ ($0 < 128 ? distortion : 0) })
        try PNGFile.write(off, to: place.appendingPathComponent("0000\(index).png"))
      }
    }
  }

  private static func frame(clip: Int, index: Int, size: FrameSize) -> (color: Frame, sketch: Frame) {
    var color = [UInt8](repeating: 0, count: size.width * size.height * 3)
    var sketch = [UInt8](repeating: 255, count: color.count)
    let left = 6 + 3 * index + clip
    let top = 8 + index
    for y in 0..<size.height {
      for x in 0..<size.width {
        let pixel = 3 * (y * size.width + x)
        let isInside = (left..<(left + 12)).contains(x) && (top..<(top + 10)).contains(y)
        let isEdge = isInside && (x == left || x == left + 11 || y == top || y == top + 9)
        let paint: [UInt8] =
          isEdge ? [10, 10, 10] : isInside ? [200, UInt8(40 * clip % 256), 60] : [120, 180, 220]
        for channel in 0..<3 {
          color[pixel + channel] = paint[channel]
          if isEdge { sketch[pixel + channel] = 0 }
        }
      }
    }
    return (
      Frame(width: size.width, height: size.height, rgb: color),
      Frame(width: size.width, height: size.height, rgb: sketch)
    )
  }
}
