import EvalCore
import Foundation
import Reports
import Testing

@Suite struct LineartMatrixTests {
  private var table: LineartMatrixTable {
    let results = Samples.firstRun()
    return LineartMatrixTable(
      results,
      lines: results.suites.map { .init(label: "from \($0.name)", suite: $0.name) } + [
        .init(label: "lost", suite: "absent")
      ],
      missing: [.init(label: "hed", reason: "the weights are missing")])
  }

  @Test func everyKindOfLinesIsARow() throws {
    let text = table.text
    #expect(text.contains("not run: hed: the weights are missing"))
    let lost = try #require(text.split(separator: "\n").first { $0.hasPrefix("lost") })
    #expect(lost.contains("–") && !lost.contains("*"))
    for suite in Samples.firstRun().suites { #expect(text.contains("from \(suite.name)")) }
    // One best value per column and method.
    let columns = Samples.firstRun().metrics.filter { $0.unavailability == nil }.count
    #expect(text.contains("*") && columns > 0)
    #expect(table.markdown.contains("| Lines |") && table.markdown.contains("Signatures"))
    #expect(table.csv.contains("\r\n,hed,,,,0,,the weights are missing\r\n"))
  }
}
