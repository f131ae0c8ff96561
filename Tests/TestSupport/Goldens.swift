public import Foundation

/// Where golden fixtures lie. An environment variable replaces the folder in the repository, so that the same tests
/// run on fixtures of other sizes.
public enum Goldens {
  /// Metric fixtures: `METRICS_GOLDENS`, else `Tests/Golden/metrics`.
  public static var metrics: URL { folder(variable: "METRICS_GOLDENS", name: "metrics") }

  /// Model fixtures: `LVCD_GOLDENS`, else `Tests/Golden/lvcd`.
  public static var lvcd: URL { folder(variable: "LVCD_GOLDENS", name: "lvcd") }

  /// Weight files of other programs: `CHECKPOINT_GOLDENS`, else `Tests/Golden/checkpoints`.
  public static var checkpoints: URL { folder(variable: "CHECKPOINT_GOLDENS", name: "checkpoints") }

  /// Results of tensor operations: `TENSOR_GOLDENS`, else `Tests/Golden/tensors`.
  public static var tensors: URL { folder(variable: "TENSOR_GOLDENS", name: "tensors") }

  private static func folder(variable: String, name: String) -> URL {
    if let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name)", isDirectory: true)
  }
}

/// A folder under the system's temporary folder that is removed when the value goes away.
public final class TemporaryFolder {
  /// The folder.
  public let url: URL

  /// Makes an empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("lvcd-bench-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
