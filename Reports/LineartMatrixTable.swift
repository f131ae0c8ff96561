public import EvalCore

/// How much a method's scores depend on who draws the lines: one row per kind of lines, one block per method.
public struct LineartMatrixTable: Sendable {
  /// One kind of lines.
  public struct Lines: Sendable, Hashable {
    /// Name in the first column.
    public var label: String
    /// The test set whose clips have these lines.
    public var suite: String

    /// A kind of lines.
    public init(label: String, suite: String) {
      self.label = label
      self.suite = suite
    }
  }

  /// Lines that were asked for and are not there.
  public struct Missing: Sendable, Hashable {
    /// Name of the lines.
    public var label: String
    /// Why.
    public var reason: String

    /// Makes an entry.
    public init(label: String, reason: String) {
      self.label = label
      self.reason = reason
    }
  }

  private let results: RunResults
  private let lines: [Lines]
  private let missing: [Missing]
  private let digits: Int

  /// The table of `results`, whose test sets differ in their lines alone.
  public init(_ results: RunResults, lines: [Lines], missing: [Missing], digits: Int = 4) {
    self.results = results
    self.lines = lines
    self.missing = missing
    self.digits = digits
  }

  private var columns: [MetricColumn] { results.metrics.filter { $0.unavailability == nil } }

  /// Row labels in order, each once.
  private var methods: [String] {
    results.cells.reduce(into: []) { names, cell in
      if !names.contains(cell.method.name) { names.append(cell.method.name) }
    }
  }

  private func value(_ column: MetricColumn, _ method: String, _ suite: String) -> Double? {
    results.cells.first { $0.method.name == method && $0.suite == suite }?.values[column.id]?.value
      .flatMap { $0.isFinite ? $0 : nil }
  }

  /// The block of one method; the best value of each column is marked by `*`.
  private func block(_ method: String) -> [[String]] {
    let best = columns.map { column -> Double? in
      let values = lines.compactMap { value(column, method, $0.suite) }
      return values.isEmpty
        ? nil : values.reduce(values[0]) { column.id.polarity.isBetter($1, than: $0) ? $1 : $0 }
    }
    let head = ["Lines"] + columns.map { "\($0.label)\($0.id.polarity.arrow)" } + ["Clips"]
    let rows = lines.map { kind in
      let numbers = zip(columns, best).map { column, best -> String in
        guard let value = value(column, method, kind.suite) else { return "–" }
        return DecimalText.fixed(value, digits: digits) + (value == best ? "*" : "")
      }
      let clips = results.cells.first { $0.method.name == method && $0.suite == kind.suite }?.clips ?? 0
      return [kind.label] + numbers + ["\(clips)"]
    }
    return [head] + rows
  }

  private var remarks: [String] {
    let failed = results.failures.map { "failed: \($0.suite)/\($0.clip) (\($0.method)): \($0.message)" }
    let absent = results.metrics.compactMap { column in
      column.unavailability.map { "not computed: \(column.label): \($0)" }
    }
    return missing.map { "not run: \($0.label): \($0.reason)" } + failed + absent + results.notes
      + ["frames and metrics are the same in all rows; *: best of the column"]
  }

  /// Aligned text.
  public var text: String {
    let blocks = methods.map { method in
      let rows = block(method).map { $0.map(TextSafety.plain) }
      return "\(TextSafety.plain(method))\n\(AlignedText.table(rows))"
    }
    return (blocks + [remarks.map(TextSafety.plain).joined(separator: "\n")]).joined(separator: "\n\n") + "\n"
  }

  /// Markdown.
  public var markdown: String {
    let blocks = methods.map { method in
      let rows = block(method).map { "| \($0.map(TextSafety.markdown).joined(separator: " | ")) |" }
      let rule = "| --- |" + String(repeating: " ---: |", count: columns.count + 1)
      return (["## \(TextSafety.markdown(method))", "", rows[0], rule] + rows.dropFirst()).joined(
        separator: "\n")
    }
    let notes = remarks.map { "- \(TextSafety.markdown($0))" }.joined(separator: "\n")
    let signatures = columns.map { "- \($0.label): \(TextSafety.markdownCode($0.signature))" }.joined(
      separator: "\n")
    return (["# Scores by lines"] + blocks + [notes, "Signatures\n\n\(signatures)"]).joined(separator: "\n\n")
      + "\n"
  }

  /// One line per method, lines and metric at full precision (RFC 4180).
  public var csv: String {
    let head = ["method", "lines", "suite", "metric", "value", "clips", "sig", "reason"]
    let measured = methods.flatMap { method in
      lines.flatMap { kind in
        columns.map { column in
          let cell = results.cells.first { $0.method.name == method && $0.suite == kind.suite }
          return [
            method, kind.label, kind.suite, column.id.rawValue,
            value(column, method, kind.suite).map(DecimalText.shortest) ?? "", "\(cell?.clips ?? 0)",
            column.digest,
            cell?.values[column.id]?.reason ?? "",
          ]
        }
      }
    }
    let absent = missing.map { ["", $0.label, "", "", "", "0", "", $0.reason] }
    return ([head] + measured + absent).map { Delimited.csv($0.map(TextSafety.spreadsheet)) }.joined()
  }
}
