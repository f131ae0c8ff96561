public import EvalCore

/// Statistics of test sets as text: one column per set, as the paper describes its own.
public enum SetStatisticsTable {
  /// Forms of the table.
  public enum Form: String, CaseIterable, Sendable {
    /// Aligned text.
    case text
    /// Markdown.
    case md
    /// One line per clip, fields separated by commas.
    case csv
  }

  /// The table of `sets`; every set is a column; the CSV has a line per clip.
  public static func render(_ sets: [SetStatistics], form: Form) -> String {
    switch form {
    case .text:
      return AlignedText.table(summary(sets).map { $0.map(TextSafety.plain) }) + "\n" + remarks(sets) + "\n"
    case .md:
      let rows = summary(sets).map { "| \($0.map(TextSafety.markdown).joined(separator: " | ")) |" }
      let rule = "| --- |" + String(repeating: " ---: |", count: sets.count)
      return ([rows[0], rule] + rows.dropFirst() + ["", TextSafety.markdown(remarks(sets))]).joined(
        separator: "\n")
        + "\n"
    case .csv:
      let head = [
        "set", "clip", "frames", "held_frames", "drawings", "motion", "true_motion", "end_point_error",
      ]
      let lines = sets.flatMap { set in
        set.clips.map { clip in
          let numbers = [clip.motion, clip.truth?.motion, clip.truth?.endPointError]
            .map { $0.map { DecimalText.fixed($0, digits: 4) } ?? "" }
          return [set.name, clip.id, "\(clip.frames)", "\(clip.heldFrames)", "\(clip.exposures.count)"]
            + numbers
        }
      }
      return ([head] + lines).map(Delimited.csv).joined()
    }
  }

  private static func summary(_ sets: [SetStatistics]) -> [[String]] {
    func row(_ name: String, _ value: (SetStatistics) -> String) -> [String] { [name] + sets.map(value) }
    func number(_ value: Double?, _ digits: Int = 1) -> String {
      value.map { DecimalText.fixed($0, digits: digits) } ?? "–"
    }
    func percent(_ value: Double?) -> String { value.map { "\(number(100 * $0)) %" } ?? "–" }
    func spread(_ values: [Double], _ digits: Int = 1) -> String {
      guard let spread = ClipSpread(values) else { return "–" }
      return [spread.least, spread.median, spread.most].map { number($0, digits) }.joined(separator: " / ")
    }
    var rows = [
      row("") { $0.title.isEmpty ? $0.name : $0.title },
      row("clips") { "\($0.clips.count)" },
      row("frames") { "\($0.clips.reduce(0) { $0 + $1.frames })" },
      row("frames per clip, mean") { number(mean($0.lengths)) },
      row("least / median / most") { spread($0.lengths, 0) },
      row("motion, px at 256x256, mean") { number(mean($0.motions), 2) },
      row("least / median / most") { spread($0.motions, 2) },
    ]
    for limit in SetStatistics.motionLimits {
      rows.append(row("clips above \(Int(limit)) px") { percent($0.share(above: limit)) })
    }
    rows += [
      row("held frames") { percent($0.heldShare) },
      row("frames on ones / twos / threes and more") { set in
        [set.share(onCount: 1), set.share(onCount: 2), set.share(onCount: 3, orMore: true)].map(percent)
          .joined(separator: " / ")
      },
    ]
    if sets.contains(where: { !$0.known.isEmpty }) {
      rows += [
        row("true motion, mean") { number(mean($0.known.map(\.truth.motion)), 2) },
        row("estimated, same clips") { number(mean($0.known.map(\.motion)), 2) },
        row("end-point error, px") { number(mean($0.known.map(\.truth.endPointError)), 2) },
      ]
      for limit in SetStatistics.motionLimits {
        rows.append(
          row("clips above \(Int(limit)) px by true motion") { set in
            let known = set.known
            return percent(
              known.isEmpty ? nil : Double(known.count { $0.truth.motion > limit }) / Double(known.count))
          })
      }
    }
    return rows
  }

  private static func remarks(_ sets: [SetStatistics]) -> String {
    let flows = Set(sets.map(\.flow)).sorted().joined(separator: ", ")
    let still = sets.reduce(0) { $0 + $1.clips.count { $0.motion == nil } }
    return "motion by \(flows); positions that move less than 0.5 px are left out"
      + (still > 0 ? "; \(still) clips without motion are in no mean" : "")
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
