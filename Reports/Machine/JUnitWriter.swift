public import EvalCore

/// A JUnit document of a run: one test case per row and test set, one per failed clip.
public struct JUnitWriter: ReportWriter {
  /// `junit`.
  public static var format: ReportFormat { .junit }

  /// Makes a writer.
  public init() {}

  /// The document; rows without a single value are failures, the layout plays no part.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    let results = results.withoutNonFiniteValues
    var total = 0
    var failed = 0
    var body = ""
    for suite in results.suites {
      let cells = results.cells.filter { $0.suite == suite.name && $0.method.kind != .published }
      let failures = results.failures.filter { $0.suite == suite.name }
      let empty = cells.filter { cell in cell.values.values.allSatisfy { $0.value == nil } }
      total += cells.count + failures.count
      failed += empty.count + failures.count
      body +=
        "  <testsuite name=\"\(TextSafety.xml(suite.name))\" tests=\"\(cells.count + failures.count)\" "
        + "failures=\"\(empty.count + failures.count)\" errors=\"0\">\n"
      for cell in cells { body += testCase(cell, results) }
      for failure in failures { body += testCase(failure) }
      body += "  </testsuite>\n"
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="lvcd-bench run" tests="\(total)" failures="\(failed)" errors="0">
      \(body)</testsuites>

      """
  }

  private func start(_ suite: String, _ name: String) -> String {
    "    <testcase classname=\"lvcd-bench.run.\(TextSafety.xml(suite))\" name=\"\(TextSafety.xml(name))\">\n"
  }

  private func testCase(_ cell: Cell, _ results: RunResults) -> String {
    let values = results.metrics.compactMap { column in
      cell.values[column.id]?.value.map { "\(column.label) \(DecimalText.shortest($0))" }
    }
    let reasons = Set(cell.values.values.compactMap(\.reason)).sorted().joined(separator: "; ")
    let content =
      values.isEmpty
      ? "<failure type=\"missing\" message=\"\(TextSafety.xml(reasons))\"/>"
      : "<system-out>\(TextSafety.xml("\(cell.clips) clips: " + values.joined(separator: ", ")))</system-out>"
    return start(cell.suite, cell.method.name) + "      \(content)\n    </testcase>\n"
  }

  private func testCase(_ failure: ClipFailure) -> String {
    let row = failure.method.isEmpty ? "" : " of \(failure.method)"
    return start(failure.suite, "\(failure.clip)\(row), \(failure.stage)")
      + "      <failure type=\"\(failure.reason.rawValue)\" message=\"\(TextSafety.xml(failure.message))\"/>\n"
      + "    </testcase>\n"
  }
}
