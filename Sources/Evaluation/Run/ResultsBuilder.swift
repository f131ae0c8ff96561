internal import Comparison
internal import EvalCore
internal import Foundation
internal import Hashing
internal import LVCDModel
internal import Statistics

/// Forms the cells of a run from its clip records. Pure: the same records give the same bytes.
struct ResultsBuilder {
  let runner: Runner

  /// Records without arrays: test set, row's key, clip.
  typealias RecordTable = [String: [String: [String: ClipRecord]]]

  func results() throws -> RunResults {
    var cells: [Cell] = []
    var failures: [ClipFailure] = []
    var notes: [String] = []
    var excluded: [String: Set<String>] = [:]
    var records: RecordTable = [:]
    for suite in runner.suites {
      var failed: Set<String> = []
      for row in runner.rows where row.hasRecords {
        let clips = row.clips(of: suite, timingClips: runner.configuration.timingClips)
        let known = try Workers.map(clips.count) { try record(suite, row, clips[$0]) }
        for (clip, found) in zip(clips, known) {
          if let record = found {
            records[suite.name, default: [:]][row.key, default: [:]][clip.id] = record
          } else {
            // A clip that could not be timed is no reason to leave it out of the scores.
            if row.isMeasured { failed.insert(clip.id) }
            if let failure = try failure(suite, row, clip) { failures.append(failure) }
          }
        }
      }
      excluded[suite.name] = failed
      if suite.clips.count < suite.fullCount {
        notes.append(
          "\(RunResults.partialNote)\(suite.clips.count) of \(suite.fullCount) clips of \(suite.name)")
      }
      if !failed.isEmpty {
        notes.append(
          "\(suite.name): \(failed.count) of \(suite.clips.count) clips are left out of every row, because they failed in one: "
            + failed.sorted().joined(separator: ", "))
      }
    }
    var kept: RecordTable = [:]
    for row in runner.rows where !row.isTimingOnly {
      if case .published(let published) = row.source {
        cells += published
        continue
      }
      for suite in runner.suites {
        let left = (records[suite.name]?[row.key] ?? [:]).filter {
          excluded[suite.name]?.contains($0.key) != true
        }
        notes += Self.sourceNotes(left.values.map(\.warnings), row: row.identity.name, suite: suite.name)
        kept[suite.name, default: [:]][row.key] = left
        var cell = try cell(row, suite: suite, records: left.values.sorted { $0.clip < $1.clip })
        cell.inferenceTimes = RelativeTiming(rows: runner.rows, settings: runner.configuration.statistics)
          .times(of: row, suite: suite, records: records[suite.name] ?? [:])
        cells.append(cell)
      }
    }
    notes += Self.modelNotes(runner.rows.filter(\.isMeasured).map(\.identity))
    let columns = runner.metrics.map(Self.column)
    try Ranking(columns: columns, settings: runner.configuration.statistics).mark(&cells, records: kept)
    let breakdowns = runner.suites.flatMap { suite in
      Breakdowns(
        suite: suite, rows: runner.rows.filter(\.isMeasured), columns: columns,
        records: kept[suite.name] ?? [:], settings: runner.configuration.statistics
      ).all
    }
    return RunResults(
      protocolName: runner.configuration.frameProtocol.name, metrics: columns,
      suites: runner.suites.map { Self.summary($0, excluded: excluded[$0.name] ?? []) }, cells: cells,
      failures: failures, notes: notes, statistics: runner.configuration.statistics,
      breakdowns: breakdowns)
  }

