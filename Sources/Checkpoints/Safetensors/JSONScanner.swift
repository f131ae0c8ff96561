internal import TensorCore

/// Reads the part of JSON that safetensors headers use: objects, strings and lists of non-negative integers.
///
/// It never recurses on the input's demand and refuses duplicate keys, which the format forbids and general
/// parsers accept silently.
struct JSONScanner {
  private var cursor: ByteCursor
  private let file: MappedFile
  private let what: String

  /// A scanner over the bytes at `range`.
  init(file: MappedFile, range: Range<Int>, what: String) {
    cursor = file.cursor(in: range, of: what)
    self.file = file
    self.what = what
  }

  /// An error at the current position.
  func malformed(_ found: String) -> CheckpointError {
    .malformed(file: file.name, what: "\(what), byte \(cursor.position): \(found)")
  }

  /// Reads an object; `member` must read the value of each key.
  mutating func object(
    _ member: (String, inout JSONScanner) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    var keys: Set<String> = []
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try string()
      guard keys.insert(key).inserted else { throw malformed("the key '\(key)' occurs twice") }
      try expect(":")
      try member(key, &self)
    } while accept(",")
    try expect("}")
  }

  /// Reads a list of non-negative integers.
  mutating func integers() throws(CheckpointError) -> [Int] {
    var values: [Int] = []
    try expect("[")
    if accept("]") { return values }
    repeat { values.append(try integer()) } while accept(",")
    try expect("]")
    return values
  }

  /// Reads a string.
  mutating func string() throws(CheckpointError) -> String {
    try expect("\"")
    var bytes: [UInt8] = []
    while true {
      let byte = try cursor.take(UInt8.self)
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw malformed("text is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"):
        bytes.append(contentsOf: try escape())
      case 0..<0x20:
        throw malformed("a control character inside a string")
      default:
        bytes.append(byte)
      }
    }
  }

  /// Requires that only white space follows.
  mutating func finish() throws(CheckpointError) {
    skipSpace()
    guard cursor.remaining == 0 else { throw malformed("text behind the object") }
  }

  private mutating func integer() throws(CheckpointError) -> Int {
    skipSpace()
    var value = 0
    var digits = 0
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (shifted, shiftOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = shifted.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !shiftOverflow, !sumOverflow else { throw malformed("a number above \(Int.max)") }
      value = sum
      digits += 1
      cursor.position += 1
    }
    guard digits > 0 else { throw malformed("expected a non-negative integer") }
    return value
  }

  private mutating func escape() throws(CheckpointError) -> [UInt8] {
    let byte = try cursor.take(UInt8.self)
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(CheckpointError) -> [UInt8] {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return Array(String(scalar).utf8) }
    let slash = try cursor.take(UInt8.self)
    let letter = try cursor.take(UInt8.self)
    guard slash == UInt8(ascii: "\\"), letter == UInt8(ascii: "u") else {
      throw malformed("half a surrogate pair")
    }
    let second = try hexadecimal()
    guard (0xD800..<0xDC00).contains(first), (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00))
    else { throw malformed("half a surrogate pair") }
    return Array(String(scalar).utf8)
  }

  private mutating func hexadecimal() throws(CheckpointError) -> UInt16 {
    let digits = try cursor.take(4)
    var value: UInt16 = 0
    for byte in file.storage.bytes[digits] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("an invalid \\u escape")
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private func peek() -> UInt8? { cursor.remaining > 0 ? file.storage.bytes[cursor.position] : nil }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || (9...10).contains(byte) || byte == 13 { cursor.position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek() == UInt8(ascii: character) else { return false }
    cursor.position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(CheckpointError) {
    guard accept(character) else {
      let found = peek().map { "'\(Character(Unicode.Scalar($0)))'" } ?? "the end"
      throw malformed("expected '\(character)', found \(found)")
    }
  }
}
