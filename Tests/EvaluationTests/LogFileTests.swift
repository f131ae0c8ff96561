import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct LogFileTests {
  @Test func fullLogsGiveWayToNewOnes() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("log.jsonl")
    let old = folder.url.appendingPathComponent("log.jsonl.1")
    try AppendedLines.rotate(file, limit: 10)
    try AppendedLines.append(["line": "first"], to: file)
    try AppendedLines.rotate(file, limit: 1000)
    #expect(!FileManager.default.fileExists(atPath: old.path))
    try AppendedLines.rotate(file, limit: 10)
    try AppendedLines.append(["line": "second"], to: file)
    #expect(try String(contentsOf: old, encoding: .utf8) == "{\"line\":\"first\"}\n")
    #expect(try String(contentsOf: file, encoding: .utf8) == "{\"line\":\"second\"}\n")
  }

  @Test func devicesAreNotMoved() throws {
    try AppendedLines.rotate(URL(fileURLWithPath: "/dev/null"), limit: 0)
    #expect(FileManager.default.fileExists(atPath: "/dev/null"))
  }
}
