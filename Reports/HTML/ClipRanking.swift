internal import EvalCore

/// The order of clips in gallery and list: the most regressed first where there is something to compare with, else the
/// worst first.
struct ClipRanking {
  /// Whether the order is that of regressions.
  let isRegression: Bool
  /// All clips of rows that can be good or bad, worst first.
  let clips: [ClipScores]
  /// The same, rows and test sets taking turns, so that one bad row does not fill a gallery.
  let taken: [ClipScores]
  /// Metrics that the order is made from.
  let metrics: [MetricColumn]

  init(_ model: PageModel) {
    metrics = model.metrics
    let judged = model.measured.filter { $0.kind != .oracle }
    let groups = model.results.suites.flatMap { suite in
      judged.map { model.clips(suite: suite.name, method: $0.name) }
    }.filter { !$0.isEmpty }
    let compared = groups.flatMap { $0 }.filter { !$0.baseline.isEmpty }
    isRegression = !compared.isEmpty
    let ids = metrics.map(\.id)
    if isRegression {
      clips = Self.ordered(compared, metrics: ids) { clip, id in
        guard let new = clip.values[id], let old = clip.baseline[id] else { return nil }
        return id.polarity == .lowerIsBetter ? new - old : old - new
      }
      taken = clips
    } else {
      let ranked = groups.map { group in
        Self.ordered(group, metrics: ids) { clip, id in
          clip.values[id].map { id.polarity == .lowerIsBetter ? $0 : -$0 }
        }
      }
      let longest = ranked.map(\.count).max() ?? 0
      taken = (0..<longest).flatMap { place in ranked.compactMap { $0.count > place ? $0[place] : nil } }
      clips = taken
    }
  }

  /// The sentence that says how clips are ordered.
  var explanation: String {
    let labels = metrics.map(\.label).joined(separator: ", ")
    return isRegression
      ? "Most regressed first: mean rank of the change over \(labels)."
      : "Worst first within each row, rows taking turns: mean rank over \(labels)."
  }

  /// Orders by the mean over metrics of the rank of `badness`, largest first; ties by name.
  private static func ordered(
    _ clips: [ClipScores], metrics: [MetricID], _ badness: (ClipScores, MetricID) -> Double?
  ) -> [ClipScores] {
    var totals = [Double](repeating: 0, count: clips.count)
    var counts = [Int](repeating: 0, count: clips.count)
    for id in metrics {
      let known = clips.indices.compactMap { index in
        badness(clips[index], id).map { (index: index, value: $0) }
      }.sorted { $0.value < $1.value }
      var start = 0
      while start < known.count {
        var end = start
        while end < known.count, known[end].value == known[start].value { end += 1 }
        for place in start..<end {
          totals[known[place].index] += Double(start + end - 1) / 2
          counts[known[place].index] += 1
        }
        start = end
      }
    }
    let means = clips.indices.map { counts[$0] == 0 ? -1 : totals[$0] / Double(counts[$0]) }
    return clips.indices.sorted { a, b in
      if means[a] != means[b] { return means[a] > means[b] }
      let left = clips[a]
      let right = clips[b]
      return (left.suite, left.clip, left.method) < (right.suite, right.clip, right.method)
    }.map { clips[$0] }
  }
}

extension ClipScores {
  /// Metrics by which a worst frame is chosen, the one nearest to what people see first.
  private static let judges: [MetricID] = [.lpips, .psnr, .ssim, .edmd]

  /// The worst frame and the metric that says so; nil when there are no values along the clip.
  var worstFrame: (frame: Int, metric: MetricID)? {
    for id in Self.judges {
      guard let curve = curves[id], var worst = curve.first else { continue }
      for score in curve where id.polarity.isBetter(worst.value, than: score.value) { worst = score }
      return (worst.frame, id)
    }
    return nil
  }

  /// At most `count` frames of the clip, evenly spaced, the worst one among them.
  func shownFrames(_ count: Int) -> [Int] {
    guard frames > 0, count > 0 else { return [] }
    let worst = min(worstFrame?.frame ?? 0, frames - 1)
    if count == 1 { return [worst] }
    var shown = Set((0..<min(count, frames)).map { $0 * (frames - 1) / max(1, min(count, frames) - 1) })
    if shown.contains(worst) { return shown.sorted() }
    // The nearest of the others makes room, first and last frame only where there are no others.
    let inner = shown.subtracting([0, frames - 1])
    let near = inner.min { (abs($0 - worst), $0) < (abs($1 - worst), $1) } ?? frames - 1
    if shown.count >= count { shown.remove(near) }
    shown.insert(worst)
    return shown.sorted()
  }
}
