import Baselines
import EvalCore
import Testing

import Reports

/// The paper's own tables, rebuilt from its numbers.
@Suite struct PaperTablesTests {
  @Test(arguments: [1, 2, 3], [ReportFormat.markdown, .csv, .tsv, .latex])
  func rebuildsThePaper(table: Int, format: ReportFormat) throws {
    let results = try PublishedTables.paper().results(table: table)
    let layout = try #require(TableLayout(rawValue: "\(table)"))
    let text = try Reports.render(results, format: format, layout: layout)
    let ending = format == .latex ? "tex" : format.rawValue
    try expectGolden(text, "paper-table\(table).\(ending)")
  }

  @Test func headerHasThePapersOrderAndArrows() throws {
    let csv = try Reports.render(try PublishedTables.paper().results(table: 1), format: .csv)
    let header = csv.prefix { $0 != "\r\n" }
    let metrics = ["FID↓", "FVD↓", "LPIPS↓", "PSNR↑", "SSIM↑", "EDMD↓", "TC↓"]
    let expected =
      ["Method", "Kind"] + metrics.map { "Similar \($0)" } + metrics.map { "General \($0)" } + ["Status"]
    #expect(header == expected.joined(separator: ","))
  }

  /// Table 1: the paper's method is best in all 14 columns. Table 2: without the sampling schemes FID and
  /// LPIPS are best.
  @Test func boldIsTheBestOfEachColumn() throws {
    let first = try cells(table: 1)
    #expect(first.last?.map(isBold) == [Bool](repeating: true, count: 14))
    #expect(first.dropLast().allSatisfy { !$0.contains(where: isBold) })
    #expect(
      try cells(table: 2).map { $0.map(isBold) } == [
        [false, true, false, true, true], [false, false, false, false, false],
        [true, false, true, false, false], [false, false, false, false, false],
      ])
    let third = try cells(table: 3)
    #expect(third.map { $0.last } == ["**1.17**", "1.40", "1.75", "2.33", "3.50"])
  }

  private func isBold(_ cell: String) -> Bool { cell.hasPrefix("**") && cell.hasSuffix("**") }

  /// The value cells of the Markdown table, row by row.
  private func cells(table: Int) throws -> [[String]] {
    let layout = try #require(TableLayout(rawValue: "\(table)"))
    let results = try PublishedTables.paper().results(table: table)
    return MarkdownCells.rows(try Reports.render(results, format: .markdown, layout: layout))
  }
}
