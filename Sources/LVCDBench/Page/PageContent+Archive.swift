internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports

extension PageContent {
  /// Everything a page can show of `run`, its clips compared with those of `baseline`.
  init(_ run: RunArchive, baseline: RunArchive?, baselineName: String?) throws {
    self.init()
    title += ": \(run.folder.url.lastPathComponent)"
    self.baselineName = baselineName
    facts = try run.provenance().map { group in
      FactGroup(title: group.title, facts: group.facts.map { FactGroup.Fact($0.name, $0.value) })
    }
    for cell in run.results.cells where cell.method.kind != .published {
      let (records, damaged) = try run.records(cell)
      if damaged > 0 {
        notes.append(
          "\(cell.method.name), \(cell.suite): records that cannot be trusted and are not shown clip by clip: \(damaged); "
            + "run the same command again to compute them anew")
      }
      let old = try baseline.map { try Self.values(of: cell, in: $0, like: run.results.metrics) } ?? [:]
      for record in records {
        clips.append(Self.scores(record, run.results.metrics, baseline: old[record.clip] ?? [:]))
      }
    }
    if let baseline, !clips.contains(where: { !$0.baseline.isEmpty }) {
      notes.append(
        "nothing is compared with \(baseline.folder.url.lastPathComponent): no row, test set and signature in common"
      )
    }
  }

  /// What the row of the same name found in each clip of the same set, under equal signatures only.
  private static func values(
    of cell: Cell, in baseline: RunArchive, like metrics: [MetricColumn]
  ) throws -> [String: [MetricID: Double]] {
    let hash = baseline.results.suites.first { $0.name == cell.suite }?.hash
    guard hash != nil,
      let twin = baseline.results.cells.first(where: {
        $0.suite == cell.suite && $0.method.name == cell.method.name && $0.method.kind != .published
      })
    else { return [:] }
    let equal = metrics.filter { metric in
      baseline.results.metrics.contains { $0.id == metric.id && $0.signature == metric.signature }
    }
    let records = try baseline.records(twin).records
    return Dictionary(records.map { ($0.clip, scores($0, equal, baseline: [:]).values) }) { first, _ in first
    }
  }

  private static func scores(
    _ record: Evaluation.ClipRecord, _ metrics: [MetricColumn], baseline: [MetricID: Double]
  ) -> ClipScores {
    let indices = (0..<record.comparedFrames).filter { $0 != record.skippedReference }
    var scores = ClipScores(
      suite: record.suite, method: record.method.name, clip: record.clip, frames: record.clipFrames,
      values: [:],
      baseline: baseline, seams: seams(record), warnings: record.warnings)
    for metric in metrics {
      let stored = record.measurements.first { $0.metric == metric.id && $0.signature == metric.signature }
      guard let measurement = stored?.measurement else { continue }
      if let value = measurement.value, value.isFinite { scores.values[metric.id] = value }
      // One value per frame, or one per pair of neighbours, which then belongs to the later frame.
      let places: [Int] =
        switch measurement.frames.count {
        case indices.count: indices
        case indices.count - 1: Array(indices.dropFirst())
        default: []
        }
      let curve = zip(places, measurement.frames).compactMap { place, value in
        value.flatMap { $0.isFinite ? FrameScore(frame: place, value: $0) : nil }
      }
      if curve.count > 1 { scores.curves[metric.id] = curve }
    }
    return scores
  }

  /// First new frames of the segments after the first one, for methods that state window N and overlap o: frame 0 is
  /// given, segment n generates N frames from 1 + n (N - o) on, the first o of them once more (LVCD, section 5.1).
  private static func seams(_ record: Evaluation.ClipRecord) -> [Int] {
    guard let window = record.method.settings["window"].flatMap(Int.init),
      let overlap = record.method.settings["overlap"].flatMap(Int.init), window > overlap, overlap >= 0
    else { return [] }
    return Array(stride(from: window + 1, to: record.clipFrames, by: window - overlap))
  }
}
