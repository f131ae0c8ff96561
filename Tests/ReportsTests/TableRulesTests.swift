import Baselines
import EvalCore
import Foundation
import Reports
import Testing

/// What the tables must and must not say.
@Suite struct TableRulesTests {
  // MARK: - Goldens

  @Test(arguments: [ReportFormat.markdown, .csv, .csvLong, .latex, .json])
  func firstRun(format: ReportFormat) throws {
    let text = try Reports.render(Samples.firstRun(), format: format)
    let ending = [.latex: "tex", .csvLong: "long.csv"][format] ?? format.rawValue
    try expectGolden(text, "first-run.\(ending)")
  }

  @Test(arguments: [ReportFormat.markdown, .csv, .latex])
  func mixedRun(format: ReportFormat) throws {
    let text = try Reports.render(try Samples.mixedRun(), format: format)
    try expectGolden(text, "mixed-run.\(format == .latex ? "tex" : format.rawValue)")
  }

  @Test func genericAndConsole() throws {
    try expectGolden(
      try Reports.render(Samples.firstRun(), format: .markdown, layout: .generic), "generic.md")
    try expectGolden(try ConsoleTable.render(Samples.firstRun()), "console.txt")
  }

  // MARK: - Best values

  @Test func tiesAtPrintedPrecisionAreAllBold() throws {
    let results = Samples.results([
      Samples.cell("a", "similar", [.psnr: 20.00001, .ssim: 0.9]),
      Samples.cell("b", "similar", [.psnr: 20.00004, .ssim: 0.8]),
      Samples.cell("c", "similar", [.psnr: 20.00006, .ssim: 0.7]),
      Samples.cell("d", "similar", [.psnr: 20.00014, .ssim: 0.6]),
    ])
    let rows = try markdownRows(results, layout: .generic)
    #expect(rows.map { $0[3] } == ["20.0000", "20.0000", "**20.0001**", "**20.0001**"])
    #expect(rows.map { $0[4] } == ["**0.9000**", "0.8000", "0.7000", "0.6000"])
  }

  @Test func oracleAndPublishedRowsAreNeverBoldBesideMeasuredOnes() throws {
    let text = try Reports.render(try Samples.mixedRun(), format: .markdown)
    let table = MarkdownCells.table(text)
    let published = table.filter { $0[0].hasSuffix("†") }
    #expect(published.count == 8)
    #expect(published.allSatisfy { row in !row.contains { $0.contains("**") } })
    let oracle = table.filter { $0[0] == "ground-truth" }
    #expect(oracle.count == 2)
    #expect(oracle.allSatisfy { row in !row.contains { $0.contains("**") } })
    #expect(text.contains("**22.1235**"))
    #expect(text.contains("## Reported in the paper (their data, their code)"))
  }

  /// The publication's test sets need not be among the run's.
  @Test func publishedRowsKeepTheirOwnTestSets() throws {
    var results = Samples.results(
      [Samples.cell("a", "open", [.psnr: 20])], suites: [Samples.suite("open", "Open animation")])
    results.cells += try PublishedTables.paper().rows(table: 1, method: "Ours")
    let text = try Reports.render(results, format: .markdown)
    #expect(text.contains("Similar PSNR↑ ") && text.contains("General PSNR↑ "))
    #expect(text.contains("| Ours † "))
    #expect(MarkdownCells.table(text).map(\.count) == [8, 15])
    let csv = try Reports.render(results, format: .csv)
    #expect(csv.contains("a,colorizer,,,,20.0,,,,,,"))
    #expect(csv.contains("Ours,published,,,,,,,,8.8423,40.2711,"))
  }

  /// A name that both a measured and a published row carry: two rows, in two blocks.
  @Test func aMeasuredRowMayCarryAPublishedName() throws {
    var results = Samples.results([
      Samples.cell("Ours", "similar", [.psnr: 20]), Samples.cell("b", "similar", [.psnr: 19]),
    ])
    results.cells += try PublishedTables.paper().rows(table: 1, method: "Ours")
    let table = MarkdownCells.table(try Reports.render(results, format: .markdown))
    #expect(table.map { $0[0] } == ["Ours", "b", "Ours †"])
    #expect(table[0][4] == "**20.0000**" && table[2][4] == "24.5489")
  }

  @Test func oneValueAloneIsNotBold() throws {
    let results = Samples.results([
      Samples.cell("a", "similar", [.psnr: 20]), Samples.cell("gt", "similar", [.psnr: 100], kind: .oracle),
    ])
    #expect(try !Reports.render(results, format: .markdown).contains("**"))
  }

