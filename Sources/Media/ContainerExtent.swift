internal import Foundation

/// Compares the size that a container's outer structure claims with the size of the file: how a video that
/// was cut in the middle is told from a short one, since demultiplexers take the cut for the end.
enum ContainerExtent {
  /// What is missing, for a message; nil when the file is as long as it says or does not say.
  static func missingBytes(of url: URL) throws(MediaError) -> String? {
    let file: FileHandle
    do { file = try FileHandle(forReadingFrom: url) } catch {
      throw .unreadable(
        path: url.path, found: "cannot be opened", expected: "a readable file; check its permissions")
    }
    do {
      let size = Int(try file.seekToEnd())
      guard let claimed = try claimedSize(file, size: size), claimed > size else { return nil }
      return "it has \(size) bytes of \(claimed)"
    } catch {
      throw .unreadable(path: url.path, found: "cannot be read", expected: "a regular file")
    }
  }

  private static func claimedSize(_ file: FileHandle, size: Int) throws -> Int? {
    let start = try bytes(file, at: 0, count: 12)
    guard start.count == 12 else { return nil }
    if start[0..<4] == [0x1A, 0x45, 0xDF, 0xA3] { return try matroskaSize(file) }
    if Array(start[0..<4]) == Array("RIFF".utf8), Array(start[8..<11]) == Array("AVI".utf8) {
      return 8 + start[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    if Array(start[4..<8]) == Array("ftyp".utf8) { return try isoMediaSize(file, size: size) }
    return nil
  }

  /// Matroska and WebM: the header element, then one segment; a segment of unknown size claims nothing.
  private static func matroskaSize(_ file: FileHandle) throws -> Int? {
    guard let header = try elementSize(file, at: 4) else { return nil }
    let segment = 4 + header.length + header.value
    guard try bytes(file, at: segment, count: 4) == [0x18, 0x53, 0x80, 0x67],
      let content = try elementSize(file, at: segment + 4)
    else { return nil }
    return segment + 4 + content.length + content.value
  }

  /// A variable-length size of EBML: the number of leading zero bits is the number of further bytes. Nil:
  /// unknown size.
  private static func elementSize(_ file: FileHandle, at offset: Int) throws -> (value: Int, length: Int)? {
    guard let first = try bytes(file, at: offset, count: 1).first, first != 0 else { return nil }
    let length = first.leadingZeroBitCount + 1
    let all = try bytes(file, at: offset, count: length)
    guard all.count == length else { return nil }
    let mask = (1 << (7 * length)) - 1
    let value = all.reduce(0) { ($0 << 8 | Int($1)) & (1 << 56 - 1) } & mask
    return value == mask ? nil : (value, length)
  }

  /// MP4 and QuickTime: boxes follow each other up to the end of the file.
  private static func isoMediaSize(_ file: FileHandle, size: Int) throws -> Int? {
    var offset = 0
    while offset < size {
      let head = try bytes(file, at: offset, count: 16)
      guard head.count >= 8 else { return offset + 8 }
      var length = head[0..<4].reduce(0) { $0 << 8 | Int($1) }
      if length == 0 { return nil }
      if length == 1 {
        guard head.count == 16 else { return offset + 16 }
        length = head[8..<16].reduce(0) { ($0 << 8 | Int($1)) & Int.max }
      }
      guard length >= 8, length < Int.max / 2 else { return nil }
      offset += length
    }
    return offset
  }

  private static func bytes(_ file: FileHandle, at offset: Int, count: Int) throws -> [UInt8] {
    try file.seek(toOffset: UInt64(offset))
    return Array(try file.read(upToCount: count) ?? Data())
  }
}
