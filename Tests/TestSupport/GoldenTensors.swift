public import Foundation

/// Arrays of a safetensors file written by the reference implementations; trusts the file, for tests only.
public struct GoldenTensors {
  private struct Entry: Decodable {
    var dtype: String
    var shape: [Int]
    var dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  private let entries: [String: Entry]
  private let data: [UInt8]

  /// Reads the file at `url`.
  public init(_ url: URL) throws {
    let bytes = [UInt8](try Data(contentsOf: url))
    let length = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = Data(bytes[8..<(8 + length)])
    var parts = try JSONSerialization.jsonObject(with: header) as? [String: Any] ?? [:]
    parts["__metadata__"] = nil
    let cleaned = try JSONSerialization.data(withJSONObject: parts)
    entries = try JSONDecoder().decode([String: Entry].self, from: cleaned)
    data = Array(bytes[(8 + length)...])
  }

  /// Names of the arrays, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Extents of an array, slowest axis first; empty when there is no such array.
  public func shape(_ name: String) -> [Int] { entries[name]?.shape ?? [] }

  /// An array's bytes; empty when there is no such array.
  public func bytes(_ name: String) -> [UInt8] {
    guard let entry = entries[name] else { return [] }
    return Array(data[entry.dataOffsets[0]..<entry.dataOffsets[1]])
  }

  /// A float32 array's values.
  public func floats(_ name: String) -> [Float] {
    let raw = bytes(name)
    return (0..<(raw.count / 4)).map { index in
      let bits = raw[(4 * index)..<(4 * index + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      return Float(bitPattern: bits)
    }
  }
}