  @Test func valuesOverFewerClipsAreNotComparedWithFullOnes() throws {
    let results = Samples.results([
      Samples.cell("full", "similar", [.psnr: 20]), Samples.cell("also full", "similar", [.psnr: 19]),
      Samples.cell("easy clips only", "similar", [.psnr: 30], clips: 3),
    ])
    let text = try Reports.render(results, format: .markdown, layout: .generic)
    let column = MarkdownCells.rows(text).map { $0[3] }
    #expect(column == ["**20.0000**", "19.0000", "30.0000<sup>−9</sup>"])
    #expect(text.contains("values over 3 to 12 of 12 clips"))
  }

  @Test func lowerIsBetterForErrors() throws {
    let results = Samples.results([
      Samples.cell("a", "similar", [.edmd: 4]), Samples.cell("b", "similar", [.edmd: 3]),
    ])
    #expect(try markdownRows(results, layout: .generic).map { $0[5] } == ["4.0000", "**3.0000**"])
  }

  // MARK: - Missing values and warnings

  @Test func columnReasonsAppearOnceAtTheHeading() throws {
    let text = try Reports.render(Samples.firstRun(), format: .markdown)
    let table = try #require(text.range(of: "## Table 1, continued"))
    #expect(text[..<table.lowerBound].ranges(of: "needs the Inception weights").count == 1)
    #expect(text.contains("Similar FID↓<sup>a</sup>"))
    #expect(text.contains("General FID↓<sup>a</sup>"))
  }

  @Test func aRowThatWasNotRunSaysSo() throws {
    let text = try Reports.render(Samples.firstRun(), format: .markdown)
    #expect(text.contains("not run on this test set"))
    let row = MarkdownCells.table(text).last { $0[0] == #"my\_method v2"# }
    #expect(row?.filter { $0.hasPrefix("–<sup>") }.count == 3)
  }

  @Test func substitutesAreNamedAboveTheirTable() throws {
    let text = try Reports.render(Samples.firstRun(), format: .markdown)
    #expect(text.contains(#"**Not comparable with published tables: EDMD\[XDoG,0.5\]**"#))
    let warning = try #require(text.range(of: "Not comparable"))
    let table = try #require(text.range(of: "| Method"))
    #expect(warning.lowerBound < table.lowerBound)
    let official = Samples.results(
      [Samples.cell("a", "similar", [.psnr: 1])], metrics: [Samples.column(.psnr, comparability: .official)])
    #expect(try !Reports.render(official, format: .markdown).contains("Not comparable"))
  }

  @Test func aMetricThatWasNotAskedForSaysSo() throws {
    let results = Samples.results(
      [Samples.cell("a", "similar", [.psnr: 1])], metrics: [Samples.column(.psnr)])
    let text = try Reports.render(results, format: .markdown)
    #expect(text.contains("FID, FVD, LPIPS, SSIM, EDMD, TC: not asked for in this run"))
  }

  @Test func valuesThatAreNotFiniteAreMissing() throws {
    let results = Samples.results([Samples.cell("a", "similar", [.psnr: .infinity, .ssim: .nan])])
    let text = try Reports.render(results, format: .markdown)
    #expect(text.contains("the value is not a finite number (inf)"))
    #expect(!text.contains("nan "))
    #expect(try Reports.render(results, format: .json).contains("not a finite number (inf)"))
    #expect(
      try Reports.render(results, format: .csvLong).contains("missing,the value is not a finite number (nan)")
    )
  }

