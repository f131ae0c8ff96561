public import Foundation
public import TensorCore

/// Writes safetensors files.
public enum SafetensorsWriter {
  /// Writes `tensors` and the `metadata` pairs to `url`, replacing a file that is there only when all is
  /// written.
  ///
  /// The same names and values always give the same bytes: tensors lie in order of falling element size,
  /// then name, which keeps each aligned to its element size. A tensor is loaded, written and released one
  /// after the other.
  /// - Parameters:
  ///   - names: names of the tensors to write, all different.
  ///   - describe: element type and shape of a tensor, asked before anything is written.
  ///   - load: the tensor; it must be as described.
  public static func write(
    names: [String], metadata: [String: String] = [:], to url: URL,
    describe: (String) throws(CheckpointError) -> (scalarType: ScalarType, shape: [Int]),
    load: (String) throws(CheckpointError) -> WeightTensor
  ) throws(CheckpointError) {
    var items: [Item] = []
    for name in names {
      let description = try describe(name)
      items.append(Item(name: name, scalarType: description.scalarType, shape: description.shape))
    }
    items.sort { (-$0.scalarType.byteCount, $0.name) < (-$1.scalarType.byteCount, $1.name) }
    guard Set(names).count == names.count, !names.contains("__metadata__") else {
      throw .unwritable(file: url.relativePath, reason: "tensor names must differ and not be '__metadata__'")
    }
    let file = try OutputFile(url)
    try file.write(headerBytes(items, metadata))
    for item in items {
      let weight = try load(item.name)
      precondition(
        weight.scalarType == item.scalarType && weight.shape == item.shape,
        "tensor '\(item.name)' is not as described")
      try weight.withUnsafeBytes { bytes throws(CheckpointError) in try file.write(bytes) }
    }
    try file.finish()
  }

  /// Writes tensors at hand; see `write(names:metadata:to:describe:load:)`.
  public static func write(
    _ tensors: [String: WeightTensor], metadata: [String: String] = [:], to url: URL
  ) throws(CheckpointError) {
    func weight(_ name: String) throws(CheckpointError) -> WeightTensor {
      guard let weight = tensors[name] else {
        throw .missingTensor(file: url.relativePath, name: name, nearest: nil)
      }
      return weight
    }
    try write(names: Array(tensors.keys), metadata: metadata, to: url) { name throws(CheckpointError) in
      let found = try weight(name)
      return (found.scalarType, found.shape)
    } load: { name throws(CheckpointError) in
      try weight(name)
    }
  }

  private struct Item {
    let name: String
    let scalarType: ScalarType
    let shape: [Int]
    var byteCount: Int { shape.reduce(1, *) * scalarType.byteCount }
  }

  /// The header's length and the JSON object, padded with spaces so that the data behind it begins at a
  /// multiple of 8.
  private static func headerBytes(_ items: [Item], _ metadata: [String: String]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for item in items {
      let end = offset + item.byteCount
      let shape = item.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(item.name)):{\"dtype\":\"\(SafetensorsTypeName.name(of: item.scalarType))\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var bytes = Array("{\(members.joined(separator: ","))}".utf8)
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) }
    return length + bytes
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
