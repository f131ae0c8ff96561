internal import EvalCore

/// The list of clips with their values, worst first.
struct ClipTable {
  let model: PageModel
  let ranking: ClipRanking
  let options: PageOptions

  /// The section in at most `budget` bytes; clips of `shown` link to the gallery.
  func drawn(budget: Int, shown: [ClipScores]) -> Markup {
    guard !ranking.clips.isEmpty else {
      return
        "<section id=\"clips\"><h2>Clips</h2><p class=\"hint\">No clip of a measured row has scores.</p></section>\n"
    }
    var places: [String: Int] = [:]
    for (index, clip) in shown.enumerated() { places[key(clip)] = index + 1 }
    var lines = Markup.empty
    var count = 0
    for clip in ranking.clips.prefix(max(0, options.clipLineLimit)) {
      let line = drawn(clip, place: places[key(clip)])
      if lines.size + line.size > budget - 2000 { break }
      lines += line
      count += 1
    }
    let left = ranking.clips.count - count
    let note: Markup =
      left > 0
      ? " \(left) more \(left == 1 ? "line is" : "lines are") left out here; the records in the run folder hold all."
      : ""
    let change: [Markup] =
      ranking.isRegression ? model.metrics.map { "<th scope=\"col\" class=\"num\">Δ \($0.label)</th>" } : []
    let metrics = model.metrics.map {
      "<th scope=\"col\" class=\"num\">\($0.label + $0.id.polarity.arrow)</th>" as Markup
    }
    return """
      <section id="clips"><h2>Clips</h2>
      <p class="hint">\(ranking.explanation)\(note)</p>
      <div class="scroll tall" tabindex="0" role="region" aria-label="List of clips"><table class="sortable list" data-filter="clips">
      <thead><tr><th scope="col">Clip</th><th scope="col">Row</th><th scope="col">Test set</th>\
      <th scope="col" class="num">Frames</th>\(metrics)\(change)</tr></thead>
      <tbody>\(lines)</tbody></table></div></section>

      """
  }

  private func key(_ clip: ClipScores) -> String { "\(clip.suite)\u{0}\(clip.method)\u{0}\(clip.clip)" }

  private func drawn(_ clip: ClipScores, place: Int?) -> Markup {
    let name: Markup = place.map { "<a href=\"#g\($0)\">\(clip.clip)</a>" } ?? "\(clip.clip)"
    let values = model.metrics.map { cell(clip.values[$0.id], sign: "") }
    let changes = ranking.isRegression ? model.metrics.map(change(clip)) : []
    return """
      <tr data-row="\(clip.method)" data-suite="\(clip.suite)"><th scope="row">\(name)</th><td>\(clip.method)</td>\
      <td>\(model.title(clip.suite))</td><td data-v="\(clip.frames)">\(clip.frames)</td>\(values)\(changes)</tr>

      """
  }

  private func cell(_ value: Double?, sign: String) -> Markup {
    guard let value else { return "<td>–</td>" }
    return "<td data-v=\"\(DecimalText.shortest(value))\">\(sign)\(model.number(value))</td>"
  }

  private func change(_ clip: ClipScores) -> (MetricColumn) -> Markup {
    { metric in
      guard let new = clip.values[metric.id], let old = clip.baseline[metric.id] else { return "<td>–</td>" }
      return cell(new - old, sign: new > old ? "+" : "")
    }
  }
}
