internal import TensorCore

/// The header of a NumPy `.npy` file: a Python dictionary literal in a fixed form.
///
/// Source: NumPy Enhancement Proposal 1, versions 1.0 to 3.0.
struct NpyHeader {
  /// Bound on the header; NumPy itself refuses more than 10,000 characters.
  static let byteLimit = 65_535

  /// Element type.
  let scalarType: ScalarType
  /// Sizes and strides; column-major files have rising strides.
  let layout: StridedLayout
  /// Number of bytes before the elements.
  let byteCount: Int

  /// Types by NumPy's names, without byte order.
  static let scalarTypes: [String: ScalarType] = [
    "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16, "i1": .int8,
    "u1": .uint8, "b1": .bool, "bfloat16": .bfloat16,
  ]

  /// The tensor of a file that is one array.
  static func tensor(_ file: MappedFile) throws(CheckpointError) -> StoredTensor {
    try tensor(in: 0..<file.byteCount, of: file, what: "the array")
  }

  /// The tensor of an array that lies uncompressed at `range`.
  static func tensor(
    in range: Range<Int>, of file: MappedFile, what: String
  ) throws(CheckpointError) -> StoredTensor {
    let header = try NpyHeader(file, in: range, what: what)
    let data = (range.lowerBound + header.byteCount)..<range.upperBound
    let needed = (Shape.elementCount(header.layout.shape) ?? 0) * header.scalarType.byteCount
    guard data.count >= needed else {
      throw .truncated(file: file.name, what: what, needed: needed, available: data.count)
    }
    guard data.count == needed else {
      throw .malformed(file: file.name, what: "\(data.count - needed) bytes follow the elements of \(what)")
    }
    return try StoredTensor(
      header.scalarType, header.layout, elementOffset: 0, in: data, of: file, what: what)
  }

  /// Strides of an array that is contiguous in one of the two orders; the shape's element count must be
  /// known to fit.
  static func layout(_ shape: [Int], isColumnMajor: Bool) -> StridedLayout {
    guard isColumnMajor else { return StridedLayout(shape: shape, strides: Shape.rowMajorStrides(shape)) }
    let reversed = Shape.rowMajorStrides(shape.reversed())
    return StridedLayout(shape: shape, strides: reversed.reversed())
  }

  /// Reads the header at the start of `range`.
  init(_ file: MappedFile, in range: Range<Int>, what: String) throws(CheckpointError) {
    var cursor = file.cursor(in: range, of: "the header of \(what)")
    let magic = try cursor.take(6)
    guard file.storage.bytes[magic].elementsEqual([0x93] + Array("NUMPY".utf8)) else {
      throw .malformed(file: file.name, what: "\(what) does not begin as an npy file")
    }
    let version = try cursor.take(UInt8.self)
    _ = try cursor.take(UInt8.self)
    guard (1...3).contains(version) else {
      throw .unsupported(file: file.name, found: "npy version \(version)", fix: "save it with numpy.save")
    }
    let length = version == 1 ? Int(try cursor.take(UInt16.self)) : Int(try cursor.take(UInt32.self))
    guard length <= Self.byteLimit else {
      throw .tooLarge(file: file.name, what: "the header of \(what)", found: length, limit: Self.byteLimit)
    }
    let text = try file.text(cursor.take(length), what: "the header of \(what)")
    var literal = PythonLiteral(text, file: file, what: what)
    let fields = try literal.arrayDescription()
    guard Shape.elementCount(fields.shape).map({ $0 <= Int.max / 16 }) ?? false, fields.shape.count <= 32
    else {
      throw .malformed(file: file.name, what: "\(what) has the impossible shape \(Shape.text(fields.shape))")
    }
    scalarType = try Self.scalarType(fields.type, file, what)
    layout = Self.layout(fields.shape, isColumnMajor: fields.isColumnMajor)
    byteCount = cursor.position - range.lowerBound
  }

  private static func scalarType(
    _ text: String, _ file: MappedFile, _ what: String
  ) throws(CheckpointError) -> ScalarType {
    let order = text.first
    guard let type = scalarTypes[String(text.dropFirst())],
      order == "<" || (order == "|" && type.byteCount == 1)
    else {
      throw .unsupported(
        file: file.name, found: "the NumPy type '\(text.prefix(40))' of \(what)",
        fix: "save it as little-endian float32 or float16")
    }
    return type
  }
}

/// Reads the literal `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
struct PythonLiteral {
  private var rest: Substring.UnicodeScalarView
  private let file: MappedFile
  private let what: String

  /// A reader at the start of `text`.
  init(_ text: String, file: MappedFile, what: String) {
    rest = Substring(text).unicodeScalars
    self.file = file
    self.what = what
  }

  /// Type, order and shape.
  mutating func arrayDescription() throws(CheckpointError) -> (
    type: String, isColumnMajor: Bool, shape: [Int]
  ) {
    var type: String?
    var isColumnMajor: Bool?
    var shape: [Int]?
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr": type = try string()
      case "fortran_order": isColumnMajor = try boolean()
      case "shape": shape = try integers()
      default: throw malformed("the unknown key '\(key.prefix(40))'")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    guard let type, let isColumnMajor, let shape else {
      throw malformed("one of descr, fortran_order and shape is missing")
    }
    return (type, isColumnMajor, shape)
  }

  private func malformed(_ found: String) -> CheckpointError {
    .malformed(file: file.name, what: "the header of \(what): \(found)")
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" } }

  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(CheckpointError) {
    guard accept(scalar) else { throw malformed("expected '\(scalar)'") }
  }

  private mutating func string() throws(CheckpointError) -> String {
    skipSpace()
    guard let quote = rest.popFirst(), quote == "'" || quote == "\"", let end = rest.firstIndex(of: quote)
    else {
      throw malformed("expected a string; structured types are not weights")
    }
    defer { rest = rest[rest.index(after: end)...] }
    return String(rest[..<end])
  }

  private mutating func boolean() throws(CheckpointError) -> Bool {
    skipSpace()
    let word = rest.prefix { $0.properties.isAlphabetic }
    rest = rest.dropFirst(word.count)
    switch String(word) {
    case "True": return true
    case "False": return false
    default: throw malformed("expected True or False")
    }
  }

  private mutating func integers() throws(CheckpointError) -> [Int] {
    var values: [Int] = []
    try expect("(")
    while !accept(")") {
      skipSpace()
      let digits = rest.prefix { ("0"..."9").contains($0) }
      guard let value = Int(String(digits)) else { throw malformed("expected a size below 2^63") }
      values.append(value)
      rest = rest.dropFirst(digits.count)
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return values
  }
}