  /// The model inside the program must not pass for the published one.
  private static func modelNotes(_ rows: [MethodIdentity]) -> [String] {
    Dictionary(grouping: rows) { $0.settings[LVCDColorizer.embeddedSetting] ?? "" }
      .filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }.map { model, rows in
        "\(rows.map(\.name).joined(separator: ", ")): coloured by \(model), the small model inside this program; "
          + "its numbers say nothing about the published model"
      }
  }

  /// A clip's record without its arrays, of which a set's worth does not fit into memory.
  private func record(_ suite: Suite, _ row: Row, _ clip: SuiteClip) throws -> ClipRecord? {
    guard var record = try fullRecord(suite, row, clip.id) else { return nil }
    for index in record.measurements.indices { record.measurements[index].measurement.arrays = [:] }
    return record
  }

  private func fullRecord(_ suite: Suite, _ row: Row, _ clip: String) throws -> ClipRecord? {
    let file = runner.folder.recordFile(suite: suite.name, row: row.key, clip: clip)
    guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
    return try ClipRecord.open(data, file: file.path)
  }

  /// The value of a metric that needs arrays, from records read one at a time; read again for the clips'
  /// influences.
  private func summary(
    _ summarizer: any MetricSummarizer, _ metric: any Metric, _ row: Row, suite: Suite, clips: [String]
  ) throws -> MetricSummary {
    var summarizer = summarizer
    func measurement(_ clip: String) throws -> ClipMeasurement? {
      try fullRecord(suite, row, clip)?.measurement(metric.signature)
    }
    for clip in clips {
      guard let measurement = try measurement(clip) else { continue }
      try summarizer.add(clipID: clip, measurement)
    }
    var summary = try summarizer.summary()
    guard let value = summary.value, summary.interval == nil else { return summary }
    let settings = runner.configuration.statistics
    summary.interval = try summarizer.interval(settings)
    if clips.count >= StatisticalLimits.fewestClips, let pass = try summarizer.makeInfluencePass() {
      let influences = try clips.map { try measurement($0).map(pass.influence) ?? 0 }
      summary.influences = influences
      summary.interval =
        summary.interval
        ?? InfluenceError.interval(of: value, influences: influences, settings: settings)
    }
    return summary
  }

  private func failure(_ suite: Suite, _ row: Row, _ clip: SuiteClip) throws -> ClipFailure? {
    let file = runner.folder.failureFile(suite: suite.name, row: row.key, clip: clip.id)
    guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
    return try JSONDecoder().decode(ClipFailure.self, from: data)
  }

  private func cell(_ row: Row, suite: Suite, records: [ClipRecord]) throws -> Cell {
    var values: [MetricID: MetricSummary] = [:]
    for metric in runner.metrics {
      if let reason = metric.unavailability {
        values[metric.id] = MetricSummary(value: nil, reason: reason, clips: 0, frames: 0)
        continue
      }
      let measured = records.compactMap { record in
        record.measurement(metric.signature).map { (clipID: record.clip, measurement: $0) }
      }
      if measured.isEmpty {
        values[metric.id] = MetricSummary(
          value: nil, reason: "no clip of this set could be scored in every row", clips: 0, frames: 0)
      } else if let summarizer = metric.makeSummarizer() {
        values[metric.id] = try summary(
          summarizer, metric, row, suite: suite, clips: measured.map(\.clipID))
      } else {
        values[metric.id] = try summary(metric, measured)
      }
    }
    let times = records.compactMap(\.secondsPerFrame).sorted()
    return Cell(
      method: row.identity, suite: suite.name, values: values, clips: records.count,
      secondsPerFrame: times.isEmpty ? nil : times[times.count / 2], deviations: Self.deviations(records))
  }

  /// The metric's summary with its interval over clips. Where the value is a mean over clips the interval is
  /// its own; other poolings take the spread of the clips' values about the pooled value.
  private func summary(
    _ metric: any Metric, _ measured: [(clipID: String, measurement: ClipMeasurement)]
  ) throws -> MetricSummary {
    var summary = try metric.summarize(measured)
    guard let value = summary.value, summary.interval == nil else { return summary }
    let settings = runner.configuration.statistics
    let clips = measured.compactMap(\.measurement.value)
    if !clips.isEmpty, let mean = ClipBootstrap.mean(clips, settings: settings) {
      let shift = value - clips.reduce(0, +) / Double(clips.count)
      let isMean = abs(shift) <= 1e-9 * max(abs(value), 1e-12)
      summary.interval = isMean ? mean : Interval(mean.lower + shift, mean.upper + shift, level: mean.level)
    }
    return summary
  }

  /// Signature fields that come from the frames themselves: encoding alone moves some metrics, and so do
  /// frames that were left out.
  private static func deviations(_ records: [ClipRecord]) -> [String: String]? {
    var fields: [String: String] = [:]
    let isLossy = records.contains { record in
      record.warnings.contains { $0 == "original: lossy" || $0 == "output: lossy" }
    }
    if isLossy { fields["src"] = "lossy" }
    let left = records.reduce(0) { $0 + $1.clipFrames - $1.comparedFrames }
    if left > 0 { fields["left-out"] = "\(left)" }
    return fields.isEmpty ? nil : fields
  }

  /// What a reader must know about the frames behind a row: lossy video, assumed colour, another size,
  /// missing frames.
  ///
  /// Findings of the sanity checks are joined without their counts; held frames of the original are no
  /// finding about a row.
  private static func sourceNotes(_ warnings: [[String]], row: String, suite: String) -> [String] {
    var clips: [String: Int] = [:]
    for text in warnings.flatMap({ $0 }) where !text.hasPrefix("check: original") {
      let isCheck = text.hasPrefix("check: ")
      let end = isCheck ? text.range(of: " (", options: .backwards)?.lowerBound : nil
      clips[end.map { String(text[..<$0]) } ?? text, default: 0] += 1
    }
    return clips.sorted { $0.key < $1.key }.map { text, count in
      "\(row), \(suite): \(text) (\(count) \(count == 1 ? "clip" : "clips"))"
    }
  }

  private static func column(_ metric: any Metric) -> MetricColumn {
    let signature = metric.signature.description
    return MetricColumn(
      id: metric.id, label: metric.label, comparability: metric.comparability, signature: signature,
      digest: String(SHA256Digest(of: signature.utf8).description.prefix(12)),
      unavailability: metric.unavailability)
  }

  private static func summary(_ suite: Suite, excluded: Set<String>) -> SuiteSummary {
    SuiteSummary(
      name: suite.name, title: suite.title, clips: suite.clips.count, frames: suite.frameCount,
      hash: suite.hash,
      licence: suite.licence,
      clipIDs: suite.clips.map(\.id).filter { !excluded.contains($0) }.sorted())
  }
}
