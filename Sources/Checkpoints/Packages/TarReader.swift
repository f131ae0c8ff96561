internal import Foundation

/// Walks through a tar stream and takes one regular file out of it.
///
/// Source: POSIX.1-1988 ustar. Headers of extensions (long names, pax) are skipped like any other member: the
/// members looked for have plain names.
struct TarReader {
  private static let blockSize = 512
  /// A source package has a few hundred members; more is no package of weights.
  private static let memberLimit = 1 << 16
  private let stream: GzipStream

  init(_ stream: GzipStream) { self.stream = stream }

  private struct Header {
    let name: String
    let size: Int
    let isRegular: Bool
  }

  /// The bytes of the regular file `path`, which must have `byteCount` bytes.
  mutating func member(_ path: String, byteCount: Int) throws(CheckpointError) -> Data {
    for _ in 0..<Self.memberLimit {
      guard let header = try nextHeader() else { throw PackageArchive.missing(path, stream.file) }
      if header.isRegular, header.name == path {
        try PackageArchive.checkSize(header.size, byteCount, path, stream.file)
        return try read(byteCount, what: "member '\(path)'")
      }
      try skip(header.size, what: "member '\(header.name)'")
    }
    throw .tooLarge(
      file: stream.file.name, what: "the number of archive members", found: Self.memberLimit + 1,
      limit: Self.memberLimit)
  }

  /// The next header, or nil at the block of zeros that ends the archive.
  private func nextHeader() throws(CheckpointError) -> Header? {
    let block = [UInt8](try read(Self.blockSize, what: "a tar header"))
    if block.allSatisfy({ $0 == 0 }) { return nil }
    let stated = try octal(block[148..<156], "the checksum of a tar header")
    let sum = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
    guard stated == sum else {
      throw .malformed(file: stream.file.name, what: "a tar header does not match its checksum")
    }
    let prefix = block[257..<262].elementsEqual("ustar".utf8) ? text(block[345..<500]) : ""
    let name = (prefix.isEmpty ? "" : prefix + "/") + text(block[0..<100])
    let size = try octal(block[124..<136], "the size of member '\(name)'")
    let kind = block[156]
    return Header(name: name, size: size, isRegular: kind == UInt8(ascii: "0") || kind == 0)
  }

  private func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private func octal(_ field: ArraySlice<UInt8>, _ what: String) throws(CheckpointError) -> Int {
    let digits = text(field).trimmingCharacters(in: .whitespaces)
    guard let value = Int(digits, radix: 8), value >= 0 else {
      throw .malformed(file: stream.file.name, what: "\(what) is no octal number")
    }
    return value
  }

  private func read(_ count: Int, what: String) throws(CheckpointError) -> Data {
    var data = Data(count: count)
    var failure: CheckpointError?
    data.withUnsafeMutableBytes { buffer in
      do throws(CheckpointError) { try stream.read(into: buffer, what: what) } catch { failure = error }
    }
    if let failure { throw failure }
    return data
  }

  /// Skips a member's content and the padding to whole blocks, in pieces.
  private func skip(_ count: Int, what: String) throws(CheckpointError) {
    let (padded, overflow) = count.addingReportingOverflow(Self.blockSize - 1)
    guard !overflow else {
      throw .malformed(file: stream.file.name, what: "\(what) claims \(count) bytes")
    }
    var left = padded / Self.blockSize * Self.blockSize
    while left > 0 {
      let piece = min(left, 1 << 20)
      _ = try read(piece, what: what)
      left -= piece
    }
  }
}
