public import EvalCore

/// The Markdown report, cut to what GitHub takes as a step summary: a larger one is dropped entirely.
public struct StepSummaryWriter: ReportWriter {
  /// `github`.
  public static var format: ReportFormat { .github }
  /// Bytes that GitHub takes per step.
  public static let limit = 1 << 20

  private let limit: Int

  /// A writer of at most `limit` bytes.
  public init(limit: Int = StepSummaryWriter.limit) { self.limit = limit }

  /// The tables first, what stands behind them after; what does not fit is counted.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    let text = try MarkdownWriter().write(results, layout: layout, options: options)
    guard text.utf8.count > limit else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var kept = ""
    for (index, line) in lines.enumerated() {
      // Room for the note below.
      guard kept.utf8.count + line.utf8.count + 201 <= limit else {
        return kept + "\n\(lines.count - index) lines are left out here; `report --format md` prints all.\n"
      }
      kept += line + "\n"
    }
    return kept
  }

  /// `::error` lines for failed clips, at most ten, the last one a count where there are more.
  public static func annotations(_ results: RunResults) -> String {
    let limit = GateMachineText.annotationLimit
    let failures = results.failures
    let fits = failures.count <= limit ? failures.count : limit - 1
    var text = failures.prefix(fits).map { failure -> String in
      let title = TextSafety.workflowProperty(
        "\(failure.suite)/\(failure.clip) \(failure.method): \(failure.reason.rawValue)")
      return "::error title=\(title)::\(TextSafety.workflowMessage(failure.message))\n"
    }.joined()
    if failures.count > fits {
      text += "::error title=lvcd-bench::and \(failures.count - fits) more failed clips\n"
    }
    return text
  }
}
