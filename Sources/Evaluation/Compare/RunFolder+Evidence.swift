public import Comparison
internal import EvalCore
internal import Foundation

extension RunFolder {
  /// What comparisons need of a finished run: values, signatures, and what each clip contributed.
  ///
  /// Throws `RunFolderError` when there are no results or when they and the records do not belong together.
  public func evidence(provenance: [String: String] = [:]) throws -> Evidence {
    let results = try results()
    let measured = results.cells.filter { $0.method.kind != .published }
    let suites = try results.suites.map { suite in
      guard let clips = suite.clipIDs else {
        throw RunFolderError.damaged(file: resultsFile.path, detail: "key 'clipIDs' of a test set is missing")
      }
      return SuiteEvidence(name: suite.name, hash: suite.hash, clips: clips)
    }
    var cells: [CellEvidence] = []
    for cell in measured {
      let clips = suites.first { $0.name == cell.suite }?.clips ?? []
      let records = try Workers.map(clips.count) { try record(of: cell, clip: clips[$0]) }
      for column in results.metrics where column.unavailability == nil {
        cells.append(CellEvidence(cell, column, records))
      }
      if let seconds = cell.secondsPerFrame {
        cells.append(
          CellEvidence(
            suite: cell.suite, method: cell.method.name, quantity: .secondsPerFrame, label: "s/frame",
            signature: "seconds_per_frame|agg:median", value: seconds,
            clipValues: records.map(\.secondsPerFrame)))
      }
    }
    return Evidence(
      protocolName: results.protocolName, program: ProgramVersion.current, provenance: provenance,
      suites: suites,
      cells: cells, isPartial: results.isPartial,
      failedClips: Set(results.failures.map { "\($0.suite)/\($0.clip)" }).sorted())
  }

  private func record(of cell: Cell, clip: String) throws -> ClipRecord {
    let file = recordFile(suite: cell.suite, row: Self.rowKey(cell.method), clip: clip)
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw RunFolderError.notARun(
        folder: url.path, detail: "results.json names clip '\(clip)' and its record is missing; run it again")
    }
    return try ClipRecord.open(data, file: file.path)
  }
}

extension CellEvidence {
  /// What `records`, in the order of the set's clips, and their summary in `cell` hold of one metric.
  init(_ cell: Cell, _ column: MetricColumn, _ records: [ClipRecord]) {
    let summary = cell.values[column.id]
    let values = records.map { record in
      record.measurements.first { $0.metric == column.id && $0.signature == column.signature }?
        .measurement.value
    }
    let influences = summary?.influences ?? []
    self.init(
      suite: cell.suite, method: cell.method.name, quantity: .metric(column.id), label: column.label,
      signature: column.signature(of: cell), value: summary?.value,
      reason: summary?.value == nil ? summary?.reason ?? "not measured" : nil,
      clipValues: values.contains { $0 != nil } ? values : [],
      influences: influences.count == records.count ? influences : [],
      isRankDeficient: (summary?.counters[CellEvidence.rankDeficientName] ?? 0) > 0)
  }
}
