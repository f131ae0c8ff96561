internal import EvalCore
public import Foundation
public import TensorCore

/// The weight formats, recognised by content, never by the file's extension.
public enum CheckpointFormat: String, Sendable, CaseIterable {
  /// Safetensors.
  case safetensors
  /// PyTorch's zip archive (`torch.save` since 1.6).
  case torchArchive = "pytorch zip"
  /// PyTorch's older stream of pickles followed by raw storages.
  case torchStream = "pytorch stream"
  /// One NumPy array.
  case npy
  /// A zip archive of NumPy arrays.
  case npz
  /// A pickle of nested dictionaries of NumPy arrays.
  case numpyPickle = "numpy pickle"
  /// HDF5, for example Keras weights.
  case hdf5
}

/// A weight file: named tensors, read when asked for.
///
/// The file is memory-mapped; tensors that lie contiguously in it are views, so opening a 10 GB checkpoint
/// costs a few milliseconds. HDF5 is the exception: its numbers are read when the file is opened. Files are
/// treated as hostile: sizes and offsets are checked, pickles are interpreted by a machine that knows
/// tensors only, and nothing is imported, called or allocated beyond the file's own size (1032 times that
/// for compressed entries).
public struct CheckpointFile: Sendable {
  /// One tensor as the file lists it.
  public struct Entry: Sendable, Hashable {
    /// The name, unchanged. Nested dictionaries are joined with ".", HDF5 groups with "/".
    public let name: String
    /// Element type in the file.
    public let scalarType: ScalarType
    /// Sizes of the dimensions, outermost first.
    public let shape: [Int]
    /// Number of bytes of its elements.
    public let byteCount: Int
  }

  /// The path as it was given, for messages.
  public let name: String
  /// The format found.
  public let format: CheckpointFormat
  /// All tensors in file order.
  public let entries: [Entry]
  /// The text pairs a safetensors header carries; empty for other formats.
  public let metadata: [String: String]
  let tensors: [String: StoredTensor]

  /// Opens the weight file at `url`.
  ///
  /// Of a PyTorch Lightning checkpoint only the `state_dict` entry is listed; optimizer state is not touched.
  /// - Throws: `CheckpointError` for files that cannot be read or are damaged, unsupported or hostile.
  public static func open(_ url: URL) throws(CheckpointError) -> CheckpointFile {
    let file = try MappedFile(url)
    guard try FormatDetector.format(of: file) != .hdf5 else {
      return try CheckpointFile(file, .hdf5, HDF5File.tensors(url, of: file))
    }
    return try open(file)
  }

  /// Opens weights inside the program; messages call them `name`.
  ///
  /// - Parameter constants: the file's bytes, which live as long as the program.
  /// - Throws: `CheckpointError` as for a file; HDF5 is not supported.
  public static func open(named name: String, constants: UnsafeRawBufferPointer) throws(CheckpointError)
    -> CheckpointFile
  {
    try open(MappedFile(name: name, storage: TensorStorage(constants: constants)))
  }

  /// Opens weights whose bytes are at hand; libhdf5 alone insists on a path.
  static func open(_ file: MappedFile) throws(CheckpointError) -> CheckpointFile {
    switch try FormatDetector.format(of: file) {
    case .safetensors:
      let header = try SafetensorsHeader(file)
      return try CheckpointFile(file, .safetensors, header.tensors, metadata: header.metadata)
    case .torchStream:
      return try CheckpointFile(file, .torchStream, TorchStream.tensors(file))
    case .numpyPickle:
      return try CheckpointFile(file, .numpyPickle, NumPyPickle.tensors(file))
    case .npy:
      return try CheckpointFile(file, .npy, [("array", NpyHeader.tensor(file))])
    case .hdf5:
      throw .unsupported(file: file.name, found: "hdf5 in memory", fix: "open it by its path")
    case .torchArchive, .npz:
      let archive = try ZipArchive(file)
      if archive.entries.contains(where: { $0.name.hasSuffix(".npy") }) {
        return try CheckpointFile(file, .npz, NpzArchive.tensors(archive))
      }
      return try CheckpointFile(file, .torchArchive, TorchArchive.tensors(archive))
    }
  }

  private init(
    _ file: MappedFile, _ format: CheckpointFormat, _ named: [(String, StoredTensor)],
    metadata: [String: String] = [:]
  ) throws(CheckpointError) {
    var tensors: [String: StoredTensor] = [:]
    tensors.reserveCapacity(named.count)
    for (name, tensor) in named {
      guard tensors.updateValue(tensor, forKey: name) == nil else {
        throw .malformed(file: file.name, what: "two tensors have the name '\(name)'")
      }
    }
    self.name = file.name
    self.format = format
    self.metadata = metadata
    self.tensors = tensors
    entries = named.map { name, tensor in
      Entry(
        name: name, scalarType: tensor.scalarType, shape: tensor.layout.shape, byteCount: tensor.byteCount)
    }
  }

  /// The tensor named `name`, in the file's own element type, or nil when there is none.
  public func weight(named name: String) throws(CheckpointError) -> WeightTensor? {
    try tensors[name]?.load()
  }

  /// The tensor named `name` as float32, or a typed error with the nearest name.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let weight = try weight(named: name) else {
      throw .missingTensor(file: self.name, name: name, nearest: NearestMatch.of(name, among: names))
    }
    return weight.float32()
  }
}
