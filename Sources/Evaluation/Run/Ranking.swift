internal import Comparison
internal import EvalCore
internal import Statistics

/// Says of every value whether a paired test over clips tells it from the best of its column.
struct Ranking {
  let columns: [MetricColumn]
  let settings: ResamplingSettings

  /// Sets `differsFromBest` in `cells`; oracles, published rows and values of other signatures take no part.
  func mark(_ cells: inout [Cell], records: ResultsBuilder.RecordTable) throws(IncomparableReason) {
    for suite in Set(cells.map(\.suite)) {
      for column in columns { try mark(&cells, suite: suite, column: column, records: records[suite] ?? [:]) }
    }
  }

  private func mark(
    _ cells: inout [Cell], suite: String, column: MetricColumn, records: [String: [String: ClipRecord]]
  ) throws(IncomparableReason) {
    let candidates = cells.indices.filter { index in
      let cell = cells[index]
      return cell.suite == suite && [.colorizer, .external].contains(cell.method.kind)
        && cell.values[column.id]?.value != nil
    }
    let usual = candidates.map { cells[$0].deviations ?? [:] }.min { $0.count < $1.count }
    let comparable = candidates.filter { cells[$0].deviations ?? [:] == usual }
    let values = comparable.compactMap { cells[$0].values[column.id]?.value }
    guard comparable.count > 1, var best = values.first else { return }
    for value in values where column.id.polarity.isBetter(value, than: best) { best = value }
    guard let first = comparable.first(where: { cells[$0].values[column.id]?.value == best }) else { return }
    func evidence(_ index: Int) -> CellEvidence {
      let own = records[RunFolder.rowKey(cells[index].method)] ?? [:]
      return CellEvidence(cells[index], column, own.values.sorted { $0.clip < $1.clip })
    }
    var comparison = PairedComparison()
    comparison.settings = settings
    let reference = evidence(first)
    let others = comparable.filter { $0 != first }
    var lines: [PairedDifference] = []
    for index in others {
      lines.append(
        try comparison.line(
          reference, evidence(index), clips: cells[index].clips, place: cells[index].method.name))
    }
    for (index, line) in zip(others, comparison.adjusted(lines)) {
      cells[index].values[column.id]?.differsFromBest = line.verdict == .worse
    }
  }
}
