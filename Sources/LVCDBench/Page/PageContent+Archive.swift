internal import Comparison
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports
internal import Statistics

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
    if let baseline { compare(run, with: baseline) }
    if let baseline, !clips.contains(where: { !$0.baseline.isEmpty }) {
      notes.append(
        "nothing is compared with \(baseline.folder.url.lastPathComponent): no row, test set and signature in common"
      )
    }
  }

  /// The paired differences of the rows that both have; why there are none is a note.
  private mutating func compare(_ run: RunArchive, with baseline: RunArchive) {
    do {
      let (old, new) = (try baseline.folder.evidence(), try run.folder.evidence())
      var comparison = PairedComparison()
      comparison.settings = run.results.statistics ?? ResamplingSettings()
      let shared = old.methods.filter(new.methods.contains)
      comparisons = try comparison.differences(old, new, pairs: shared.map { ($0, $0) }).map { line in
        ComparisonLine(
          suite: line.suite, method: line.newMethod, label: line.label, old: line.old, new: line.new,
          interval: line.interval.map { $0.lower...$0.upper }, probability: line.adjustedProbability,
          verdict: line.verdict.rawValue, note: line.note)
      }
    } catch {
      notes.append("no paired comparison with \(baseline.folder.url.lastPathComponent): \(error)")
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
    var scores = ClipScores(
      suite: record.suite, method: record.method.name, clip: record.clip, frames: record.clipFrames,
      values: [:],
      baseline: baseline, seams: record.method.seams(frames: record.clipFrames), warnings: record.warnings)
    for metric in metrics {
      let stored = record.measurements.first { $0.metric == metric.id && $0.signature == metric.signature }
      guard let measurement = stored?.measurement else { continue }
      if let value = measurement.value, value.isFinite { scores.values[metric.id] = value }
      let curve = zip(record.frameIndices(of: measurement), measurement.frames).compactMap { place, value in
        value.flatMap { $0.isFinite ? FrameScore(frame: place, value: $0) : nil }
      }
      if curve.count > 1 { scores.curves[metric.id] = curve }
    }
    return scores
  }
}