  @Test func failuresComeFirstAndAreCounted() throws {
    var results = Samples.firstRun()
    results.failures = (1...25).map { index in
      ClipFailure(
        suite: "similar", clip: "c\(index)", method: "", stage: "read", reason: .unreadable, message: "broken"
      )
    }
    let text = try Reports.render(results, format: .markdown)
    let failures = try #require(text.range(of: "## Failures (25)"))
    let table = try #require(text.range(of: "## Table 1"))
    #expect(failures.lowerBound < table.lowerBound)
    #expect(
      text.contains("- similar/c20, read (unreadable): broken\n- and 5 more; the JSON report lists all\n"))
    #expect(!text.contains("similar/c21"))
  }

  // MARK: - Times

  @Test(arguments: [
    (TimeKind.measured, "measured, median seconds per frame"), (.asymptotic, "asymptotic, N/(N - o)"),
    (.segments, "whole segments"),
  ])
  func captionNamesTheKindOfTime(kind: TimeKind, text: String) throws {
    let results = Samples.results([
      Samples.cell("o=2", "similar", [.edmd: 4], time: 1.165),
      Samples.cell("o=4", "similar", [.edmd: 3], time: 1.4),
    ])
    let report = try Reports.render(
      results, format: .markdown, layout: .table3, options: ReportOptions(timeKinds: [kind]))
    #expect(report.contains("Inf. Time: \(text)"))
    // 1.165 lies a little above the half in binary.
    #expect(MarkdownCells.rows(report).map { $0.last } == ["**1.17**", "1.40"])
  }

  // MARK: - Errors

  @Test func refusesWhatIsNoTable() throws {
    #expect(throws: ReportError.noSuites) {
      try Reports.render(Samples.results([], suites: []), format: .markdown)
    }
    #expect(throws: ReportError.noRows(layout: .table2)) {
      try Reports.render(Samples.results([]), format: .csv, layout: .table2)
    }
    let cell = Samples.cell("a", "similar", [.psnr: 1])
    #expect(throws: ReportError.duplicateCell(method: "a", suite: "similar")) {
      try Reports.render(Samples.results([cell, cell]), format: .markdown)
    }
    #expect(throws: ReportError.unknownSuite(method: "a", suite: "other", known: ["similar"])) {
      try Reports.render(Samples.results([Samples.cell("a", "other", [.psnr: 1])]), format: .markdown)
    }
    #expect(throws: ReportError.digits(found: 13)) {
      try Reports.render(Samples.results([cell]), format: .markdown, options: ReportOptions(digits: 13))
    }
    #expect(ReportError.digits(found: 13).description.contains("0 to 12 are possible"))
  }

  // MARK: - Determinism

  /// Dictionaries iterate in another order when their keys were inserted in another order or with another
  /// capacity.
  @Test(arguments: ReportFormat.allCases)
  func dictionaryOrderDoesNotShow(format: ReportFormat) throws {
    let results = Samples.firstRun()
    let reference = try Reports.render(results, format: format)
    for seed in 1...8 {
      var other = results
      for index in other.cells.indices {
        var values: [MetricID: MetricSummary] = [:]
        values.reserveCapacity(7 << seed)
        let ids = MetricID.allCases
        for step in ids.indices {
          let id = ids[(step * 3 + seed) % ids.count]
          values[id] = results.cells[index].values[id]
        }
        other.cells[index].values = values
      }
      #expect(try Reports.render(other, format: format) == reference)
    }
  }

  @Test func everyFormatHasAWriter() throws {
    for format in ReportFormat.allCases {
      #expect(try !Reports.render(Samples.firstRun(), format: format).isEmpty)
    }
    #expect(LaTeXWriter.format == .latex && LongCSVWriter.format == .csvLong && TSVWriter.format == .tsv)
  }

  private func markdownRows(_ results: RunResults, layout: TableLayout) throws -> [[String]] {
    MarkdownCells.rows(try Reports.render(results, format: .markdown, layout: layout))
  }

  @Test func intervalsStandBehindValuesWhereAsked() throws {
    var results = Samples.firstRun()
    results.statistics = ResamplingSettings()
    results.cells[0].values[.psnr]?.interval = Interval(15.5, 16.25, level: 0.95)
    var options = ReportOptions()
    #expect(!(try Reports.render(results, format: .markdown).contains("[15.5")))
    options.showsIntervals = true
    let markdown = try Reports.render(results, format: .markdown, options: options)
    #expect(markdown.contains("15.9123 [15.5000, 16.2500]"))
    #expect(markdown.contains("intervals at 0.95, clips resampled 2000 times, seed 12345"))
    #expect(try Reports.render(results, format: .csvLong).contains(",15.91234,15.5,16.25,11,"))
    #expect(try ConsoleTable.render(results, options: options).contains("15.9123 [15.5000, 16.2500]"))
  }

  @Test func valuesOfAnotherSignatureAreNotRanked() throws {
    var results = Samples.results([
      Samples.cell("a", "similar", [.psnr: 20]), Samples.cell("b", "similar", [.psnr: 21]),
      Samples.cell("lossy", "similar", [.psnr: 25]),
    ])
    results.cells[2].deviations = ["src": "lossy"]
    let markdown = try Reports.render(results, format: .markdown)
    #expect(markdown.contains("**21.0000**") && !markdown.contains("**25.0000**"))
    let column = try #require(results.metrics.first { $0.id == .psnr })
    #expect(column.signature(of: results.cells[2]) == "PSNR|bits:8|proto:lvcd-paper-1|size:256x256|src:lossy")
    #expect(try Reports.render(results, format: .csvLong).contains(column.digest(of: results.cells[2])))
  }
}
