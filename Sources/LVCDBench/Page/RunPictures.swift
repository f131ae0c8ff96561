internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Imaging
internal import Media
internal import Reports

/// Pictures of a finished run as thumbnails: read from the frames that are there, never coloured anew.
struct RunPictures: GalleryPictures {
  /// Width of thumbnails in pixels; the height follows the clip's shape.
  static let width = 240

  let run: RunArchive
  let baseline: RunArchive?

  func strip(suite: String, method: String, clip: String, frames: [Int]) throws -> GalleryStrip {
    guard let identity = Self.identity(method, suite, in: run) else {
      throw ArchiveError.noFrames(method: method)
    }
    let place = try run.clip(clip, suite: suite)
    let outputs = try Self.pick(frames, from: try run.outputs(of: identity, place))
    guard let some = outputs.values.first else { throw ArchiveError.noFrames(method: method) }
    let originals = try Self.pick(frames + [place.clip.reference], from: try place.originals())
    let painter = Thumbnails(size: originals.values.first?.size ?? some.size, width: Self.width)
    var strip = GalleryStrip(lanes: [])
    add(.sketch, to: &strip) { try painter.lane(try Self.pick(frames, from: try place.sketch())) }
    if let reference = originals[place.clip.reference] {
      strip.lanes.append(
        GalleryLane(
          kind: .reference, caption: "frame \(place.clip.reference), given",
          images: [place.clip.reference: try painter.image(reference)], isStill: true))
    }
    let shown = originals.filter { frames.contains($0.key) }
    strip.lanes.append(GalleryLane(kind: .original, images: try painter.lane(shown)))
    if let baseline {
      add(.baseline, to: &strip) { try painter.lane(try old(method, place, frames, in: baseline)) }
    }
    strip.lanes.append(GalleryLane(kind: .output, images: try painter.lane(outputs)))
    try addMaps(to: &strip, outputs: outputs, originals: shown, painter)
    return strip
  }

  private func old(
    _ method: String, _ place: ArchivedClip, _ frames: [Int], in baseline: RunArchive
  ) throws -> [Int: Frame] {
    guard let identity = Self.identity(method, place.suite.name, in: baseline) else {
      throw ArchiveError.noFrames(method: method)
    }
    let twin = try baseline.clip(place.clip.id, suite: place.suite.name)
    return try Self.pick(frames, from: try baseline.outputs(of: identity, twin))
  }

  /// Error maps of the frames that both have.
  private func addMaps(
    to strip: inout GalleryStrip, outputs: [Int: Frame], originals: [Int: Frame], _ painter: Thumbnails
  ) throws {
    let pairs = outputs.compactMap { index, output in
      originals[index].map { (index: index, output: output, original: $0) }
    }
    strip.lanes.append(
      GalleryLane(
        kind: .colourError, caption: ErrorMaps.colourCaption,
        images: try painter.lane(
          Dictionary(uniqueKeysWithValues: pairs.map { ($0.index, ErrorMaps.colour($0.output, $0.original)) })
        )))
    do {
      let maps = try ErrorMaps(options: try run.options(of: .edmd), protocol: try run.frameProtocol)
      let pictures = try pairs.map { ($0.index, try maps.distance($0.output, $0.original)) }
      strip.lanes.append(
        GalleryLane(
          kind: .distanceDifference, caption: maps.distanceCaption,
          images: try painter.lane(Dictionary(uniqueKeysWithValues: pictures))))
    } catch {
      strip.notes.append("\(GalleryLane.Kind.distanceDifference.rawValue) (\(error))")
    }
  }

  /// Adds a lane that may be missing.
  private func add(
    _ kind: GalleryLane.Kind, to strip: inout GalleryStrip, _ images: () throws -> [Int: EncodedImage]
  ) {
    do {
      strip.lanes.append(GalleryLane(kind: kind, images: try images()))
    } catch {
      strip.notes.append("\(kind.rawValue) (\(error))")
    }
  }

  private static func identity(_ method: String, _ suite: String, in run: RunArchive) -> MethodIdentity? {
    run.results.cells.first {
      $0.suite == suite && $0.method.name == method && $0.method.kind != .published
    }?.method
  }

  /// The frames at `indices`; numbered files are read one by one, videos from the start.
  private static func pick(_ indices: [Int], from source: any FrameSource) throws -> [Int: Frame] {
    let wanted = Set(indices.filter { $0 < source.count })
    var frames: [Int: Frame] = [:]
    if let folder = source as? FrameFolder {
      for index in wanted { frames[index] = try PNGFile.read(folder.files[index], limits: folder.limits) }
      return frames
    }
    let reader = try source.makeReader()
    let last = wanted.max() ?? -1
    var index = 0
    while index <= last, let frame = try reader.next() {
      if wanted.contains(index) { frames[index] = frame }
      index += 1
    }
    return frames
  }
}

/// Frames made small and encoded.
struct Thumbnails {
  private let target: FrameSize

  /// Thumbnails `width` wide in the shape of frames of `size`; smaller frames keep their size.
  init(size: FrameSize, width: Int) {
    let share = min(1, Double(width) / Double(size.width))
    target = FrameSize(
      width: max(1, Int((Double(size.width) * share).rounded())),
      height: max(1, Int((Double(size.height) * share).rounded())))
  }

  func lane(_ frames: [Int: Frame]) throws -> [Int: EncodedImage] { try frames.mapValues(image) }

  func image(_ frame: Frame) throws -> EncodedImage {
    let small = frame.size == target ? frame : Resizer(from: frame.size, to: target, filter: .area)(frame)
    return EncodedImage(
      kind: .webp, width: target.width, height: target.height, bytes: try WebPEncoder.encode(small))
  }
}
