import Checkpoints
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// A golden file of the model: arrays, and JSON values in its metadata.
struct Fixture {
  /// Limit of the largest difference in units of the root mean square, of single modules.
  static let module = 1e-4
  /// The same of whole networks and sampling runs.
  static let network = 2e-4

  let file: CheckpointFile
  let configuration: ModelConfiguration

  init(_ name: String) throws {
    file = try CheckpointFile.open(Goldens.lvcd.appendingPathComponent("\(name).safetensors"))
    let json = try #require(file.metadata["config"])
    configuration = try ModelConfiguration(json: Data(json.utf8), file: file.name)
  }

  /// The weights, the second file replacing tensors of the first.
  static func weights() throws -> WeightScope {
    let files = try ["svd_tiny", "lvcd_tiny"].map {
      try CheckpointFile.open(Goldens.lvcd.appendingPathComponent("\($0).safetensors"))
    }
    return WeightScope(LayeredTensorSource(files))
  }

  var names: [String] { file.names }

  func tensor(_ name: String) throws -> Tensor { try file.tensor(name) }

  /// A metadata entry that holds JSON.
  func entry<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data(try #require(file.metadata[name]).utf8))
  }

  /// The metadata entries that are objects with the members of `Value`, by name.
  func entries<Value: Decodable>(_ type: Value.Type) -> [String: Value] {
    file.metadata.compactMapValues { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
  }

  /// Requires that `found` is the array `name` to within `limit`.
  func check(
    _ found: Tensor, _ name: String, limit: Double = Fixture.module,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try tensor(name)
    #expect(found.count == expected.count && found.count > 0, "\(name)", sourceLocation: sourceLocation)
    let error = Oracle.relativeError(found.values, expected.values.map(Double.init))
    if ProcessInfo.processInfo.environment["PRINT_ERRORS"] != nil {
      print("difference \(file.name.suffix(40)) \(name) \(error)")
    }
    #expect(error <= limit, "\(name) differs by \(error)", sourceLocation: sourceLocation)
  }

  /// Lineart of the test clip as the network takes it, `[frames.count, 3, H, W]`, 1 on lines.
  static func hints(_ frames: [Int]) throws -> Tensor {
    let lineart = try Fixture("00_lineart").tensor("lineart_u8")  // [F, H, W]
    let (height, width) = (lineart.shape[1], lineart.shape[2])
    let parts = frames.map { frame in
      let plane = lineart.slice(axis: 0, frame..<frame + 1).mapped { 1 - $0 / 255 }
        .reshaped(1, 1, height, width)
      return Tensor.concatenation([plane, plane, plane], axis: 1)
    }
    return Tensor.concatenation(parts, axis: 0)
  }
}
