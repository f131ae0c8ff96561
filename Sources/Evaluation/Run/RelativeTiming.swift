internal import EvalCore
internal import Statistics

/// Forms inference times relative to o = 0 from the times in clip records.
struct RelativeTiming {
  let rows: [Row]
  let settings: ResamplingSettings

  /// The times of a row on a set; nil for methods without segments. `records` are those of the set by row and
  /// clip.
  func times(of row: Row, suite: Suite, records: [String: [String: ClipRecord]]) -> InferenceTimes? {
    guard row.isMeasured, let (window, overlap) = row.identity.segmentation else { return nil }
    var times = InferenceTimes(window: window, overlap: overlap, lengths: suite.clips.map(\.count))
    guard let base = rows.first(where: { isBase($0, of: row) }) else {
      times.reason = "no row differs from this one in overlap 0 alone; a sweep over model.overlap times one"
      return times
    }
    times.base = base.identity.name
    let (own, other) = (records[row.key] ?? [:], records[base.key] ?? [:])
    let pairs = own.keys.sorted().compactMap { clip -> (Double, Double)? in
      guard let a = own[clip]?.secondsPerFrame, let b = other[clip]?.secondsPerFrame, b > 0 else { return nil }
      return (a, b)
    }
    times.clips = pairs.count
    guard !pairs.isEmpty else {
      times.reason = "no clip was coloured without interruption in this row and in '\(base.identity.name)'"
      return times
    }
    func ratio(_ picked: [Int]) -> Double {
      Median.of(picked.map { pairs[$0].0 }) / Median.of(picked.map { pairs[$0].1 })
    }
    times.measured = ratio(Array(pairs.indices))
    times.interval = CentredBootstrap.interval(clips: pairs.count, settings: settings, estimate: ratio)
    return times
  }

  /// Whether `candidate` is the same method without overlap, whatever its noise.
  private func isBase(_ candidate: Row, of row: Row) -> Bool {
    guard candidate.hasRecords, candidate.identity.settings["overlap"] == "0" else { return false }
    func others(_ row: Row) -> [String: String] {
      row.identity.settings.filter { $0.key != "overlap" && $0.key != "seed" }
    }
    return others(candidate) == others(row)
  }
}
