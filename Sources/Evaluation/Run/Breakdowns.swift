public import EvalCore
internal import Statistics

/// Cuts one test set by motion, by length and along the clip.
struct Breakdowns {
  let suite: Suite
  let rows: [Row]
  let columns: [MetricColumn]
  /// Row's key, clip.
  let records: [String: [String: ClipRecord]]
  let settings: ResamplingSettings

  /// A group's label and whether a clip's number belongs to it.
  private struct Bin {
    let label: String
    let range: Range<Double>
  }

  /// Limits in pixels at 256x256 (LVCD, section 6).
  private static let motionBins = [
    Bin(label: "below 5 px", range: 0..<5), Bin(label: "5 to 10 px", range: 5..<10),
    Bin(label: "10 px and more", range: 10..<Double.infinity),
  ]
  /// Limits in frames: the paper's clips have 15 to 200, 59 on average.
  private static let lengthBins = [
    Bin(label: "below 32 frames", range: 0..<32), Bin(label: "32 to 63 frames", range: 32..<64),
    Bin(label: "64 frames and more", range: 64..<Double.infinity),
  ]

  /// Those that have something to say.
  var all: [Breakdown] { [byMotion, byLength, alongTheClip].compactMap(\.self) }

  // MARK: - Groups of clips

  private var byMotion: Breakdown? {
    // The motion is that of the originals, the same for all rows.
    var motion: [String: Double] = [:]
    for (clip, record) in records.values.flatMap({ $0 }) {
      let found = record.measurements.first { $0.metric == .tc }?.measurement
      if let value = found?.alternatives[ClipMeasurement.motionName] { motion[clip] = value }
    }
    guard !motion.isEmpty else { return nil }
    let unknown = Set(records.values.flatMap(\.keys)).subtracting(motion.keys)
    let note =
      unknown.isEmpty
      ? nil : "\(unknown.count) clips are in no group: nothing in them moves, or TC did not measure them"
    return breakdown(.motion, Self.motionBins, motion, note: note)
  }

  private var byLength: Breakdown? {
    let lengths = Dictionary(uniqueKeysWithValues: suite.clips.map { ($0.id, Double($0.count)) })
    return breakdown(.length, Self.lengthBins, lengths, note: nil)
  }

  private func breakdown(
    _ kind: Breakdown.Kind, _ bins: [Bin], _ numbers: [String: Double], note: String?
  ) -> Breakdown? {
    let known = Set(records.values.flatMap(\.keys))
    let members = bins.map { bin in
      known.filter { clip in numbers[clip].map(bin.range.contains) ?? false }.sorted()
    }
    guard members.contains(where: { !$0.isEmpty }) else { return nil }
    var lines: [Breakdown.Row] = []
    for row in rows {
      for column in columns {
        let values = members.map { clips in
          clips.compactMap { measurement(row, column, $0)?.value }
        }
        guard values.contains(where: { !$0.isEmpty }) else { continue }
        lines.append(
          Breakdown.Row(
            method: row.identity.name, metric: column.id, values: values.map(Self.mean),
            intervals: values.map { ClipBootstrap.mean($0, settings: settings) }))
      }
    }
    guard !lines.isEmpty else { return nil }
    return Breakdown(
      suite: suite.name, kind: kind,
      groups: zip(bins, members).map { Breakdown.Group(label: $0.label, clips: $1.count) }, rows: lines,
      note: note)
  }

  // MARK: - Along the clip

  private var alongTheClip: Breakdown? {
    var lines: [Breakdown.Row] = []
    var clips: [Int] = []
    var seams: [String: [Int]] = [:]
    for row in rows {
      for column in columns {
        var sums: [Double] = []
        var counts: [Int] = []
        for record in (records[row.key] ?? [:]).values.sorted(by: { $0.clip < $1.clip }) {
          guard let measurement = measurement(row, column, record.clip) else { continue }
          let found = zip(record.frameIndices(of: measurement), measurement.frames)
          for (index, value) in found {
            guard let value else { continue }
            while sums.count <= index { sums.append(0); counts.append(0) }
            sums[index] += value
            counts[index] += 1
          }
        }
        guard !sums.isEmpty else { continue }
        for (index, count) in counts.enumerated() {
          if index < clips.count { clips[index] = max(clips[index], count) } else { clips.append(count) }
        }
        lines.append(
          Breakdown.Row(
            method: row.identity.name, metric: column.id,
            values: zip(sums, counts).map { $1 == 0 ? nil : $0 / Double($1) }))
      }
      let own = row.identity.seams(frames: suite.clips.map(\.count).max() ?? 0)
      if !own.isEmpty { seams[row.identity.name] = own }
    }
    guard !lines.isEmpty else { return nil }
    for index in lines.indices {
      lines[index].values += Array(repeating: nil, count: clips.count - lines[index].values.count)
    }
    return Breakdown(
      suite: suite.name, kind: .frame,
      groups: clips.enumerated().map { Breakdown.Group(label: "\($0)", clips: $1) }, rows: lines,
      seams: seams.isEmpty ? nil : seams)
  }

  private func measurement(_ row: Row, _ column: MetricColumn, _ clip: String) -> ClipMeasurement? {
    records[row.key]?[clip]?.measurements.first {
      $0.metric == column.id && $0.signature == column.signature
    }?.measurement
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

extension ClipRecord {
  /// The frame each entry of `measurement.frames` belongs to: one per evaluated frame, or one per pair of
  /// neighbours, which is the later frame's; empty for values of the whole clip.
  public func frameIndices(of measurement: ClipMeasurement) -> [Int] {
    let evaluated = (0..<comparedFrames).filter { $0 != skippedReference }
    return switch measurement.frames.count {
    case evaluated.count: evaluated
    case evaluated.count - 1: Array(evaluated.dropFirst())
    default: []
    }
  }
}
