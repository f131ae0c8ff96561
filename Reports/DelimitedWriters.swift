public import EvalCore

/// The table as laid out, one line per row, full precision, comma-separated (RFC 4180: CRLF, quoted where
/// needed).
///
/// Columns: `Method`, `Kind` (of the row), the table's columns with arrows, `Status`. A missing value is an
/// empty field.
/// Published rows follow the measured ones, with columns of their own where the measured column is a
/// substitute.
public struct CSVWriter: ReportWriter {
  /// `csv`.
  public static var format: ReportFormat { .csv }

  /// Makes a writer.
  public init() {}

  /// The document, UTF-8 with a header line.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    try wideLines(results, layout: layout, options: options).map(Delimited.csv).joined()
  }
}

/// As `CSVWriter`, fields separated by tabs and lines ended by LF; tabs and line breaks inside fields become
/// blanks.
public struct TSVWriter: ReportWriter {
  /// `tsv`.
  public static var format: ReportFormat { .tsv }

  /// Makes a writer.
  public init() {}

  /// The document, UTF-8 with a header line.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    try wideLines(results, layout: layout, options: options).map(Delimited.tsv).joined()
  }
}

/// One line per method, test set and metric at full precision, for analysis (RFC 4180).
///
/// `suite, method, kind, metric, label, value, lo, hi, n, frames, sig, status, reason`; `lo` and `hi` are the
/// ends of the interval over clips, empty where there is none, `n` counts clips, `sig` is the digest of the
/// metric's signature. Times follow as `seconds_per_frame`, `relative_time` (as published) and
/// `relative_time_measured`, `_asymptotic` and `_segments`.
public struct LongCSVWriter: ReportWriter {
  /// `csv-long`.
  public static var format: ReportFormat { .csvLong }

  /// Makes a writer.
  public init() {}

  /// The document, UTF-8 with a header line; the layout plays no part.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    let results = results.withoutNonFiniteValues
    var lines = [
      [
        "suite", "method", "kind", "metric", "label", "value", "lo", "hi", "n", "frames", "sig", "status",
        "reason",
      ]
    ]
    for cell in results.cells {
      let isPublished = cell.method.kind == .published
      let known = results.suites.first { $0.name == cell.suite }?.clips ?? 0
      let start = [
        TextSafety.spreadsheet(cell.suite), TextSafety.spreadsheet(cell.method.name),
        cell.method.kind.rawValue,
      ]
      let signed: (MetricColumn) -> String = { cell.deviations == nil ? $0.digest : $0.digest(of: cell) }
      let ids = Set(cell.values.keys).union(isPublished ? [] : results.metrics.map(\.id))
      for id in ids.sorted() {
        let column = isPublished ? nil : results.metrics.first { $0.id == id }
        let summary = cell.values[id]
        let value = summary?.value
        let reason = value == nil ? column?.unavailability ?? summary?.reason ?? "not computed" : ""
        let clips = summary?.clips ?? 0
        let counts = isPublished || value == nil ? ["", ""] : ["\(clips)", "\(summary?.frames ?? 0)"]
        let isPartial = !isPublished && clips < known
        let status = value == nil ? "missing" : isPartial ? "partial" : "ok"
        let label = TextSafety.spreadsheet(column?.label ?? id.title)
        let number = value.map(DecimalText.shortest) ?? ""
        let signature = isPublished ? "published" : TextSafety.spreadsheet(column.map(signed) ?? "")
        let ends = [summary?.interval?.lower, summary?.interval?.upper].map {
          $0.map(DecimalText.shortest) ?? ""
        }
        lines.append(
          start + [id.rawValue, label, number] + ends + counts
            + [signature, status, TextSafety.spreadsheet(reason)])
      }
      let times =
        [("seconds_per_frame", cell.secondsPerFrame), ("relative_time", cell.relativeTime)]
        + TimeKind.allCases.map { ("relative_time_\($0.rawValue)", cell.inferenceTimes?[$0]) }
      for (name, time) in times {
        guard let time else { continue }
        let number = DecimalText.shortest(time)
        let signature = isPublished ? "published" : ""
        lines.append(start + [name, name, number, "", "", "", "", signature, "ok", ""])
      }
    }
    return lines.map(Delimited.csv).joined()
  }
}

private func wideLines(
  _ results: RunResults, layout: TableLayout, options: ReportOptions
) throws -> [[String]] {
  let results = results.withoutNonFiniteValues
  let tables = try TableBuilder(results, layout: layout, options: options).tables(suitesPerTable: .max)
  // Published rows may have columns of their own, since a substitute's column carries another name: one
  // header for all.
  let isGrouped = layout == .table1 || layout == .generic
  let headers = tables.map { table in
    table.groups.flatMap { group in
      let prefix = isGrouped ? "\(group.shortTitle) " : ""
      return group.columns.map { TextSafety.spreadsheet(prefix + $0.header) }
    }
  }
  var union: [String] = []
  for header in headers.joined() where !union.contains(header) { union.append(header) }
  var lines = [["Method", "Kind"] + union + ["Status"]]
  for (table, header) in zip(tables, headers) {
    for row in table.rows {
      let numbers = union.map { name in
        header.firstIndex(of: name).flatMap { row.cells[$0].number }.map(DecimalText.shortest) ?? ""
      }
      let name = TextSafety.spreadsheet(row.method.name)
      lines.append([name, row.method.kind.rawValue] + numbers + [status(row)])
    }
  }
  return lines
}

/// `ok`, or what the row lacks.
private func status(_ row: ReportTable.Row) -> String {
  let missing = row.cells.filter { $0.number == nil }.count
  if missing == row.cells.count { return "missing" }
  if missing > 0 || row.cells.contains(where: { $0.absentClips > 0 }) { return "partial" }
  return "ok"
}

/// Fields as lines.
enum Delimited {
  static func csv(_ fields: [String]) -> String {
    fields.map { field in
      let hasBlanks = field.hasPrefix(" ") || field.hasSuffix(" ")
      let isPlain = !hasBlanks && !field.contains { ",\"\r\n".contains($0) }
      if isPlain { return field }
      let parts = field.split(separator: "\"", omittingEmptySubsequences: false)
      return "\"\(parts.joined(separator: "\"\""))\""
    }.joined(separator: ",") + "\r\n"
  }

  static func tsv(_ fields: [String]) -> String { fields.joined(separator: "\t") + "\n" }
}
