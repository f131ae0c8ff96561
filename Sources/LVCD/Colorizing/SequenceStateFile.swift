internal import Checkpoints
internal import Foundation
internal import TensorCore

/// Where an interrupted clip goes on: the state after its last whole segment, in a folder of its own.
struct SequenceStateFile {
  private static let keyEntry = "request"
  private static let segmentsEntry = "segments"
  private let url: URL
  /// Everything that can change the result; a file of another request is not used.
  private let key: String

  /// `prefix` tells the parts of one clip apart.
  init(folder: URL, prefix: String, key: String) {
    url = folder.appendingPathComponent("\(prefix)sampling.safetensors")
    self.key = key
  }

  /// The state of the same request; nil when there is none.
  func load() throws -> SequenceState? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let file = try CheckpointFile.open(url)
    guard file.metadata[Self.keyEntry] == key,
      let segments = file.metadata[Self.segmentsEntry].flatMap({ Int($0) })
    else { return nil }
    var state = SequenceState(segmentsDone: segments, latents: try file.tensor("latents"))
    if file.hasTensor(named: "carry.latents") {
      let steps = file.names.count { $0.hasPrefix("carry.estimates.") }
      state.carry = SegmentCarry(
        estimates: try (0..<steps).map { try file.tensor("carry.estimates.\($0)") },
        latents: try file.tensor("carry.latents"))
    }
    return state
  }

  /// Replaces the state; the file is whole at any moment.
  func store(_ state: SequenceState) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    var tensors = ["latents": WeightTensor(state.latents)]
    if let carry = state.carry {
      tensors["carry.latents"] = WeightTensor(carry.latents)
      for (step, estimate) in carry.estimates.enumerated() {
        tensors["carry.estimates.\(step)"] = WeightTensor(estimate)
      }
    }
    try SafetensorsWriter.write(
      tensors, metadata: [Self.keyEntry: key, Self.segmentsEntry: "\(state.segmentsDone)"], to: url)
  }

  /// Removes the state of a finished clip.
  func remove() throws {
    if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
  }
}
