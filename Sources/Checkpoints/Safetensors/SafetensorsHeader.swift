internal import TensorCore

/// The header of a safetensors file and the tensors it places.
///
/// Source: the format description of the safetensors project. The header is a JSON object behind its 64-bit
/// length, at most 100 MB; the tensors' byte ranges must cover the rest of the file in order, without holes
/// or overlaps.
struct SafetensorsHeader {
  /// The official bound on the header.
  static let byteLimit = 100_000_000

  /// Names and tensors in file order.
  let tensors: [(String, StoredTensor)]
  /// The `__metadata__` pairs.
  let metadata: [String: String]

  private struct Item {
    let name: String
    let scalarType: ScalarType
    let shape: [Int]
    let offsets: Range<Int>
  }

  /// Reads and checks the header of `file`.
  init(_ file: MappedFile) throws(CheckpointError) {
    var cursor = file.cursor(in: 0..<file.byteCount, of: "the safetensors header")
    let announced = try cursor.take(UInt64.self)
    guard announced <= UInt64(Self.byteLimit) else {
      throw .tooLarge(
        file: file.name, what: "the header's byte count", found: Int(clamping: announced),
        limit: Self.byteLimit)
    }
    let headerRange = try cursor.take(Int(announced))
    var scanner = JSONScanner(file: file, range: headerRange, what: "the safetensors header")
    var metadata: [String: String] = [:]
    var items: [Item] = []
    try scanner.object { name, scanner throws(CheckpointError) in
      if name == "__metadata__" {
        try scanner.object { key, scanner throws(CheckpointError) in metadata[key] = try scanner.string() }
      } else {
        items.append(try Self.item(name, &scanner, file))
      }
    }
    try scanner.finish()
    items.sort {
      ($0.offsets.lowerBound, $0.offsets.upperBound) < ($1.offsets.lowerBound, $1.offsets.upperBound)
    }
    let data = cursor.position..<file.byteCount
    try Self.checkCoverage(items, byteCount: data.count, file)
    var tensors: [(String, StoredTensor)] = []
    tensors.reserveCapacity(items.count)
    for item in items {
      let range = (data.lowerBound + item.offsets.lowerBound)..<(data.lowerBound + item.offsets.upperBound)
      let tensor = try StoredTensor(
        item.scalarType, shape: item.shape, at: range, of: file, what: "tensor '\(item.name)'")
      tensors.append((item.name, tensor))
    }
    self.tensors = tensors
    self.metadata = metadata
  }

  private static func item(
    _ name: String, _ scanner: inout JSONScanner, _ file: MappedFile
  ) throws(CheckpointError) -> Item {
    var scalarType: ScalarType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { key, scanner throws(CheckpointError) in
      switch key {
      case "dtype": scalarType = try self.scalarType(scanner.string(), of: name, file)
      case "shape": shape = try scanner.integers()
      case "data_offsets": offsets = try scanner.integers()
      default: throw scanner.malformed("unknown field '\(key)' of tensor '\(name)'")
      }
    }
    guard let scalarType, let shape, let offsets else {
      throw scanner.malformed("tensor '\(name)' lacks one of dtype, shape and data_offsets")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw scanner.malformed("tensor '\(name)' has the data_offsets \(offsets), expected [begin, end]")
    }
    return Item(name: name, scalarType: scalarType, shape: shape, offsets: offsets[0]..<offsets[1])
  }

  private static func scalarType(
    _ text: String, of name: String, _ file: MappedFile
  ) throws(CheckpointError) -> ScalarType {
    guard let type = SafetensorsTypeName.types[text] else {
      let known = SafetensorsTypeName.types.keys.sorted().joined(separator: ", ")
      throw .unsupported(
        file: file.name, found: "dtype '\(text)' of tensor '\(name)'", fix: "convert it to one of \(known)")
    }
    return type
  }

  private static func checkCoverage(
    _ items: [Item], byteCount: Int, _ file: MappedFile
  ) throws(CheckpointError) {
    var end = 0
    for item in items {
      guard item.offsets.lowerBound == end else {
        let fault = item.offsets.lowerBound < end ? "overlaps its neighbour" : "leaves a hole before it"
        throw .malformed(
          file: file.name,
          what:
            "tensor '\(item.name)' begins at byte \(item.offsets.lowerBound), expected \(end): it \(fault)")
      }
      end = item.offsets.upperBound
    }
    guard end <= byteCount else {
      throw .truncated(file: file.name, what: "the tensor data", needed: end, available: byteCount)
    }
    guard end == byteCount else {
      throw .malformed(
        file: file.name, what: "\(byteCount - end) bytes behind the last tensor belong to none")
    }
  }
}

/// The names safetensors gives to element types.
enum SafetensorsTypeName {
  /// Types by name.
  static let types: [String: ScalarType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64, "I32": .int32,
    "I16": .int16, "I8": .int8, "U8": .uint8, "BOOL": .bool,
  ]

  /// The name of a type.
  static func name(of type: ScalarType) -> String {
    switch type {
    case .float64: "F64"
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }
}
