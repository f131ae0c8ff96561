internal import Evaluation
internal import Foundation
internal import Reports

/// The file that GitHub shows as a step's summary.
enum StepSummary {
  /// Appends what `text` makes of the bytes that are left. Returns false when `$GITHUB_STEP_SUMMARY` names no
  /// file or has no room, the latter with a warning.
  @discardableResult
  static func append(_ progress: ProgressReporter, _ text: (_ limit: Int) throws -> String) throws -> Bool {
    guard let path = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty else {
      return false
    }
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    let used = Int(try handle.seekToEnd())
    // The limit is on the file as a whole: what other steps wrote into it counts.
    let room = StepSummaryWriter.limit - used
    guard room > 1000 else {
      progress.warn("\(path): no room for the table, \(used) bytes are there")
      return false
    }
    try handle.write(contentsOf: Data(text(room).utf8))
    return true
  }
}
