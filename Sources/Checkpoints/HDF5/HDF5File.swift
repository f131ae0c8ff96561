internal import CHDF5Extract
internal import Foundation
internal import TensorCore

/// HDF5 weight files, for example those of Keras, read by libhdf5 in a child process.
///
/// libhdf5 is not made for hostile files. The child confines what a damaged one can do: a crash, endless
/// loop or huge allocation ends the child and becomes a typed error here. Datasets that are not numbers are
/// not listed.
enum HDF5File {
  /// Compressed weights shrink to about a half; a file that unpacks to more than this multiple is a bomb.
  private static let largestExpansion = 32

  /// Bounds for a file of `byteCount` bytes; libhdf5 needs some memory of its own.
  private static func limits(byteCount: Int) -> ce_limits {
    let data = UInt64(max(256 << 20, byteCount * largestExpansion))
    return ce_limits(data_bytes: data, memory_bytes: data + (1 << 30), cpu_seconds: 60)
  }

  /// The datasets in order of their paths, joined with "/" and without a leading one.
  static func tensors(_ url: URL, of mapped: MappedFile) throws(CheckpointError) -> [(String, StoredTensor)] {
    let name = mapped.name
    var reason = [CChar](repeating: 0, count: 512)
    let descriptor = ce_extract(url.path, limits(byteCount: mapped.byteCount), &reason, reason.count)
    guard descriptor >= 0 else {
      let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw .malformed(file: name, what: "as an hdf5 file: \(text)")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0,
      let storage = TensorStorage(mapping: descriptor, byteCount: Int(status.st_size))
    else { throw .unreadable(file: name, reason: lastSystemError()) }
    return try directory(MappedFile(name: name, storage: storage))
  }

  /// The child's answer is checked like any other input: a file may have taken the child over.
  private static func directory(_ file: MappedFile) throws(CheckpointError) -> [(String, StoredTensor)] {
    let tailByteCount = 24
    guard file.byteCount >= tailByteCount else {
      throw .malformed(file: file.name, what: "libhdf5's answer is incomplete")
    }
    let tailStart = file.byteCount - tailByteCount
    var tail = file.cursor(in: tailStart..<file.byteCount, of: "libhdf5's answer")
    let start = try tail.take(UInt64.self)
    let count = try tail.take(UInt64.self)
    guard try tail.take(UInt64.self) == CE_MAGIC, start <= UInt64(tailStart) else {
      throw .malformed(file: file.name, what: "libhdf5's answer is incomplete")
    }
    var cursor = file.cursor(in: Int(start)..<tailStart, of: "libhdf5's answer")
    var tensors: [(String, StoredTensor)] = []
    while tensors.count < count {
      tensors.append(try dataset(&cursor, dataEnd: Int(start)))
    }
    return tensors
  }

  private static func dataset(
    _ cursor: inout ByteCursor, dataEnd: Int
  ) throws(CheckpointError) -> (String, StoredTensor) {
    let file = cursor.file
    let offset = try cursor.take(UInt64.self)
    let byteCount = try cursor.take(UInt64.self)
    let kind = try cursor.take(UInt32.self)
    let rank = try cursor.take(UInt32.self)
    guard let scalarType = scalarTypes[kind], rank <= 32, offset <= UInt64(dataEnd),
      byteCount <= UInt64(dataEnd) - offset
    else { throw .malformed(file: file.name, what: "libhdf5's answer is inconsistent") }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(Int(clamping: try cursor.take(UInt64.self))) }
    let name = try file.text(cursor.take(Int(cursor.take(UInt32.self))), what: "a dataset's name")
    let range = Int(offset)..<Int(offset + byteCount)
    return (name, try StoredTensor(scalarType, shape: shape, at: range, of: file, what: "dataset '\(name)'"))
  }

  private static let scalarTypes: [UInt32: ScalarType] = [
    UInt32(CE_FLOAT64): .float64, UInt32(CE_FLOAT32): .float32, UInt32(CE_FLOAT16): .float16,
    UInt32(CE_INT64): .int64, UInt32(CE_INT32): .int32, UInt32(CE_INT16): .int16, UInt32(CE_INT8): .int8,
    UInt32(CE_UINT8): .uint8,
  ]
}
