internal import Foundation
internal import TensorCore

/// A file mapped for reading, and the name messages give it.
struct MappedFile: Sendable {
  /// The path as the user gave it.
  let name: String
  /// The whole file.
  let storage: TensorStorage

  /// Maps the file at `url`.
  init(_ url: URL) throws(CheckpointError) {
    let name = url.relativePath
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: name, reason: lastSystemError()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: name, reason: lastSystemError()) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: name, reason: "it is not a regular file")
    }
    guard let storage = TensorStorage(mapping: descriptor, byteCount: Int(status.st_size)) else {
      throw .unreadable(file: name, reason: lastSystemError())
    }
    self.init(name: name, storage: storage)
  }

  /// A file whose bytes are already at hand.
  init(name: String, storage: TensorStorage) {
    self.name = name
    self.storage = storage
  }

  /// Number of bytes.
  var byteCount: Int { storage.byteCount }

  /// A cursor over part of the file.
  func cursor(in range: Range<Int>, of what: String) -> ByteCursor {
    ByteCursor(file: self, what: what, position: range.lowerBound, end: range.upperBound)
  }

  /// The text of a range that must be UTF-8.
  func text(_ range: Range<Int>, what: String) throws(CheckpointError) -> String {
    let bytes = UnsafeRawBufferPointer(rebasing: storage.bytes[range])
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(file: name, what: "\(what) is not UTF-8")
    }
    return text
  }
}

/// The system's text for `errno`, in lower case as all messages.
func lastSystemError() -> String { String(cString: strerror(errno)).lowercased() }

/// Reads little-endian numbers one after the other and never past `end`.
struct ByteCursor {
  /// The file read.
  let file: MappedFile
  /// What is being read, for messages.
  let what: String
  /// Offset in the file of the next byte.
  var position: Int
  /// Offset in the file of the first byte that must not be read.
  let end: Int

  /// Number of bytes left.
  var remaining: Int { end - position }

  /// Takes `count` bytes and returns where they lie.
  mutating func take(_ count: Int) throws(CheckpointError) -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw .truncated(file: file.name, what: what, needed: count, available: remaining)
    }
    defer { position += count }
    return position..<(position + count)
  }

  /// Takes one number.
  mutating func take<Number: FixedWidthInteger>(_: Number.Type) throws(CheckpointError) -> Number {
    let range = try take(MemoryLayout<Number>.size)
    let value = file.storage.bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self)
    return Number(littleEndian: value)
  }

  /// Takes a 64-bit size, which must fit the rest of the file.
  mutating func takeSize() throws(CheckpointError) -> Int {
    let size = try take(UInt64.self)
    guard let count = Int(exactly: size), count <= remaining else {
      throw .truncated(
        file: file.name, what: what, needed: Int(clamping: size), available: remaining)
    }
    return count
  }

  /// Takes the bytes up to the next line feed, which is skipped.
  mutating func takeLine() throws(CheckpointError) -> Range<Int> {
    let rest = file.storage.bytes[position..<end]
    guard let lineFeed = rest.firstIndex(of: 10) else {
      throw .truncated(file: file.name, what: what, needed: remaining + 1, available: remaining)
    }
    defer { position = lineFeed + 1 }
    return position..<lineFeed
  }
}
