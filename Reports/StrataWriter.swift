public import EvalCore

/// The sets cut by motion, by length and along the clip, for reading.
public struct StrataWriter: ReportWriter {
  /// `strata`.
  public static var format: ReportFormat { .strata }

  /// Makes a writer.
  public init() {}

  /// A table per test set and kind of group; frames are joined to at most `frameGroups` lines.
  public func write(_ results: RunResults, layout: TableLayout, options: ReportOptions) throws -> String {
    var parts = ["# Strata", "Protocol: \(TextSafety.markdownCode(results.protocolName))"]
    let breakdowns = results.breakdowns ?? []
    if breakdowns.isEmpty { parts.append("The results hold no strata; run the same command again.") }
    for breakdown in breakdowns {
      let table = StrataTable(breakdown, results: results, digits: options.digits)
      parts.append("## \(TextSafety.markdown(table.title))")
      if !table.caption.isEmpty { parts.append(TextSafety.markdown(table.caption)) }
      var lines = [table.header, table.header.indices.map { $0 == 0 ? "---" : "---:" }]
      lines[0] = lines[0].map(TextSafety.markdown)
      lines += table.lines.map { $0.map(TextSafety.markdown) }
      parts.append(lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n"
  }
}

/// One breakdown as rows of text, the same for every form.
struct StrataTable {
  /// Lines along the clip: more frames than these share lines.
  static let frameGroups = 24

  let title: String
  let caption: String
  let header: [String]
  let lines: [[String]]

  init(_ breakdown: Breakdown, results: RunResults, digits: Int) {
    let suite = results.suites.first { $0.name == breakdown.suite }
    let name = suite.map { $0.title.isEmpty ? $0.name : $0.title } ?? breakdown.suite
    func label(_ id: MetricID) -> String {
      (results.metrics.first { $0.id == id }?.label ?? id.title) + id.polarity.arrow
    }
    func text(_ value: Double?) -> String {
      value.flatMap { $0.isFinite ? DecimalText.fixed($0, digits: digits) : nil } ?? "–"
    }
    switch breakdown.kind {
    case .motion, .length:
      title = "\(name) by \(breakdown.kind == .motion ? "motion" : "length")"
      let meaning =
        breakdown.kind == .motion
        ? "Mean motion of the original between neighbouring frames at 256x256, static positions left out."
        : ""
      caption = [meaning, breakdown.note.map { "\($0)." } ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
      header = ["Row", "Metric"] + breakdown.groups.map { "\($0.label) (\($0.clips) clips)" }
      lines = breakdown.rows.map { row in
        let values = row.values.enumerated().map { index, value in
          let interval = row.intervals.indices.contains(index) ? row.intervals[index] : nil
          return text(value) + (interval.map { " [\(text($0.lower)), \(text($0.upper))]" } ?? "")
        }
        return [row.method, label(row.metric)] + values
      }
    case .frame:
      title = "\(name) along the clip"
      let seams = breakdown.seams ?? [:]
      let words = seams.isEmpty ? "" : " ‡: a new segment of the row begins there."
      caption = "Mean over the clips that have the frame.\(words)"
      let step = max(1, (breakdown.groups.count + Self.frameGroups - 1) / Self.frameGroups)
      let starts = Array(stride(from: 0, to: breakdown.groups.count, by: step))
      let ranges = starts.map { $0..<min($0 + step, breakdown.groups.count) }
      header =
        ["Row", "Metric"]
        + ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound - 1)" }
      lines = breakdown.rows.map { row in
        let marks = seams[row.method] ?? []
        return [row.method, label(row.metric)]
          + ranges.map { range in
            let weights = range.compactMap { index -> (Double, Double)? in
              row.values[index].map { ($0, Double(breakdown.groups[index].clips)) }
            }
            let weight = weights.reduce(0) { $0 + $1.1 }
            let mean = weight > 0 ? weights.reduce(0) { $0 + $1.0 * $1.1 } / weight : nil
            return text(mean) + (marks.contains(where: range.contains) ? " ‡" : "")
          }
      }
    }
  }
}
