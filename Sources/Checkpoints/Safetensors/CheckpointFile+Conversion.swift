public import Foundation
internal import TensorCore

extension CheckpointFile {
  /// Writes all tensors to a safetensors file; names, shapes and values are unchanged.
  ///
  /// - Parameters:
  ///   - url: the file to write; it is replaced only when all is written.
  ///   - halvesFloats: whether float32 and float64 are rounded to float16; other types stay as they are.
  /// - Throws: `CheckpointError`, also for a value that float16 cannot hold.
  public func convert(to url: URL, halvesFloats: Bool) throws(CheckpointError) {
    var types: [String: ScalarType] = [:]
    var shapes: [String: [Int]] = [:]
    for entry in entries {
      let isHalved = halvesFloats && (entry.scalarType == .float32 || entry.scalarType == .float64)
      types[entry.name] = isHalved ? .float16 : entry.scalarType
      shapes[entry.name] = entry.shape
    }
    func missing(_ tensor: String) -> CheckpointError {
      .missingTensor(file: name, name: tensor, nearest: nil)
    }
    try SafetensorsWriter.write(names: names, metadata: metadata, to: url) { tensor throws(CheckpointError) in
      guard let type = types[tensor], let shape = shapes[tensor] else { throw missing(tensor) }
      return (type, shape)
    } load: { tensor throws(CheckpointError) in
      guard let weight = try weight(named: tensor), let type = types[tensor] else { throw missing(tensor) }
      guard type != weight.scalarType else { return weight }
      try checkRange(weight, tensor)
      return weight.converted(to: type)
    }
  }

  /// Refuses finite values that would become infinite.
  private func checkRange(_ weight: WeightTensor, _ tensor: String) throws(CheckpointError) {
    let smallestTooLarge: Float = 65_520
    let outlier = weight.float32().withUnsafeBufferPointer { values in
      values.first { $0.isFinite && $0.magnitude >= smallestTooLarge }
    }
    guard let outlier else { return }
    throw .unsupported(
      file: name, found: "the value \(outlier) of tensor '\(tensor)' in float16, which ends at 65504,",
      fix: "convert without halving")
  }
}
