internal import Baselines
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import Reports

/// The documents that every finished run gets.
enum RunReport {
  /// Tables 1, 2 and 3 of the run in Markdown, CSV and LaTeX, the values one per line, and the paper's own tables.
  static func write(_ results: RunResults, into folder: RunFolder) throws {
    try write(results, into: folder.reportFolder)
    try put(Reports.render(results, format: .csvLong), "values.csv", folder.url)
  }

  static func write(_ results: RunResults, into folder: URL) throws {
    for layout in [TableLayout.table1, .table2, .table3] {
      for format in [ReportFormat.markdown, .csv, .latex] {
        try put(
          Reports.render(results, format: format, layout: layout),
          "table\(layout.rawValue).\(format.fileExtension)", folder)
      }
    }
    try put(Reports.render(results, format: .strata), "strata.md", folder)
    let paper = try PublishedTables.paper()
    for number in paper.tables {
      guard let layout = TableLayout(rawValue: "\(number)") else { continue }
      let published = try paper.results(table: number)
      for format in [ReportFormat.markdown, .csv] {
        try put(
          Reports.render(published, format: format, layout: layout),
          "paper-table\(number).\(format.fileExtension)", folder)
      }
    }
  }

  /// What `run` prints: one table as text, failures and notes first, and where everything lies.
  static func summary(
    _ results: RunResults, folder: RunFolder, layout: TableLayout = .table1
  ) throws -> String {
    """
    \(try ConsoleTable.render(results, layout: layout))
    Tables 1 to 3 (Markdown, CSV, LaTeX) and the paper's: \(folder.reportFolder.path)
    Every value with its signature: \(folder.url.appendingPathComponent("values.csv").path)
    Results for programs: \(folder.resultsFile.path)
    """
  }

  private static func put(_ text: String, _ name: String, _ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent(name))
  }
}

extension ReportFormat {
  /// The usual extension of a file of this form.
  var fileExtension: String {
    switch self {
    case .markdown, .strata, .github: "md"
    case .junit: "xml"
    case .bmf, .gha, .ghaBigger: "json"
    case .csv, .csvLong: "csv"
    case .tsv: "tsv"
    case .json: "json"
    case .latex: "tex"
    case .html: "html"
    }
  }
}
