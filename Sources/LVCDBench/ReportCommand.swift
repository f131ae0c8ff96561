internal import ArgumentParser
internal import Baselines
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import Reports

/// Writes tables from results only.
struct ReportCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write tables from the results of a run; computes nothing.",
    discussion: """
      RUN is a run folder, or 'paper' for the paper's own tables. The form 'html' is one page that opens from disk, \
      with plots and a gallery of the clips whose frames are still there. 'github' goes into the file that \
      $GITHUB_STEP_SUMMARY names, with annotations of failed clips on stdout; 'gha' and 'gha-bigger' hold the \
      quantities of which less and more is better.
      """)

  @Argument(help: ArgumentHelp("Run folder, or 'paper'.", valueName: "run"))
  var source: String

  @Option(name: .long, help: "\(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format = "md"

  @Option(name: .long, help: "1, 2, 3 or generic: the paper's table to lay out.")
  var table = "1"

  @Option(name: .long, help: "Decimals of the metrics.")
  var digits = 4

  @Flag(
    name: .customLong("ci"),
    help: "Show intervals over clips behind the values, and ≈ where a test does not tell one from the best.")
  var showsIntervals = false

  @Option(name: .long, help: "Table 3: inference times that are measured, asymptotic, segments or all.")
  var time = "measured"

  @Option(name: [.customShort("o"), .customLong("output")], help: "File to write. (default: print)")
  var output: String?

  @OptionGroup var page: PageArguments
  @OptionGroup var common: CommonOptions

  func run() throws {
    try reporting {
      guard let layout = TableLayout(rawValue: table) else {
        throw ValidationError(
          "--table '\(table)': expected one of \(TableLayout.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      guard let format = ReportFormat(rawValue: format) else {
        throw ValidationError(
          "--format '\(format)': expected one of \(ReportFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      guard (0...12).contains(digits) else {
        throw ValidationError("--digits must lie between 0 and 12, got \(digits)")
      }
      var options = ReportOptions()
      options.digits = digits
      options.showsIntervals = showsIntervals
      options.timeKinds = try timeKinds()
      let text =
        format == .html && source != "paper"
        ? try page.page(of: folder, layout: layout, options: options, library: common.library)
        : try Reports.render(try results(layout), format: format, layout: layout, options: options)
      if format == .github, output == nil, try appendSummary(layout, options) {
        let annotations = StepSummaryWriter.annotations(try results(layout))
        if !annotations.isEmpty { try answer(annotations) }
      } else if let output {
        try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: output))
      } else {
        try answer(text)
      }
    }
  }

  private func appendSummary(_ layout: TableLayout, _ options: ReportOptions) throws -> Bool {
    let results = try results(layout)
    return try StepSummary.append(common.progress) { limit in
      try StepSummaryWriter(limit: limit).write(results, layout: layout, options: options)
    }
  }

  private func timeKinds() throws -> [TimeKind] {
    if time == "all" { return TimeKind.allCases }
    guard let kind = TimeKind(rawValue: time) else {
      let legal = TimeKind.allCases.map(\.rawValue) + ["all"]
      throw ValidationError("--time '\(time)': expected one of \(legal.joined(separator: ", "))")
    }
    return [kind]
  }

  private func results(_ layout: TableLayout) throws -> RunResults {
    if source == "paper" { return try PublishedTables.paper().results(table: Int(layout.rawValue) ?? 1) }
    return try folder.results()
  }

  private var folder: RunFolder {
    RunFolder(URL(fileURLWithPath: source, isDirectory: true))
  }
}
