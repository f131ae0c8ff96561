internal import CZlib
internal import TensorCore

/// One file of a zip archive.
struct ZipEntry: Sendable {
  /// Its path in the archive.
  let name: String
  /// Where its stored bytes lie in the archive.
  let range: Range<Int>
  /// Number of bytes when unpacked.
  let byteCount: Int
  /// CRC-32 of the unpacked bytes.
  let checksum: UInt32
  /// Whether the bytes are deflated; otherwise they are stored as they are.
  let isDeflated: Bool
}

/// The directory of a zip archive with stored or deflated entries, 64-bit sizes included.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.9, sections 4.3 and 4.5.3. Entries are taken from the central directory
/// alone; each must agree with its local header in name and lie inside the archive, and none may overlap
/// another.
struct ZipArchive {
  /// A bound on the directory; a checkpoint has one entry per tensor.
  static let entryLimit = 1 << 20

  /// The archive.
  let file: MappedFile
  /// Its files, in the directory's order.
  let entries: [ZipEntry]

  private struct Directory {
    var entryCount: Int
    var range: Range<Int>
  }

  /// Reads and checks the directory of `file`.
  init(_ file: MappedFile) throws(CheckpointError) {
    let directory = try Self.findDirectory(file)
    guard directory.entryCount <= Self.entryLimit else {
      throw .tooLarge(
        file: file.name, what: "the archive's entry count", found: directory.entryCount,
        limit: Self.entryLimit)
    }
    var cursor = file.cursor(in: directory.range, of: "the zip directory")
    var entries: [ZipEntry] = []
    for _ in 0..<directory.entryCount {
      entries.append(try Self.entry(&cursor, directoryStart: directory.range.lowerBound))
    }
    try Self.checkOverlaps(entries, file)
    self.file = file
    self.entries = entries
  }

  /// The entry named `name`.
  func entry(named name: String) -> ZipEntry? { entries.first { $0.name == name } }

  // MARK: - Directory

  private static func findDirectory(_ file: MappedFile) throws(CheckpointError) -> Directory {
    let endRecordSize = 22
    let commentLimit = 65_535
    let bytes = file.storage.bytes
    let latest = file.byteCount - endRecordSize
    let earliest = max(0, latest - commentLimit)
    var position = latest
    while position >= earliest {
      if bytes[position] == 0x50, load(bytes, position, UInt32.self) == 0x0605_4B50 {
        return try directory(endRecord: position, file)
      }
      position -= 1
    }
    throw .malformed(
      file: file.name, what: "the zip archive has no directory at its end; it may be truncated")
  }

  private static func directory(endRecord: Int, _ file: MappedFile) throws(CheckpointError) -> Directory {
    var record = file.cursor(in: endRecord..<file.byteCount, of: "the end of the zip directory")
    _ = try record.take(4)
    let disks = try (record.take(UInt16.self), record.take(UInt16.self))
    let counts = try (record.take(UInt16.self), record.take(UInt16.self))
    let size = try record.take(UInt32.self)
    let offset = try record.take(UInt32.self)
    let needsWideRecord = counts.1 == .max || size == .max || offset == .max
    let locator = endRecord - 20
    if needsWideRecord, locator >= 0, load(file.storage.bytes, locator, UInt32.self) == 0x0706_4B50 {
      return try wideDirectory(locator: locator, file)
    }
    guard disks == (0, 0), counts.0 == counts.1 else {
      throw .unsupported(
        file: file.name, found: "a zip archive in several parts", fix: "join the parts first")
    }
    return try checked(Int(counts.1), UInt64(offset), UInt64(size), before: endRecord, file)
  }

  private static func wideDirectory(locator: Int, _ file: MappedFile) throws(CheckpointError) -> Directory {
    var cursor = file.cursor(in: (locator + 8)..<file.byteCount, of: "the zip64 locator")
    let position = try cursor.take(UInt64.self)
    guard let start = Int(exactly: position), start <= locator else {
      throw .malformed(file: file.name, what: "the zip64 record lies outside the archive")
    }
    var record = file.cursor(in: start..<locator, of: "the zip64 record")
    guard try record.take(UInt32.self) == 0x0606_4B50 else {
      throw .malformed(file: file.name, what: "the zip64 locator points to no record")
    }
    _ = try record.take(8 + 2 + 2 + 4 + 4 + 8)
    let count = try record.take(UInt64.self)
    let size = try record.take(UInt64.self)
    let offset = try record.take(UInt64.self)
    return try checked(Int(clamping: count), offset, size, before: start, file)
  }

  private static func checked(
    _ count: Int, _ offset: UInt64, _ size: UInt64, before end: Int, _ file: MappedFile
  ) throws(CheckpointError) -> Directory {
    guard let start = Int(exactly: offset), let length = Int(exactly: size), start <= end,
      length <= end - start
    else {
      throw .malformed(file: file.name, what: "the zip directory lies outside the archive")
    }
    return Directory(entryCount: count, range: start..<(start + length))
  }

