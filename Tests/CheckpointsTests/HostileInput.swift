import TensorCore

@testable import Checkpoints

/// Opens bytes as a weight file.
func opened(_ bytes: [UInt8]) throws(CheckpointError) -> CheckpointFile {
  let storage = TensorStorage(uninitializedByteCount: bytes.count)
  storage.mutableBytes?.copyBytes(from: bytes)
  return try CheckpointFile.open(MappedFile(name: "bad.file", storage: storage))
}

/// Opens bytes as a weight file and reads every tensor, as a user of a hostile file would.
func openAndRead(_ bytes: [UInt8]) throws(CheckpointError) {
  let file = try opened(bytes)
  for name in file.names { _ = try file.tensor(name) }
}

/// The error that opening `bytes` ends in, or nil.
func fault(_ bytes: [UInt8]) -> CheckpointError? {
  do {
    try openAndRead(bytes)
    return nil
  } catch {
    return error
  }
}

extension [UInt8] {
  /// The little-endian bytes of a number.
  static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    Swift.withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
