import Foundation
import Testing

/// Compares a report with the committed one. With `UPDATE_GOLDENS=1` it writes the file instead, and fails so
/// that nobody
/// takes that for a passing test.
func expectGolden(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden/reports/\(name)")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
    try Data(text.utf8).write(to: url)
    Issue.record("\(name) was written, not compared; look at it, run again", sourceLocation: sourceLocation)
    return
  }
  let golden = String(decoding: try Data(contentsOf: url), as: UTF8.self)
  if text == golden { return }
  let found = text.split(separator: "\n", omittingEmptySubsequences: false)
  let expected = golden.split(separator: "\n", omittingEmptySubsequences: false)
  for index in 0..<max(found.count, expected.count) {
    let a = index < found.count ? found[index] : "(end)"
    let b = index < expected.count ? expected[index] : "(end)"
    if a == b { continue }
    Issue.record("\(name):\(index + 1): found\n\(a)\nexpected\n\(b)", sourceLocation: sourceLocation)
    return
  }
  Issue.record("\(name): line ends differ", sourceLocation: sourceLocation)
}