  // MARK: - Entries

  private static func entry(
    _ cursor: inout ByteCursor, directoryStart: Int
  ) throws(CheckpointError) -> ZipEntry {
    let file = cursor.file
    guard try cursor.take(UInt32.self) == 0x0201_4B50 else {
      throw .malformed(file: file.name, what: "the zip directory holds something else than entries")
    }
    _ = try cursor.take(4)  // versions
    let flags = try cursor.take(UInt16.self)
    let method = try cursor.take(UInt16.self)
    _ = try cursor.take(4)  // time and date
    let checksum = try cursor.take(UInt32.self)
    var sizes = try WideSizes(
      packed: UInt64(cursor.take(UInt32.self)), unpacked: UInt64(cursor.take(UInt32.self)), header: 0)
    let nameLength = Int(try cursor.take(UInt16.self))
    let extraLength = Int(try cursor.take(UInt16.self))
    let commentLength = Int(try cursor.take(UInt16.self))
    _ = try cursor.take(8)  // disk and attributes
    sizes.header = UInt64(try cursor.take(UInt32.self))
    let nameRange = try cursor.take(nameLength)
    let name = try file.text(nameRange, what: "an entry name of the zip archive")
    let extra = try cursor.take(extraLength)
    _ = try cursor.take(commentLength)
    try sizes.widen(file.cursor(in: extra, of: "the extra field of '\(name)'"))
    guard flags & 0x41 == 0 else {
      throw .unsupported(file: file.name, found: "the encrypted entry '\(name)'", fix: "decrypt the archive")
    }
    guard method == 0 || method == 8 else {
      throw .unsupported(
        file: file.name, found: "compression method \(method) of entry '\(name)'",
        fix: "save it stored or deflated")
    }
    let range = try dataRange(name, sizes, directoryStart: directoryStart, file)
    let entry = try ZipEntry(
      name: name, range: range, byteCount: sizes.unpackedCount(name, file), checksum: checksum,
      isDeflated: method == 8)
    try entry.checkExpansion(file)
    return entry
  }

  /// Where the bytes of an entry lie: behind its local header, whose name must be the directory's.
  private static func dataRange(
    _ name: String, _ sizes: WideSizes, directoryStart: Int, _ file: MappedFile
  ) throws(CheckpointError) -> Range<Int> {
    guard let header = Int(exactly: sizes.header), header <= directoryStart else {
      throw .malformed(file: file.name, what: "entry '\(name)' lies outside the archive")
    }
    var local = file.cursor(in: header..<directoryStart, of: "entry '\(name)'")
    guard try local.take(UInt32.self) == 0x0403_4B50 else {
      throw .malformed(file: file.name, what: "entry '\(name)' has no local header")
    }
    _ = try local.take(22)
    let nameLength = Int(try local.take(UInt16.self))
    let extraLength = Int(try local.take(UInt16.self))
    let localName = try file.text(local.take(nameLength), what: "the local name of '\(name)'")
    guard localName == name else {
      throw .malformed(file: file.name, what: "entry '\(name)' is called '\(localName)' in its local header")
    }
    _ = try local.take(extraLength)
    return try local.take(Int(clamping: sizes.packed))
  }

  private static func checkOverlaps(_ entries: [ZipEntry], _ file: MappedFile) throws(CheckpointError) {
    let sorted = entries.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (first, second) in zip(sorted, sorted.dropFirst())
    where first.range.upperBound > second.range.lowerBound {
      throw .malformed(file: file.name, what: "the entries '\(first.name)' and '\(second.name)' overlap")
    }
  }

  private static func load<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ position: Int, _: Number.Type
  ) -> Number {
    Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }
}

/// Sizes and position of an entry, 32-bit in the directory and 64-bit in its extra field where they do not
/// fit.
private struct WideSizes {
  var packed: UInt64
  var unpacked: UInt64
  var header: UInt64

  init(packed: UInt64, unpacked: UInt64, header: UInt64) {
    self.packed = packed
    self.unpacked = unpacked
    self.header = header
  }

  /// Takes the 64-bit values of the extra field with tag 1 for those that are all ones.
  mutating func widen(_ extra: ByteCursor) throws(CheckpointError) {
    var extra = extra
    while extra.remaining >= 4 {
      let tag = try extra.take(UInt16.self)
      let length = Int(try extra.take(UInt16.self))
      let content = try extra.take(length)
      guard tag == 1 else { continue }
      var values = extra.file.cursor(in: content, of: extra.what)
      let mark = UInt64(UInt32.max)
      if unpacked == mark { unpacked = try values.take(UInt64.self) }
      if packed == mark { packed = try values.take(UInt64.self) }
      if header == mark { header = try values.take(UInt64.self) }
    }
  }

  func unpackedCount(_ name: String, _ file: MappedFile) throws(CheckpointError) -> Int {
    guard let count = Int(exactly: unpacked) else {
      throw .malformed(file: file.name, what: "entry '\(name)' claims \(unpacked) bytes")
    }
    return count
  }
}
