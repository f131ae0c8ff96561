internal import EvalCore

/// A table without a form yet: what every writer prints.
struct ReportTable {
  /// For example `Table 2. Similar Testset`.
  var title: String
  /// The title without the table's number: the test sets.
  var subject: String
  /// One or two sentences under the title.
  var caption: String
  /// Columns of one test set under a common heading, left to right.
  var groups: [ColumnGroup]
  /// Rows from the top.
  var rows: [Row]
  /// What a reader must know before the numbers: values over fewer clips than the set has.
  var warnings: [String]
  /// Labels of columns that must not be compared with published numbers.
  var notComparable: [String]
  /// The footnotes its marks point to, ascending.
  var footnotes: [Footnote]
  /// Whether this is the block of published rows beside measured ones.
  var isPublishedBlock: Bool

  struct ColumnGroup {
    /// The test set.
    var suite: String
    /// Its heading, for example `Similar Testset`.
    var title: String
    /// The heading's short form, for prefixes: `Similar`.
    var shortTitle: String
    var columns: [Column]
  }

  struct Column {
    var kind: ColumnKind
    /// Name without arrow.
    var label: String
    var polarity: Polarity
    var digits: Int
    /// Number of the footnote with a reason that holds for the whole column.
    var footnote: Int?

    /// Name with arrow.
    var header: String { label + polarity.arrow }
  }

  enum ColumnKind: Hashable {
    case metric(MetricID)
    /// Inference time relative to o = 0.
    case relativeTime(TimeKind)
  }

  struct Row {
    var method: MethodIdentity
    /// As many as there are columns in all groups together.
    var cells: [Value]

    var isPublished: Bool { method.kind == .published }
  }

  struct Value {
    /// Nil: missing.
    var number: Double?
    /// The number at the column's precision, or an en dash.
    var text: String
    var isBest = false
    /// Whether a paired test over clips does not tell it from the best of its column.
    var isLevelWithBest = false
    /// Clips that entered the value; nil for times.
    var clips: Int?
    /// Signature fields beyond those of the column.
    var deviations: [String: String] = [:]
    /// Clips of the set that are not in the value.
    var absentClips = 0
    /// Lower and upper end of the value's interval at the column's precision; empty when not shown.
    var interval: [String] = []
    /// The interval as it stands behind the number, with a blank before it; empty when not shown.
    var bracket: String { interval.isEmpty ? "" : " [\(interval.joined(separator: ", "))]" }
    /// Why it is missing.
    var reason: String?
    /// Number of the footnote with the reason, where it is not the column's.
    var footnote: Int?
  }

  struct Footnote: Hashable {
    /// Which letter.
    var number: Int
    var text: String

    /// a, b, … z, aa, ab, …
    var mark: String { ReportTable.mark(number) }
  }

  /// All columns, left to right.
  var columns: [Column] { groups.flatMap(\.columns) }

  /// a, b, … z, aa, ab, …
  static func mark(_ footnote: Int) -> String {
    var text = ""
    var rest = footnote + 1
    while rest > 0 {
      rest -= 1
      text = String(UnicodeScalar(UInt8(97 + rest % 26))) + text
      rest /= 26
    }
    return text
  }
}
