internal import Foundation

/// Reads JSON with comments (`//` and `/* */`) and trailing commas, and knows where everything stands.
///
/// Stricter than the parsers at hand in what matters for files that people edit: a key that stands twice is
/// an error, and every error has a line and a column. Nesting is limited, so that no input exhausts the
/// stack.
struct JSONParser {
  /// Objects and lists inside one another.
  static let deepestNesting = 100

  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0
  /// The key path whose place is sought, and the byte where its key or element begins.
  private let wanted: String?
  private var wantedIndex: Int?

  /// What is wrong, and at which byte.
  struct Fault: Error {
    let offset: Int
    let detail: String
  }

  private init(_ data: Data, wanted: String? = nil) {
    bytes = [UInt8](data)
    self.wanted = wanted
  }

  /// The document in `data`; throws `Fault`.
  static func parse(_ data: Data) throws(Fault) -> JSONValue {
    var parser = JSONParser(data)
    return try parser.document()
  }

  /// Line and column, both from 1, of the byte at `offset`; columns count characters.
  static func place(of offset: Int, in data: Data) -> (line: Int, column: Int) {
    let head = data.prefix(offset)
    let line = head.count { $0 == 0x0A } + 1
    let lineStart = head.lastIndex(of: 0x0A).map { $0 + 1 } ?? head.startIndex
    let column = String(decoding: head[lineStart...], as: UTF8.self).count + 1
    return (line, column)
  }

  /// Where the member or element with this key path begins, for example `clips[3].count`; nil when there is
  /// none.
  static func place(of keyPath: String, in data: Data) -> (line: Int, column: Int)? {
    var parser = JSONParser(data, wanted: keyPath)
    // A document that does not parse may still hold the place sought before its fault.
    do { _ = try parser.document() } catch { return parser.wantedIndex.map { place(of: $0, in: data) } }
    return parser.wantedIndex.map { place(of: $0, in: data) }
  }

