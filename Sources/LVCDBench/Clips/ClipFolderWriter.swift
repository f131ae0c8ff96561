internal import Cartoon
internal import EvalCore
internal import Foundation
internal import Hashing
internal import Media

/// What a clip's folder holds.
struct ClipContents: OptionSet, Sendable {
  let rawValue: Int
  static let lineart = ClipContents(rawValue: 1)
  static let flow = ClipContents(rawValue: 2)
  static let parts = ClipContents(rawValue: 4)
  static let video = ClipContents(rawValue: 8)
  static let backwardFlow = ClipContents(rawValue: 16)

  /// Names in records.
  var names: [String] {
    [
      (ClipContents.lineart, "lineart"), (.flow, "flow"), (.parts, "parts"), (.video, "video"),
      (.backwardFlow, "backward-flow"),
    ]
    .filter { contains($0.0) }.map(\.1)
  }
}

/// Writes a clip as folders of PNG files or as two lossless videos.
///
/// `color/%05d.png` and `lineart/%05d.png`, or `color.mkv` and `lineart.mkv`; `flow/%05d.flo` (Middlebury, from the frame
/// to the next) with `visible/%05d.png` (255 where the flow's target is seen), and the same to the frame before as
/// `flow-back/%05d.flo` and `visible-back/%05d.png`, from frame 1 on; `parts.npy` and `groups.npy`, uint16
/// [frames, height, width]; `clip.json` last.
struct ClipFolderWriter {
  let directory: URL
  let contents: ClipContents
  var frameRate = Rational(24)

  /// The finished record of the clip, from an earlier run if that was complete.
  func write(_ clip: CartoonClip) throws -> ClipRecord {
    let folder = directory.appendingPathComponent(clip.id, isDirectory: true)
    // A record that cannot be read counts as none: the clip is made anew and the record replaced.
    let recordURL = folder.appendingPathComponent("clip.json")
    if let data = FileManager.default.contents(atPath: recordURL.path),
      let record = try? JSONDecoder().decode(ClipRecord.self, from: data),
      record.describes(clip, contents: contents.names)
    {
      return record
    }
    try makeFolders(folder)
    var colourHash = ClipHasher()
    var sketchHash = ClipHasher()
    let videos = try contents.contains(.video) ? openVideos(folder, clip) : nil
    var parts: [UInt16] = []
    var groups: [UInt16] = []
    for index in 0..<clip.length {
      let frame = try clip.render(index)
      colourHash.update(frame.colour)
      sketchHash.update(frame.lineart)
      if let videos {
        try videos.colour.append(frame.colour)
        try videos.lineart?.append(frame.lineart)
      } else {
        try writePictures(frame, folder, index)
      }
      if contents.contains(.parts) {
        parts.append(contentsOf: frame.parts)
        groups.append(contentsOf: frame.groups)
      }
      if contents.contains(.flow), index + 1 < clip.length {
        try write(try clip.flow(from: index, to: index + 1), folder, "", index)
      }
      if contents.contains(.backwardFlow), index > 0 {
        try write(try clip.flow(from: index, to: index - 1), folder, "-back", index)
      }
    }
    try videos?.colour.finish()
    try videos?.lineart?.finish()
    if contents.contains(.parts) {
      let shape = [clip.length, clip.options.size.height, clip.options.size.width]
      try AtomicFile.write(npy(shape, parts), to: folder.appendingPathComponent("parts.npy"))
      try AtomicFile.write(npy(shape, groups), to: folder.appendingPathComponent("groups.npy"))
    }
    let record = ClipRecord(
      id: clip.id, seed: String(clip.seed), options: clip.options, generator: CartoonClip.version,
      contents: contents.names, statistics: try clip.statistics(), sha256: colourHash.finish().description,
      sketchSHA256: sketchHash.finish().description)
    try AtomicFile.write(clipsJSON(record), to: recordURL)
    return record
  }

  /// The suite entry of a clip written by this writer.
  func suiteClip(_ record: ClipRecord) -> GeneratedSuite.Clip {
    let isVideo = contents.contains(.video)
    return GeneratedSuite.Clip(
      id: record.id, frames: record.id + (isVideo ? "/color.mkv" : "/color/%05d.png"),
      sketch: record.id + (isVideo ? "/lineart.mkv" : "/lineart/%05d.png"), first: 0,
      count: record.options.length,
      reference: 0, sha256: record.sha256, sketch_sha256: record.sketchSHA256)
  }

  private func makeFolders(_ folder: URL) throws {
    var names = [""]
    if !contents.contains(.video) { names += contents.contains(.lineart) ? ["color", "lineart"] : ["color"] }
    if contents.contains(.flow) { names += ["flow", "visible"] }
    if contents.contains(.backwardFlow) { names += ["flow-back", "visible-back"] }
    for name in names {
      let url = name.isEmpty ? folder : folder.appendingPathComponent(name, isDirectory: true)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
  }

  private func openVideos(_ folder: URL, _ clip: CartoonClip) throws -> (
    colour: VideoWriter, lineart: VideoWriter?
  ) {
    let size = clip.options.size
    let colour = try VideoWriter(
      folder.appendingPathComponent("color.mkv"), size: size, frameRate: frameRate, codec: Self.colourCodec)
    guard contents.contains(.lineart) else { return (colour, nil) }
    let lineart = try VideoWriter(
      folder.appendingPathComponent("lineart.mkv"), size: size, frameRate: frameRate, codec: Self.lineartCodec
    )
    return (colour, lineart)
  }

  /// Smallest of the lossless codecs on these clips: a quarter below H.264 with quantiser 0.
  static let colourCodec = VideoCodec.ffv1Archive
  /// See `colourCodec`.
  static let lineartCodec = VideoCodec.grayFFV1Archive

  private func writePictures(_ frame: CartoonFrame, _ folder: URL, _ index: Int) throws {
    let name = String(format: "%05d.png", index)
    try PNGFile.write(frame.colour, to: folder.appendingPathComponent("color/\(name)"))
    guard contents.contains(.lineart) else { return }
    let grey = stride(from: 0, to: frame.lineart.rgb.count, by: 3).map { frame.lineart.rgb[$0] }
    try PNGFile.writeGray(
      width: frame.lineart.width, height: frame.lineart.height, values: grey,
      to: folder.appendingPathComponent("lineart/\(name)"))
  }

  private func write(_ flow: FlowField, _ folder: URL, _ suffix: String, _ index: Int) throws {
    try FloFile.write(
      width: flow.width, height: flow.height, dx: flow.dx, dy: flow.dy,
      to: folder.appendingPathComponent("flow\(suffix)/" + String(format: "%05d.flo", index)))
    try PNGFile.writeGray(
      width: flow.width, height: flow.height, values: flow.visible.map { $0 ? 255 : 0 },
      to: folder.appendingPathComponent("visible\(suffix)/" + String(format: "%05d.png", index)))
  }
}

/// A NumPy file (version 1.0) of uint16 values in C order.
func npy(_ shape: [Int], _ values: [UInt16]) -> Data {
  let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
  var header = "{'descr': '<u2', 'fortran_order': False, 'shape': (\(axes)), }"
  while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
  header += "\n"
  var data = Data([0x93])
  data.append(contentsOf: "NUMPY".utf8)
  data.append(contentsOf: [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
  data.append(contentsOf: header.utf8)
  values.map(\.littleEndian).withUnsafeBytes { data.append(contentsOf: $0) }
  return data
}
