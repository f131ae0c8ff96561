public import EvalCore

/// The forms a report can have.
public enum ReportFormat: String, CaseIterable, Sendable {
  /// Tables with footnotes, for reading.
  case markdown = "md"
  /// The table as laid out, one line per row, at full precision (RFC 4180).
  case csv
  /// As `csv`, separated by tabs.
  case tsv
  /// One line per method, test set and metric, at full precision: for analysis.
  case csvLong = "csv-long"
  /// The results document itself, keys sorted.
  case json
  /// `booktabs` tables for a paper.
  case latex
  /// The sets cut by motion, by length and along the clip, as Markdown.
  case strata
  /// One test case per row and test set and one per failed clip, for CI systems.
  case junit
  /// Markdown that fits a GitHub step summary.
  case github
  /// Bencher Metric Format.
  case bmf
  /// Custom JSON of github-action-benchmark, quantities of which less is better.
  case gha
  /// As `gha`, quantities of which more is better.
  case ghaBigger = "gha-bigger"
  /// One page with plots and pictures that opens from disk.
  case html
}

/// Which table to lay out.
public enum TableLayout: String, CaseIterable, Sendable {
  /// The paper's Table 1: all seven metrics on every test set.
  case table1 = "1"
  /// The paper's Table 2: FID, FVD, LPIPS, EDMD and TC on the Similar set.
  case table2 = "2"
  /// The paper's Table 3: as Table 2, and the inference time.
  case table3 = "3"
  /// The metrics of the run, one table per test set, and the time per frame where there is one.
  case generic
}

/// Settings of a report that do not change its numbers.
public struct ReportOptions: Sendable, Hashable {
  /// Decimals of metric values, 0…12.
  public var digits: Int
  /// Decimals of relative inference times, 0…12.
  public var timeDigits: Int
  /// What the relative times of measured rows are, a column for each; named in the caption.
  public var timeKinds: [TimeKind]
  /// Whether values are followed by their intervals over clips.
  public var showsIntervals: Bool
  /// How many failed clips are listed by name; the others are counted.
  public var failureLimit: Int

  /// Makes options; the defaults are the paper's form: four decimals, two for times.
  public init(
    digits: Int = 4, timeDigits: Int = 2, timeKinds: [TimeKind] = [.measured], failureLimit: Int = 20,
    showsIntervals: Bool = false
  ) {
    self.digits = digits
    self.timeDigits = timeDigits
    self.timeKinds = timeKinds
    self.failureLimit = failureLimit
    self.showsIntervals = showsIntervals
  }
}

/// Why a report cannot be made.
public enum ReportError: Error, Equatable, CustomStringConvertible {
  /// There is no row to print.
  case noRows(layout: TableLayout)
  /// The results hold no test set.
  case noSuites
  /// A number of decimals outside 0…12.
  case digits(found: Int)
  /// Two cells claim the same place in the table.
  case duplicateCell(method: String, suite: String)
  /// A page that does not fit its limit even without pictures.
  case pageTooLarge(limit: Int, needed: Int)
  /// A cell names a test set that the results do not list.
  case unknownSuite(method: String, suite: String, known: [String])

  /// One line: what was found, what was expected, and the fix.
  public var description: String {
    switch self {
    case .noRows(let layout):
      "results: hold no row for table \(layout.rawValue); score at least one method on its test set first"
    case .noSuites:
      "results: hold no test set, a table needs at least one; run or score a suite first"
    case .digits(let found):
      "report options: \(found) decimals asked for, 0 to 12 are possible; the paper prints 4"
    case .pageTooLarge(let limit, let needed):
      "page: limited to \(limit) bytes, needs \(needed) without a picture; raise the limit"
    case .duplicateCell(let method, let suite):
      "results: row '\(method)' occurs twice on test set '\(suite)', row names must be unique; rename one"
    case .unknownSuite(let method, let suite, let known):
      "results: row '\(method)' names test set '\(suite)', the results list "
        + "\(known.joined(separator: ", ")); add the set or remove the row"
    }
  }
}
