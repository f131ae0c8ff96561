import Foundation
import Testing

/// Runs the built program as a user would.
struct Program {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The program beside the test bundle.
  static var executable: URL {
    get throws {
      let folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        .deletingLastPathComponent()
      let candidates = [folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
        .compactMap { $0?.appendingPathComponent("lvcd-bench") }
      return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
    }
  }

  /// Runs `lvcd-bench arguments`, its cache in `cache`.
  static func run(_ arguments: [String], cache: URL, killedAfter seconds: Double? = nil) throws -> Outcome {
    try run(executable, arguments, cache: cache, killedAfter: seconds)
  }

  /// Runs a shell script with `$PROGRAM` set.
  static func shell(_ script: String, cache: URL) throws -> Outcome {
    try run(URL(fileURLWithPath: "/bin/bash"), ["-c", script], cache: cache, killedAfter: nil)
  }

  private static func run(_ executable: URL, _ arguments: [String], cache: URL, killedAfter seconds: Double?)
    throws -> Outcome
  {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["LVCD_BENCH_CACHE"] = cache.path
    environment["PROGRAM"] = try self.executable.path
    process.environment = environment
    // Files rather than pipes: output of any size cannot block the program.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lvcd-bench-out-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["out", "err"].map { folder.appendingPathComponent($0) }
    for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    if let seconds {
      Thread.sleep(forTimeInterval: seconds)
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }
}
