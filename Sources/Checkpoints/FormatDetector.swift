internal import TensorCore

/// Recognises weight formats by their first bytes.
enum FormatDetector {
  /// The format; both kinds of zip archives are reported as `torchArchive`.
  static func format(of file: MappedFile) throws(CheckpointError) -> CheckpointFormat {
    let start = [UInt8](file.storage.bytes.prefix(16))
    guard start.count >= 9 else {
      throw .truncated(file: file.name, what: "a weight file", needed: 9, available: start.count)
    }
    let opensObject = start[8] == UInt8(ascii: "{")
    let headerByteCount = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    // A header length can begin with the bytes of another format, but then it exceeds the file.
    if opensObject, headerByteCount <= UInt64(file.byteCount - 8) { return .safetensors }
    if start.starts(with: Array("PK\u{3}\u{4}".utf8)) || start.starts(with: Array("PK\u{5}\u{6}".utf8)) {
      return .torchArchive
    }
    if start.starts(with: [0x89] + Array("HDF\r\n\u{1A}\n".utf8)) { return .hdf5 }
    if start.starts(with: [0x93] + Array("NUMPY".utf8)) { return .npy }
    if start[0] == 0x80, (2...5).contains(start[1]) {
      return start.dropFirst(2).starts(with: TorchStream.magic) ? .torchStream : .numpyPickle
    }
    if opensObject { return .safetensors }
    throw .unknownFormat(file: file.name, found: describe(start))
  }

  private static func describe(_ start: [UInt8]) -> String {
    let text = start.prefix(while: { (0x20..<0x7F).contains($0) })
    if text.starts(with: Array("version http".utf8)) {
      return "a git-lfs pointer instead of the file itself (run git lfs pull)"
    }
    if text.starts(with: Array("<".utf8)) { return "a web page instead of the file itself" }
    if text.count >= 4 { return "'\(String(decoding: text, as: UTF8.self))'" }
    let digits = start.prefix(8).map { byte in
      let hexadecimal = String(byte, radix: 16)
      return byte < 16 ? "0" + hexadecimal : hexadecimal
    }
    return "the bytes " + digits.joined(separator: " ")
  }
}
