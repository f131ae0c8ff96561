public import Foundation
internal import TensorCore

/// One file out of a package archive: a wheel or other zip archive, or a source package in gzipped tar form.
///
/// Archives are treated as hostile. Nothing is unpacked to disk, no other member is looked into, and no more memory
/// is taken than the caller expects the member to have. Reading ends with the member, so a gzip file's checksum, which
/// stands at its end, is not looked at: the caller compares the member's own digest.
public enum PackageArchive {
  /// The bytes of the member whose path is exactly `path`, which must have `byteCount` bytes.
  ///
  /// - Throws: `CheckpointError` when the archive is damaged, has no such member, or has one of another size.
  public static func member(
    _ path: String, of archive: URL, byteCount: Int
  ) throws(CheckpointError) -> Data {
    let file = try MappedFile(archive)
    let start = [UInt8](file.storage.bytes.prefix(4))
    if start.starts(with: [0x1F, 0x8B]) {
      var reader = TarReader(GzipStream(file))
      return try reader.member(path, byteCount: byteCount)
    }
    guard start.starts(with: Array("PK".utf8)) else {
      throw .unsupported(
        file: file.name, found: "an archive that is neither zip nor gzip", fix: "download it again")
    }
    let zip = try ZipArchive(file)
    guard let entry = zip.entry(named: path) else { throw missing(path, file) }
    try checkSize(entry.byteCount, byteCount, path, file)
    let storage = try entry.inflate(from: file, prefix: byteCount)
    if !entry.isDeflated { try entry.checkStored(in: file) }
    return Data(storage.bytes)
  }

  static func missing(_ path: String, _ file: MappedFile) -> CheckpointError {
    .malformed(file: file.name, what: "the archive has no member '\(path)'")
  }

  static func checkSize(
    _ found: Int, _ expected: Int, _ path: String, _ file: MappedFile
  ) throws(CheckpointError) {
    guard found == expected else {
      throw .malformed(
        file: file.name, what: "member '\(path)' has \(found) bytes, \(expected) were expected")
    }
  }
}
