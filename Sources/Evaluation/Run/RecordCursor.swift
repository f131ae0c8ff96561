internal import Foundation

/// Walks over the JSON of a record without building a tree: a run has thousands of records, most of which is numbers.
///
/// Throws `Fault` where the text is not what the caller expects; records are sealed, so that a fault means another
/// version or a damaged file.
struct RecordCursor {
  /// The text is not what was expected at a byte.
  struct Fault: Error {
    let place: Int
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  /// Values nested deeper than this are nobody's record.
  private static let deepest = 64

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Whether nothing but blanks is left.
  mutating func isAtEnd() -> Bool {
    skipBlanks()
    return place == bytes.count
  }

  /// Calls `member` at the value of every key; it must consume the value.
  mutating func object(_ member: (_ key: String, _ cursor: inout RecordCursor) throws -> Void) throws {
    try take(UInt8(ascii: "{"))
    if skips(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      try take(UInt8(ascii: ":"))
      try member(key, &self)
    } while skips(UInt8(ascii: ","))
    try take(UInt8(ascii: "}"))
  }

  /// Calls `element` at every element; it must consume it.
  mutating func array(_ element: (_ cursor: inout RecordCursor) throws -> Void) throws {
    try take(UInt8(ascii: "["))
    if skips(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while skips(UInt8(ascii: ","))
    try take(UInt8(ascii: "]"))
  }

  /// A number.
  mutating func number() throws -> Double {
    skipBlanks()
    let start = place
    while place < bytes.count, Self.isOfNumber(bytes[place]) { place += 1 }
    // The value ends where the text does: a sealed record ends with a brace, so something stops the conversion.
    guard place > start, place < bytes.count, let base = bytes.baseAddress else { throw Fault(place: start) }
    var end: UnsafeMutablePointer<CChar>?
    let value = (base + start).withMemoryRebound(to: CChar.self, capacity: bytes.count - start) {
      text -> Double? in
      let value = strtod(text, &end)
      return end == UnsafeMutablePointer(mutating: text + (place - start)) ? value : nil
    }
    guard let value else { throw Fault(place: start) }
    return value
  }

  /// A number, or nil for `null`.
  mutating func optionalNumber() throws -> Double? {
    skipBlanks()
    return try skipsWord("null") ? nil : number()
  }

  /// A whole number.
  mutating func integer() throws -> Int {
    let start = place
    guard let value = Int(exactly: try number()) else { throw Fault(place: start) }
    return value
  }

  /// A string, escapes resolved.
  mutating func string() throws -> String {
    try take(UInt8(ascii: "\""))
    let start = place
    while place < bytes.count, bytes[place] != UInt8(ascii: "\""), bytes[place] != UInt8(ascii: "\\") {
      place += 1
    }
    guard place < bytes.count else { throw Fault(place: start) }
    if bytes[place] == UInt8(ascii: "\"") {
      defer { place += 1 }
      return String(decoding: bytes[start..<place], as: UTF8.self)
    }
    // Escapes are rare: the library resolves them.
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard place < bytes.count else { throw Fault(place: start) }
    defer { place += 1 }
    let literal = Data([UInt8(ascii: "\"")] + bytes[start..<place] + [UInt8(ascii: "\"")])
    do {
      return try JSONDecoder().decode(String.self, from: literal)
    } catch { throw Fault(place: start) }
  }

  /// Steps over any value.
  mutating func skip(depth: Int = 0) throws {
    skipBlanks()
    guard depth < Self.deepest, place < bytes.count else { throw Fault(place: place) }
    switch bytes[place] {
    case UInt8(ascii: "{"): try object { _, cursor in try cursor.skip(depth: depth + 1) }
    case UInt8(ascii: "["): try array { cursor in try cursor.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    default:
      if try skipsWord("null") || skipsWord("true") || skipsWord("false") { return }
      _ = try number()
    }
  }

  // MARK: - Bytes

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")]
        .contains(byte)
  }

  private mutating func skipBlanks() {
    while place < bytes.count,
      bytes[place] == 0x20 || bytes[place] == 0x0A || bytes[place] == 0x09 || bytes[place] == 0x0D
    {
      place += 1
    }
  }

  private mutating func take(_ byte: UInt8) throws {
    skipBlanks()
    guard place < bytes.count, bytes[place] == byte else { throw Fault(place: place) }
    place += 1
  }

  private mutating func skips(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func skipsWord(_ word: StaticString) throws -> Bool {
    guard let base = bytes.baseAddress, bytes.count - place >= word.utf8CodeUnitCount,
      memcmp(base + place, word.utf8Start, word.utf8CodeUnitCount) == 0
    else { return false }
    place += word.utf8CodeUnitCount
    return true
  }
}
