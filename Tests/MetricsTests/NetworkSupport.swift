import Checkpoints
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing
import WeightStore

@testable import Metrics

/// A store without any weights, wherever the tests run.
enum Weightless {
  static let store = WeightStore(cache: URL(fileURLWithPath: "/nowhere"), environment: [:])
}

/// The published weights where this machine has them: `LVCD_BENCH_WEIGHTS` or the program's cache.
enum RealWeights {
  static let store = WeightStore(cache: cache)

  private static var cache: URL {
    let environment = ProcessInfo.processInfo.environment
    for (variable, suffix) in [("LVCD_BENCH_CACHE", ""), ("XDG_CACHE_HOME", "/lvcd-bench")] {
      if let path = environment[variable], !path.isEmpty { return URL(fileURLWithPath: path + suffix) }
    }
    return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/lvcd-bench")
  }

  /// Whether all of `ids` are here; tests that need others are skipped by name.
  static func have(_ ids: WeightID...) -> Bool { ids.allSatisfy { (try? store.find($0)) != nil } }

  static func source(_ id: WeightID) throws -> CheckpointFile { try CheckpointFile.open(store.find(id).url) }
}

/// What a reference implementation wrote down of a network's stage.
struct StageSummary: Decodable {
  let shape: [Int]
  let mean: Double
  let std: Double
  let first8: [Double]
  let last8: [Double]

  /// The largest difference to a stage of ours, relative to the stage's deviation; infinite for another shape.
  func deviation(_ x: Tensor) -> Double {
    let squeezed = shape.filter { $0 != 1 }
    guard x.shape.filter({ $0 != 1 }) == squeezed else { return .infinity }
    let values = x.values.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    let ends = zip(values.prefix(8) + values.suffix(8), first8 + last8).map { abs($0 - $1) }
    return max(abs(mean - self.mean), abs(spread - std), ends.max() ?? 0) / max(std, 1e-3)
  }
}

extension GoldenFiles {
  static func tensors(_ path: String) throws -> TestSupport.GoldenTensors {
    try TestSupport.GoldenTensors(Goldens.metrics.appendingPathComponent(path))
  }

  static func weights(_ path: String) throws -> CheckpointFile {
    try CheckpointFile.open(Goldens.metrics.appendingPathComponent(path))
  }

  /// The frame that a key such as `move_orig_0` or `wide_orig_0` names.
  static func namedFrame(_ key: String) throws -> Frame {
    let parts = key.split(separator: "_")
    try #require(parts.count == 3)
    let number = try #require(Int(parts[2]))
    return try frame("clips/\(parts[0])/\(parts[1])/" + String(format: "%03d.png", number))
  }
}

extension TestSupport.GoldenTensors {
  /// A float64 array's values.
  func doubles(_ name: String) -> [Double] {
    let raw = bytes(name)
    return (0..<(raw.count / 8)).map { index in
      let bits = raw[(8 * index)..<(8 * index + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Double(bitPattern: bits)
    }
  }

  /// A float32 or float64 array's values.
  func numbers(_ name: String) -> [Double] {
    let count = shape(name).reduce(1, *)
    return bytes(name).count == 8 * count ? doubles(name) : floats(name).map(Double.init)
  }
}

/// Largest difference; infinite for other counts or values that are not numbers.
func largestDifference(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
  return zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
}
