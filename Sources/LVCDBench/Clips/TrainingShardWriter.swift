internal import Cartoon
internal import EvalCore
internal import Foundation
internal import Media

/// Writes several clips into one safetensors file, `shard-%05d.safetensors`, to be memory-mapped by trainers.
///
/// Per clip `<id>/frames` U8 [T, H, W, 3], `<id>/lineart` U8 [T, H, W]; where only some frames are kept also
/// `<id>/times` U16 [T], their numbers in the clip; on request `<id>/flow` F16 [T - 1, 2, H, W]
/// (frame t to t + 1, pixels, x then y), `<id>/visible` U8 [T - 1, H, W] (1 where the target is seen),
/// `<id>/groups` and `<id>/parts` U16 [T, H, W]. The header's metadata holds the batch's description; a shard whose
/// description is the expected one is taken as done.
struct TrainingShardWriter {
  let directory: URL
  let batch: CartoonBatch
  let clipsPerShard: Int
  let contents: ClipContents
  /// How many frames of each clip are kept; all where nil.
  var kept: Int?

  /// Number of shards of the batch.
  var shardCount: Int { (batch.count + clipsPerShard - 1) / clipsPerShard }

  /// Writes shard `index` unless it is there already; returns its file.
  @discardableResult
  func write(_ index: Int) throws -> URL {
    let url = directory.appendingPathComponent(String(format: "shard-%05d.safetensors", index))
    let description = try self.description(of: index)
    if try existingDescription(url) == description { return url }
    var tensors: [Tensor] = []
    for number in clips(of: index) { try append(try batch.clip(number), to: &tensors) }
    try AtomicFile.write(encode(tensors, description: description), to: url)
    return url
  }

  private struct Tensor {
    var name: String
    var type: String
    var shape: [Int]
    var data: Data
  }

  private func clips(of shard: Int) -> Range<Int> {
    (shard * clipsPerShard)..<min(batch.count, (shard + 1) * clipsPerShard)
  }

  /// Everything that decides the shard's bytes.
  private func description(of shard: Int) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let range = clips(of: shard)
    let options = String(decoding: try encoder.encode(batch.options), as: UTF8.self)
    return "generator \(CartoonClip.version), seeds \(batch.firstSeed + UInt64(range.lowerBound)) to "
      + "\(batch.firstSeed + UInt64(range.upperBound) - 1), lengths \(batch.shortest) to \(batch.longest), "
      + "options \(options), contents \(contents.names.joined(separator: " "))"
      + (kept.map { ", \($0) frames of each" } ?? "")
  }

  private func append(_ clip: CartoonClip, to tensors: inout [Tensor]) throws {
    let (width, height) = (clip.options.size.width, clip.options.size.height)
    let times = kept.map { clip.sampledFrames($0) } ?? Array(0..<clip.length)
    let length = times.count
    var frames = Data(capacity: length * height * width * 3)
    var lineart = Data(capacity: length * height * width)
    var groups: [UInt16] = []
    var parts: [UInt16] = []
    var flow: [UInt16] = []
    var visible = Data()
    for index in times {
      let frame = try clip.render(index)
      frames.append(contentsOf: frame.colour.rgb)
      lineart.append(
        contentsOf: stride(from: 0, to: frame.lineart.rgb.count, by: 3).map { frame.lineart.rgb[$0] })
      if contents.contains(.parts) {
        groups.append(contentsOf: frame.groups)
        parts.append(contentsOf: frame.parts)
      }
      if contents.contains(.flow), index + 1 < length {
        let field = try clip.flow(from: index, to: index + 1)
        for plane in [field.dx, field.dy] { flow.append(contentsOf: plane.map { Float16($0).bitPattern }) }
        visible.append(contentsOf: field.visible.map { $0 ? 1 : 0 })
      }
    }
    if kept != nil {
      let numbers = bytes(times.map { UInt16($0) })
      tensors.append(Tensor(name: "\(clip.id)/times", type: "U16", shape: [length], data: numbers))
    }
    tensors.append(
      Tensor(name: "\(clip.id)/frames", type: "U8", shape: [length, height, width, 3], data: frames))
    if contents.contains(.lineart) {
      tensors.append(
        Tensor(name: "\(clip.id)/lineart", type: "U8", shape: [length, height, width], data: lineart))
    }
    if contents.contains(.flow) {
      tensors.append(
        Tensor(
          name: "\(clip.id)/flow", type: "F16", shape: [length - 1, 2, height, width], data: bytes(flow)))
      tensors.append(
        Tensor(name: "\(clip.id)/visible", type: "U8", shape: [length - 1, height, width], data: visible))
    }
    if contents.contains(.parts) {
      tensors.append(
        Tensor(name: "\(clip.id)/groups", type: "U16", shape: [length, height, width], data: bytes(groups)))
      tensors.append(
        Tensor(name: "\(clip.id)/parts", type: "U16", shape: [length, height, width], data: bytes(parts)))
    }
  }

  private func bytes(_ values: [UInt16]) -> Data {
    values.map(\.littleEndian).withUnsafeBytes { Data($0) }
  }

  /// The file: length of the header, header, data. 16-bit tensors come first so that all are aligned to their type.
  private func encode(_ tensors: [Tensor], description: String) throws -> Data {
    let ordered = tensors.filter { $0.type != "U8" } + tensors.filter { $0.type == "U8" }
    var header: [String: HeaderEntry] = ["__metadata__": .metadata(["description": description])]
    var offset = 0
    for tensor in ordered {
      header[tensor.name] = .tensor(
        type: tensor.type, shape: tensor.shape, start: offset, end: offset + tensor.data.count)
      offset += tensor.data.count
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var head = try encoder.encode(header)
    while head.count % 8 != 0 { head.append(UInt8(ascii: " ")) }
    var file = Data(capacity: 8 + head.count + offset)
    withUnsafeBytes(of: UInt64(head.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(head)
    for tensor in ordered { file.append(tensor.data) }
    return file
  }

  private enum HeaderEntry: Codable {
    case metadata([String: String])
    case tensor(type: String, shape: [Int], start: Int, end: Int)

    private enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      guard fields.contains(.type) else {
        self = .metadata(try decoder.singleValueContainer().decode([String: String].self))
        return
      }
      let offsets = try fields.decode([Int].self, forKey: .offsets)
      self = .tensor(
        type: try fields.decode(String.self, forKey: .type),
        shape: try fields.decode([Int].self, forKey: .shape),
        start: offsets.first ?? 0, end: offsets.last ?? 0)
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .metadata(let values):
        var container = encoder.singleValueContainer()
        try container.encode(values)
      case .tensor(let type, let shape, let start, let end):
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(type, forKey: .type)
        try fields.encode(shape, forKey: .shape)
        try fields.encode([start, end], forKey: .offsets)
      }
    }
  }

  /// The description in a shard that is there and complete, or nil: another or damaged file is written anew.
  private func existingDescription(_ url: URL) throws -> String? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let file = try FileHandle(forReadingFrom: url)
    defer { try? file.close() }
    guard let prefix = try file.read(upToCount: 8), prefix.count == 8 else { return nil }
    let size = prefix.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
    guard size < 1 << 26, let head = try file.read(upToCount: Int(size)), head.count == Int(size),
      let header = try? JSONDecoder().decode([String: HeaderEntry].self, from: head),
      case .metadata(let metadata)? = header["__metadata__"]
    else { return nil }
    let end = header.values.reduce(0) { if case .tensor(_, _, _, let end) = $1 { max($0, end) } else { $0 } }
    return try file.seekToEnd() == 8 + size + UInt64(end) ? metadata["description"] : nil
  }
}
