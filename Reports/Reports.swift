public import EvalCore

/// Turns results into one document.
public protocol ReportWriter {
  /// The form it writes.
  static var format: ReportFormat { get }
  /// The document; the same results always give the same bytes. Throws `ReportError`.
  func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String
}

/// The one function that most callers need.
public enum Reports {
  /// `results` as a document in `format`. Values that are not finite count as missing. Throws `ReportError`.
  public static func render(
    _ results: RunResults, format: ReportFormat, layout: TableLayout = .table1,
    options: ReportOptions = ReportOptions()
  ) throws -> String {
    let writer: any ReportWriter =
      switch format {
      case .markdown: MarkdownWriter()
      case .csv: CSVWriter()
      case .tsv: TSVWriter()
      case .csvLong: LongCSVWriter()
      case .json: JSONWriter()
      case .latex: LaTeXWriter()
      case .strata: StrataWriter()
      case .junit: JUnitWriter()
      case .github: StepSummaryWriter()
      case .bmf: BencherWriter()
      case .gha: ActionBenchmarkWriter(.lowerIsBetter)
      case .ghaBigger: ActionBenchmarkWriter(.higherIsBetter)
      case .html: HTMLWriter()
      }
    return try writer.write(results, layout: layout, options: options)
  }

  /// One record per line and value, fields separated by tabs, no header: test set, method, metric, value
  /// (empty when missing), clips, digest of the signature.
  public static func plain(_ results: RunResults) -> String {
    results.withoutNonFiniteValues.cells.flatMap { cell in
      results.metrics.map { column in
        let summary = cell.values[column.id]
        let fields = [
          cell.suite, cell.method.name, column.id.rawValue, summary?.value.map(DecimalText.shortest) ?? "",
          "\(summary?.clips ?? 0)", cell.method.kind == .published ? "published" : column.digest(of: cell),
        ]
        return fields.map { TextSafety.plain($0).replacing("\t", with: " ") }.joined(separator: "\t") + "\n"
      }
    }.joined()
  }
}
