internal import EvalCore
internal import Foundation
internal import Media

/// One drawing as it came: luma and opacity, row-major.
struct DrawnPage {
  let path: String
  let size: FrameSize
  /// Rec. 601 luma, 0 to 255.
  let grey: [UInt8]
  /// 0 to 255; nil where the file has no alpha channel or uses none.
  let opacity: [UInt8]?

  init(path: String, size: FrameSize, rgba: [UInt8]) {
    let count = size.width * size.height
    let opacity = (0..<count).map { rgba[4 * $0 + 3] }
    self.init(
      path: path, size: size, samples: rgba, channels: 4,
      opacity: opacity.contains { $0 < 255 } ? opacity : nil)
  }

  init(path: String, frame: Frame) {
    self.init(path: path, size: frame.size, samples: frame.rgb, channels: 3, opacity: nil)
  }

  private init(path: String, size: FrameSize, samples: [UInt8], channels: Int, opacity: [UInt8]?) {
    self.path = path
    self.size = size
    self.opacity = opacity
    grey = (0..<size.width * size.height).map { pixel in
      let (red, green, blue) = (
        Int(samples[channels * pixel]), Int(samples[channels * pixel + 1]), Int(samples[channels * pixel + 2])
      )
      return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
    }
  }
}

/// The drawings of one clip, one at a time: numbered PNG files of a folder, or the frames of a video.
final class DrawnPages {
  private enum Source {
    case files(ArraySlice<URL>)
    case video(any FrameReader, name: String)
  }

  /// Number of drawings.
  let count: Int
  private var source: Source

  init(_ url: URL) throws {
    let frames = try FrameSources.open(url)
    count = frames.count
    if let folder = frames as? FrameFolder {
      source = .files(folder.files[...])
    } else if url.pathExtension.lowercased() == "png" {
      source = .files([url])
    } else {
      source = .video(try frames.makeReader(), name: url.path)
    }
  }

  /// The next drawing; nil after the last one.
  func next() throws -> DrawnPage? {
    switch source {
    case .files(var files):
      guard let file = files.popFirst() else { return nil }
      source = .files(files)
      let (size, rgba) = try PNGFile.readWithAlpha(file)
      return DrawnPage(path: file.path, size: size, rgba: rgba)
    case .video(let reader, let name):
      return try reader.next().map { DrawnPage(path: name, frame: $0) }
    }
  }
}
