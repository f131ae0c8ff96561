internal import TensorCore

/// PyTorch's zip archive: `NAME/data.pkl` describes the tensors, `NAME/data/KEY` holds their storages.
///
/// Source: PyTorch `torch/serialization.py` (`_save`, `_load`).
enum TorchArchive {
  /// The tensors, views of the archive.
  static func tensors(_ archive: ZipArchive) throws(CheckpointError) -> [(String, StoredTensor)] {
    let file = archive.file
    guard let description = archive.entries.first(where: { $0.name.hasSuffix("data.pkl") }) else {
      throw .unknownFormat(file: file.name, found: "a zip archive without data.pkl or npy files")
    }
    let folder = description.name.dropLast("data.pkl".count)
    try checkStored(description, file)
    try description.checkStored(in: file)
    try checkByteOrder(archive, folder: folder)
    var machine = PickleMachine(file: file, range: description.range)
    let root = try machine.run()
    let found = try machine.tensors(root: root)
    let entries = Dictionary(archive.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var tensors: [(String, StoredTensor)] = []
    tensors.reserveCapacity(found.count)
    for (name, leaf) in found {
      switch leaf {
      case .array(let array):
        tensors.append((name, try StoredTensor(array, of: file, name: name)))
      case .tensor(let tensor):
        let path = "\(folder)data/\(tensor.storage.key)"
        guard let entry = entries[path] else {
          throw .malformed(file: file.name, what: "tensor '\(name)' refers to the missing entry '\(path)'")
        }
        try checkStored(entry, file)
        tensors.append((name, try StoredTensor(tensor, in: entry.range, of: file, name: name)))
      }
    }
    return tensors
  }

  private static func checkStored(_ entry: ZipEntry, _ file: MappedFile) throws(CheckpointError) {
    guard !entry.isDeflated else {
      throw .unsupported(
        file: file.name, found: "the deflated entry '\(entry.name)' in a PyTorch archive",
        fix: "save it with torch.save, which stores entries uncompressed")
    }
  }

  private static func checkByteOrder(_ archive: ZipArchive, folder: Substring) throws(CheckpointError) {
    guard let entry = archive.entry(named: "\(folder)byteorder") else { return }
    let order = try archive.file.text(entry.range, what: "the byte order")
    guard order == "little" else {
      throw .unsupported(
        file: archive.file.name, found: "the byte order '\(order.prefix(20))'",
        fix: "save it on a little-endian machine")
    }
  }
}

extension StoredTensor {
  /// A PyTorch tensor over the storage whose bytes lie at `range`.
  init(
    _ tensor: PickleTensor, in range: Range<Int>, of file: MappedFile, name: String
  ) throws(CheckpointError) {
    let storage = tensor.storage
    let (last, overflow) = storage.viewOffset.addingReportingOverflow(storage.count)
    guard !overflow, last <= range.count / storage.scalarType.byteCount else {
      throw .malformed(
        file: file.name,
        what:
          "the storage of tensor '\(name)' has \(range.count) bytes, too few for \(storage.count) elements "
          + "of \(storage.scalarType)")
    }
    let start = range.lowerBound + storage.viewOffset * storage.scalarType.byteCount
    let elements = start..<(start + storage.count * storage.scalarType.byteCount)
    try self.init(
      storage.scalarType, tensor.layout, elementOffset: tensor.elementOffset, in: elements, of: file,
      what: "tensor '\(name)'")
  }

  /// A NumPy array whose elements lie in a pickle.
  init(_ array: PickleArray, of file: MappedFile, name: String) throws(CheckpointError) {
    let needed = (Shape.elementCount(array.layout.shape) ?? 0) * array.scalarType.byteCount
    guard array.range.count == needed else {
      throw .malformed(
        file: file.name, what: "array '\(name)' has \(array.range.count) bytes, expected \(needed)")
    }
    try self.init(
      array.scalarType, array.layout, elementOffset: 0, in: array.range, of: file, what: "array '\(name)'")
  }
}
