public import Checkpoints
internal import EmbeddedModels
public import Foundation
internal import Hashing
internal import TensorCore

/// The weight files of one model, in the order in which they replace one another's tensors.
///
/// Officially `svd.safetensors`, then `lvcd.ckpt`. A file of our own holds everything, its configuration
/// included; one lies inside the program.
public struct WeightFiles: Sendable {
  /// Where the bytes of a file lie.
  private enum Place: @unchecked Sendable {
    case disk(URL)
    /// Constants of the program.
    case program(UnsafeRawBufferPointer)
  }

  /// The metadata entry that holds the configuration.
  public static let configurationEntry = "config"
  /// A tensor of the official model, by which files without a configuration are known.
  private static let officialTensor = (
    name: "model.diffusion_model.input_blocks.0.0.weight", shape: [320, 8, 3, 3]
  )

  /// The files, the base first.
  public let files: [CheckpointFile]
  private let places: [Place]

  /// Opens the files; nothing but their headers is read.
  ///
  /// - Throws: `ModelError.noWeights` or `CheckpointError`.
  public init(_ urls: [URL]) throws {
    guard !urls.isEmpty else { throw ModelError.noWeights }
    places = urls.map(Place.disk)
    files = try urls.map { try CheckpointFile.open($0) }
  }

  /// Weights inside the program.
  ///
  /// - Throws: `ModelError.notEmbedded` where there are none of this name, or `CheckpointError`.
  public init(embedded name: String) throws {
    guard let bytes = EmbeddedModels.bytes(named: name) else {
      throw ModelError.notEmbedded(name: name, legal: EmbeddedModels.colorizers)
    }
    places = [.program(bytes)]
    files = [try CheckpointFile.open(named: "embedded \(name)", constants: bytes)]
  }

  /// The configuration that the last file with one carries; the official one for files of the official shape.
  public func configuration() throws(ModelError) -> ModelConfiguration {
    for file in files.reversed() {
      if let json = file.metadata[Self.configurationEntry] {
        return try ModelConfiguration(json: Data(json.utf8), file: file.name)
      }
    }
    let entries = files.flatMap(\.entries)
    if entries.contains(where: {
      $0.name == Self.officialTensor.name && $0.shape == Self.officialTensor.shape
    }) {
      return .official
    }
    let names = files.map(\.name).joined(separator: " + ")
    throw .configuration(
      file: names,
      what: "no '\(Self.configurationEntry)' entry in the metadata, and not of the official sizes")
  }

  /// Builds the model.
  ///
  /// - Parameter checksValues: whether every weight is looked at for values that are not numbers, which reads
  ///   the files once.
  /// - Throws: `ModelError`, or `CheckpointError` for missing, misshapen or unknown tensors.
  public func model(checksValues: Bool = true) throws -> ColorizationModel {
    try requireEveryPart()
    try requireOrder()
    let configuration = try configuration()
    let source = LayeredTensorSource(files)
    let model = try ColorizationModel(WeightScope(source), configuration)
    if checksValues { try checkValues(source) }
    return model
  }

  /// Bytes of all tensors that the model uses, as stored.
  public var storedByteCount: Int {
    var bytes: [String: Int] = [:]
    for file in files {
      for entry in file.entries where !ColorizationModel.ignores(entry.name) {
        bytes[entry.name] = entry.byteCount
      }
    }
    return bytes.values.reduce(0, +)
  }

  /// Number of weights that the model uses.
  public var weightCount: Int {
    var counts: [String: Int] = [:]
    for file in files {
      for entry in file.entries where !ColorizationModel.ignores(entry.name) {
        counts[entry.name] = entry.shape.reduce(1, *)
      }
    }
    return counts.values.reduce(0, +)
  }

  /// SHA-256 of every file, in order.
  public func hashes() throws(ModelError) -> [String] {
    var hashes: [String] = []
    for place in places {
      switch place {
      case .disk(let url): hashes.append(try Self.hash(url))
      case .program(let bytes):
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        hashes.append(hasher.finish().description)
      }
    }
    return hashes
  }

  private static func hash(_ url: URL) throws(ModelError) -> String {
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      var hasher = SHA256Hasher()
      while let block = try handle.read(upToCount: 1 << 24), !block.isEmpty { hasher.update(Array(block)) }
      return hasher.finish().description
    } catch {
      throw .unreadable(file: url.relativePath, reason: error.localizedDescription)
    }
  }

  private func checkValues(_ source: LayeredTensorSource) throws {
    for name in source.names where !ColorizationModel.ignores(name) {
      guard let weight = try source.weight(named: name, expectedShape: []) else { continue }
      defer { weight.releasePages() }
      if !weight.isFinite { throw ModelError.notFinite(file: source.name, tensor: name) }
    }
  }
}

extension ColorizationModel {
  /// Whether inference does not need the tensor `name` of an official file.
  static func ignores(_ name: String) -> Bool { ignoredPrefixes.contains { name.hasPrefix($0) } }
}

extension WeightTensor {
  /// Whether every value is a finite number. Looks at exponents only, so that half precision need not be
  /// widened.
  var isFinite: Bool {
    withUnsafeBytes { bytes in
      switch scalarType {
      case .float16: Self.isFinite(bytes, UInt16(0x7C00))
      case .bfloat16: Self.isFinite(bytes, UInt16(0x7F80))
      case .float32: Self.isFinite(bytes, UInt32(0x7F80_0000))
      case .float64: Self.isFinite(bytes, UInt64(0x7FF0_0000_0000_0000))
      case .int64, .int32, .int16, .int8, .uint8, .bool: true
      }
    }
  }

  private static func isFinite<Bits: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ exponent: Bits)
    -> Bool
  {
    let size = MemoryLayout<Bits>.size
    let block = 4096
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + block * size)
      // Without an early exit inside a block the loop is vectorised.
      var found: Bits = 0
      for offset in stride(from: start, to: end, by: size) {
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)
        found |= bits & exponent == exponent ? 1 : 0
      }
      if found != 0 { return false }
      start = end
    }
    return true
  }
}
