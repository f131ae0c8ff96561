import EvalCore
import Foundation
import Media
import TestSupport

/// Reads the golden files of the metrics, whatever their sizes.
enum GoldenFiles {
  static func frame(_ path: String) throws -> Frame {
    try PNGFile.read(Goldens.metrics.appendingPathComponent(path))
  }

  static func path(_ path: String) -> String { Goldens.metrics.appendingPathComponent(path).path }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: Goldens.metrics.appendingPathComponent(path).path)
  }

  /// The JSON object at `path`.
  static func json<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    let data = try Data(contentsOf: Goldens.metrics.appendingPathComponent(path))
    return try JSONDecoder().decode(type, from: data)
  }

  /// The frames `clips/<clip>/<side>/NNN.png` in order.
  static func clip(_ clip: String, _ side: String) throws -> [Frame] {
    var frames: [Frame] = []
    while true {
      let path = "clips/\(clip)/\(side)/" + String(format: "%03d.png", frames.count)
      guard exists(path) else { return frames }
      frames.append(try frame(path))
    }
  }
}

/// A tensor of a safetensors file: shape and raw little-endian bytes.
struct GoldenTensor {
  let shape: [Int]
  let bytes: Data

  var int32: [Int32] { elements(UInt32.self).map { Int32(bitPattern: UInt32(littleEndian: $0)) } }
  var float32: [Float] { elements(UInt32.self).map { Float(bitPattern: UInt32(littleEndian: $0)) } }
  var uint8: [UInt8] { [UInt8](bytes) }

  private func elements<Element: FixedWidthInteger>(_: Element.Type) -> [Element] {
    var values = [Element](repeating: 0, count: bytes.count / MemoryLayout<Element>.size)
    _ = values.withUnsafeMutableBytes { bytes.copyBytes(to: $0) }
    return values
  }
}

/// A safetensors file: length of the header, JSON header, tensors.
struct GoldenTensors {
  private struct Entry: Decodable {
    let shape: [Int]
    let data_offsets: [Int]
  }
  private struct HeaderValue: Decodable {
    let entry: Entry?
    init(from decoder: any Decoder) throws {
      entry = decoder.codingPath.last?.stringValue == "__metadata__" ? nil : try Entry(from: decoder)
    }
  }

  private let entries: [String: Entry]
  private let body: Data

  init(_ path: String) throws {
    let data = try Data(contentsOf: Goldens.metrics.appendingPathComponent(path))
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONDecoder().decode([String: HeaderValue].self, from: data.dropFirst(8).prefix(length))
    entries = header.compactMapValues(\.entry)
    body = Data(data.dropFirst(8 + length))
  }

  var names: [String] { entries.keys.sorted() }

  subscript(name: String) -> GoldenTensor? {
    entries[name].map {
      GoldenTensor(shape: $0.shape, bytes: body.subdata(in: $0.data_offsets[0]..<$0.data_offsets[1]))
    }
  }
}

/// A small reproducible generator (SplitMix64) for property tests.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func frame(_ width: Int, _ height: Int) -> Frame {
    Frame(
      width: width, height: height,
      rgb: (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &self) })
  }

  mutating func mask(_ width: Int, _ height: Int, density: Double) -> [UInt8] {
    (0..<width * height).map { _ in Double.random(in: 0..<1, using: &self) < density ? 1 : 0 }
  }
}
