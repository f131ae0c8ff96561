import EvalCore
import Foundation
import Testing

@testable import Reports

@Suite struct MachineWritersTests {
  private func results() -> RunResults {
    var results = Samples.results([
      Samples.cell("a & b", "similar", [.psnr: 20, .edmd: 4], kind: .colorizer),
      Samples.cell("truth", "similar", [.psnr: 100], kind: .oracle),
      Samples.cell("quoted", "similar", [.psnr: 30], kind: .published),
      Samples.cell("nothing", "similar", [:], kind: .external),
    ])
    results.cells[0].values[.psnr]?.interval = Interval(19, 21.5, level: 0.95)
    results.cells[0].secondsPerFrame = 0.25
    results.failures = [
      ClipFailure(
        suite: "similar", clip: "c1", method: "a & b", stage: "read", reason: .unreadable, message: "50% <gone>")
    ]
    return results
  }

  private func text(_ format: ReportFormat, _ results: RunResults? = nil) throws -> String {
    try Reports.render(results ?? self.results(), format: format)
  }

  @Test func junitHasACasePerRowAndPerFailedClip() throws {
    let text = try text(.junit)
    #expect(text.contains("<testsuites name=\"lvcd-bench run\" tests=\"4\" failures=\"2\" errors=\"0\">"))
    #expect(text.contains("name=\"a &amp; b\"") && text.contains("PSNR 20.0"))
    #expect(text.contains("<failure type=\"unreadable\" message=\"50% &lt;gone&gt;\"/>"))
    #expect(text.contains("<failure type=\"missing\"") && !text.contains("quoted"))
    #expect(text.ranges(of: "<testcase ").count == 4 && text.ranges(of: "</testcase>").count == 4)
  }

  @Test func bencherTakesValuesWithIntervals() throws {
    struct Measure: Decodable { let value: Double, lower_value: Double?, upper_value: Double? }
    let document = try JSONDecoder().decode(
      [String: [String: Measure]].self, from: Data(try text(.bmf).utf8))
    #expect(Array(document.keys) == ["similar/a & b"])
    let measures = try #require(document["similar/a & b"])
    #expect(measures["PSNR"]?.upper_value == 21.5 && measures["EDMD[XDoG,0.5]"]?.lower_value == nil)
    #expect(measures["seconds per frame"]?.value == 0.25)
  }

  @Test func actionBenchmarkFilesHaveOneDirection() throws {
    struct Entry: Decodable { let name: String, unit: String, value: Double, range: String? }
    func entries(_ format: ReportFormat) throws -> [Entry] {
      try JSONDecoder().decode([Entry].self, from: Data(try text(format).utf8))
    }
    #expect(
      try entries(.gha).map(\.name) == [
        "similar/a & b EDMD[XDoG,0.5]", "similar/a & b seconds per frame",
      ])
    let bigger = try entries(.ghaBigger)
    #expect(bigger.map(\.unit) == ["dB"] && bigger.first?.range == "19.0 to 21.5")
  }

  @Test func stepSummariesStayBelowTheLimit() throws {
    var large = results()
    large.notes = (0..<10_000).map { "clip \($0) \(String(repeating: "x", count: 150))" }
    #expect(try MarkdownWriter().write(large, layout: .table1, options: ReportOptions()).utf8.count > 1 << 20)
    let text = try text(.github, large)
    #expect(text.utf8.count <= 1 << 20 && text.hasSuffix("`report --format md` prints all.\n"))
    #expect(try self.text(.github) == (try self.text(.markdown)))
  }

  @Test func failedClipsBecomeAtMostTenAnnotations() {
    var many = results()
    #expect(
      StepSummaryWriter.annotations(many)
        == "::error title=similar/c1 a & b%3A unreadable::50%25 <gone>\n")
    many.failures = (0..<25).map {
      ClipFailure(suite: "s", clip: "c\($0)", method: "m", stage: "read", reason: .missing, message: "gone")
    }
    let lines = StepSummaryWriter.annotations(many).split(separator: "\n")
    #expect(lines.count == 10 && lines.last == "::error title=lvcd-bench::and 16 more failed clips")
  }

  // MARK: - Marks and strata

  @Test func valuesThatATestDoesNotTellApartAreMarked() throws {
    var results = Samples.results([
      Samples.cell("a", "similar", [.edmd: 4.3]), Samples.cell("b", "similar", [.edmd: 4.4]),
      Samples.cell("c", "similar", [.edmd: 9]),
    ])
    results.cells[1].values[.edmd]?.differsFromBest = false
    results.cells[2].values[.edmd]?.differsFromBest = true
    let options = ReportOptions(showsIntervals: true)
    let marked = try Reports.render(results, format: .markdown, layout: .table2, options: options)
    #expect(marked.contains("**4.3000** ") && marked.contains("4.4000 ≈") && !marked.contains("9.0000 ≈"))
    #expect(marked.contains("≈: a paired test over clips"))
    let plain = try Reports.render(results, format: .markdown, layout: .table2)
    #expect(!plain.contains("≈"))
    let latex = try Reports.render(results, format: .latex, layout: .table2, options: options)
    #expect(latex.contains("4.4000 $\\approx$"))
  }

  @Test func allKindsOfTimeStandSideBySideUnderTheirNames() throws {
    var results = Samples.results([Samples.cell("o=4", "similar", [.edmd: 4], time: 1)])
    results.cells[0].inferenceTimes = InferenceTimes(window: 14, overlap: 4, lengths: [59])
    results.cells[0].inferenceTimes?.reason = "nothing to divide by"
    let text = try Reports.render(
      results, format: .markdown, layout: .table3, options: ReportOptions(timeKinds: TimeKind.allCases))
    #expect(
      text.contains("Inf. Time (measured)↓") && text.contains("Inf. Time (asymptotic)↓")
        && text.contains("Inf. Time (segments)↓"))
    #expect(MarkdownCells.rows(text).first?.suffix(2) == ["1.40", "1.20"])
    #expect(text.contains("nothing to divide by"))
  }

  @Test func strataAreTablesWithSeams() throws {
    var results = Samples.results([Samples.cell("m", "similar", [.psnr: 20])])
    results.breakdowns = [
      Breakdown(
        suite: "similar", kind: .motion, groups: [.init(label: "below 5 px", clips: 7)],
        rows: [.init(method: "m", metric: .psnr, values: [20], intervals: [Interval(19, 21, level: 0.95)])],
        note: "1 clip is still"),
      Breakdown(
        suite: "similar", kind: .frame, groups: (0..<60).map { .init(label: "\($0)", clips: $0 == 0 ? 0 : 2) },
        rows: [.init(method: "m", metric: .psnr, values: [nil] + (1..<60).map { Double($0) })],
        seams: ["m": [15]]),
    ]
    let text = try Reports.render(results, format: .strata)
    #expect(text.contains("below 5 px (7 clips)") && text.contains("20.0000 \\[19.0000, 21.0000\\]"))
    #expect(text.contains("static positions left out. 1 clip is still."))
    // Sixty frames in twenty lines of three; 15 begins a segment.
    #expect(text.contains("| 12–14 | 15–17 |") && text.contains("16.0000 ‡") && !text.contains("13.0000 ‡"))
    #expect(text.contains("| 1.5000 |"))
    let page = try Reports.render(results, format: .html)
    #expect(page.contains("id=\"strata\"") && page.contains("19.0000 to 21.0000"))
  }
}