  private mutating func document() throws(Fault) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    try skipSpace()
    let value = try value(path: "")
    try skipSpace()
    guard index == bytes.count else { throw fault("something follows the document's end") }
    return value
  }

  private func fault(_ detail: String, at offset: Int? = nil) -> Fault {
    Fault(offset: offset ?? index, detail: detail)
  }

  private var here: UInt8? { index < bytes.count ? bytes[index] : nil }

  private var found: String {
    guard let here else { return "the end of the file" }
    return (33...126).contains(here) ? "'\(Character(UnicodeScalar(here)))'" : "byte \(here)"
  }

  private mutating func skipSpace() throws(Fault) {
    while let byte = here {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case UInt8(ascii: "/"): try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(Fault) {
    let start = index
    guard index + 1 < bytes.count else { throw fault("found '/', expected a value") }
    switch bytes[index + 1] {
    case UInt8(ascii: "/"):
      while let byte = here, byte != 0x0A { index += 1 }
    case UInt8(ascii: "*"):
      index += 2
      while index + 1 < bytes.count,
        bytes[index] != UInt8(ascii: "*") || bytes[index + 1] != UInt8(ascii: "/")
      {
        index += 1
      }
      guard index + 1 < bytes.count else { throw fault("a comment that begins here has no end", at: start) }
      index += 2
    default: throw fault("found '/', expected a value")
    }
  }

  private mutating func value(path: String) throws(Fault) -> JSONValue {
    switch here {
    case UInt8(ascii: "{"): return .object(try object(path: path))
    case UInt8(ascii: "["): return .array(try array(path: path))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case let byte? where byte == UInt8(ascii: "-") || (48...57).contains(byte): return .number(try number())
    default: throw fault("found \(found), expected a value")
    }
  }

  private mutating func enter() throws(Fault) {
    depth += 1
    guard depth <= Self.deepestNesting else {
      throw fault("nested deeper than \(Self.deepestNesting) levels")
    }
    index += 1
  }

  private mutating func object(path: String) throws(Fault) -> [String: JSONValue] {
    try enter()
    defer { depth -= 1 }
    var members: [String: JSONValue] = [:]
    while true {
      try skipSpace()
      if here == UInt8(ascii: "}") {
        index += 1
        return members
      }
      guard here == UInt8(ascii: "\"") else {
        throw fault("found \(found), expected a key in double quotes or '}'")
      }
      let start = index
      let key = try string()
      guard members[key] == nil else {
        throw fault("key '\(key.prefix(80))' stands twice; keep one", at: start)
      }
      let memberPath = wanted == nil ? "" : path.isEmpty ? key : "\(path).\(key)"
      if memberPath == wanted, wantedIndex == nil { wantedIndex = start }
      try skipSpace()
      guard here == UInt8(ascii: ":") else { throw fault("found \(found), expected ':' behind the key") }
      index += 1
      try skipSpace()
      members[key] = try value(path: memberPath)
      try endElement(closing: UInt8(ascii: "}"))
    }
  }

  private mutating func array(path: String) throws(Fault) -> [JSONValue] {
    try enter()
    defer { depth -= 1 }
    var elements: [JSONValue] = []
    while true {
      try skipSpace()
      if here == UInt8(ascii: "]") {
        index += 1
        return elements
      }
      let elementPath = wanted == nil ? "" : "\(path)[\(elements.count)]"
      if elementPath == wanted, wantedIndex == nil { wantedIndex = index }
      elements.append(try value(path: elementPath))
      try endElement(closing: UInt8(ascii: "]"))
    }
  }

  /// A comma, or the closing bracket, which stays.
  private mutating func endElement(closing: UInt8) throws(Fault) {
    try skipSpace()
    if here == UInt8(ascii: ",") {
      index += 1
    } else if here != closing {
      throw fault("found \(found), expected ',' or '\(Character(UnicodeScalar(closing)))'")
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(Fault) -> JSONValue {
    guard bytes[index...].starts(with: text.utf8) else { throw fault("expected '\(text)'") }
    index += text.utf8.count
    return value
  }

  private mutating func digits() throws(Fault) {
    guard let byte = here, (48...57).contains(byte) else { throw fault("found \(found), expected a digit") }
    while let byte = here, (48...57).contains(byte) { index += 1 }
  }

  private mutating func number() throws(Fault) -> Double {
    let start = index
    if here == UInt8(ascii: "-") { index += 1 }
    let first = index
    try digits()
    guard bytes[first] != UInt8(ascii: "0") || index == first + 1 else {
      throw fault("a number begins with 0", at: start)
    }
    if here == UInt8(ascii: ".") {
      index += 1
      try digits()
    }
    if here == UInt8(ascii: "e") || here == UInt8(ascii: "E") {
      index += 1
      if here == UInt8(ascii: "+") || here == UInt8(ascii: "-") { index += 1 }
      try digits()
    }
    guard let number = Double(String(decoding: bytes[start..<index], as: UTF8.self)), number.isFinite else {
      throw fault("a number beyond the range of double precision", at: start)
    }
    return number
  }

  private mutating func string() throws(Fault) -> String {
    let start = index
    index += 1
    var content: [UInt8] = []
    while let byte = here {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw fault("a string that is not UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &content)
      case 0..<0x20: throw fault("found \(found) inside a string, expected the closing quote or an escape")
      default:
        content.append(byte)
        index += 1
      }
    }
    throw fault("a string that begins here has no closing quote", at: start)
  }

  private mutating func escape(into content: inout [UInt8]) throws(Fault) {
    index += 1
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
      UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]
    if let byte = here, let character = plain[byte] {
      content.append(character)
      index += 1
      return
    }
    guard here == UInt8(ascii: "u") else {
      throw fault("found \(found) behind '\\', expected an escape of JSON")
    }
    let start = index - 1
    var code = UInt32(try codeUnit())
    if (0xD800..<0xDC00).contains(code), bytes[index...].starts(with: Array("\\u".utf8)) {
      index += 1
      let low = UInt32(try codeUnit())
      guard (0xDC00..<0xE000).contains(low) else { throw fault("half a character in \\u escapes", at: start) }
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
    }
    guard let scalar = UnicodeScalar(code) else { throw fault("half a character in \\u escapes", at: start) }
    content += Array(String(Character(scalar)).utf8)
  }

  /// The four hexadecimal digits behind `u`.
  private mutating func codeUnit() throws(Fault) -> UInt16 {
    let digits = bytes[(index + 1)...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw fault("expected four hexadecimal digits behind '\\u'") }
    index += 5
    return unit
  }
}
