internal import TensorCore

/// NumPy's `.npz`: a zip archive with one `.npy` file per array, stored or deflated.
enum NpzArchive {
  /// The arrays, named without ".npy". Stored ones are views of the archive; deflated ones are unpacked
  /// when loaded.
  static func tensors(_ archive: ZipArchive) throws(CheckpointError) -> [(String, StoredTensor)] {
    var tensors: [(String, StoredTensor)] = []
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy") else {
        throw .malformed(
          file: archive.file.name, what: "the npz archive holds '\(entry.name)', which is no array")
      }
      let name = String(entry.name.dropLast(4))
      tensors.append((name, try tensor(entry, archive.file)))
    }
    return tensors
  }

  private static func tensor(_ entry: ZipEntry, _ file: MappedFile) throws(CheckpointError) -> StoredTensor {
    let what = "array '\(entry.name)'"
    guard entry.isDeflated else { return try NpyHeader.tensor(in: entry.range, of: file, what: what) }
    let start = try entry.inflate(from: file, prefix: NpyHeader.byteLimit + 12)
    let unpacked = MappedFile(name: file.name, storage: start)
    let header = try NpyHeader(unpacked, in: 0..<start.byteCount, what: what)
    return try StoredTensor(
      header.scalarType, header.layout, inflating: entry, in: file, headerByteCount: header.byteCount,
      what: what)
  }
}
