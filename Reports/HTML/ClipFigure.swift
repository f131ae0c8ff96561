internal import EvalCore

/// One clip of the gallery: its pictures at the worst frame, all its frames as a strip, its scores along the clip.
struct ClipFigure {
  let model: PageModel
  let clip: ClipScores
  /// Position in the gallery, from 1.
  let number: Int

  /// The clip with its pictures.
  func drawn(_ strip: GalleryStrip, frames: [Int]) -> Markup {
    let worst = clip.worstFrame
    let frame = worst.map { min($0.frame, clip.frames - 1) } ?? frames.first ?? 0
    let judged = worst.map { ", the worst by \(label($0.metric))" } ?? ""
    let lanes = strip.lanes.filter { !$0.images.isEmpty }
    let notes: Markup =
      strip.notes.isEmpty ? "" : "<p class=\"hint\">Not shown: \(strip.notes.joined(separator: "; ")).</p>"
    return article(
      """
      <div class="stage">\(lanes.enumerated().map { stage($1, index: $0, frame: frame) })</div>
      <p class="now" aria-live="off">Frame \(frame)\(judged).</p>
      \(notes)\(frames.count > 1 ? filmstrip(lanes, frames: frames) : "")
      """)
  }

  private func article(_ pictures: Markup) -> Markup {
    let method = model.measured.first { $0.name == clip.method }
    let mark: Markup =
      method.map { method in
        """
        <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true" class="\(model.style(method))">\
        \(model.shape(method).drawn(7, 7))</svg>
        """
      } ?? ""
    let warnings: Markup =
      clip.warnings.isEmpty ? "" : "<p class=\"hint\">\(clip.warnings.joined(separator: "; "))</p>"
    return """
      <article class="clip" id="g\(number)" data-row="\(clip.method)" data-suite="\(clip.suite)">
      <header><h3><span class="rank">\(number)</span> \(clip.clip)</h3>
      <p class="where">\(mark) \(clip.method) · \(model.title(clip.suite)) · \(clip.frames) frames</p>
      <dl class="scores">\(model.metrics.compactMap(score))</dl></header>
      \(pictures)\(warnings)\(curves)</article>

      """
  }

  private func label(_ id: MetricID) -> String {
    model.results.metrics.first { $0.id == id }?.label ?? id.title
  }

  private func score(_ metric: MetricColumn) -> Markup? {
    guard let value = clip.values[metric.id] else { return nil }
    var change = Markup.empty
    if let old = clip.baseline[metric.id] {
      let isWorse = metric.id.polarity.isBetter(old, than: value)
      let sign = value - old > 0 ? "+" : ""
      change = """
         <span class="\(isWorse ? "worse" : value == old ? "same" : "better")">\(sign)\(model.number(value - old)) \
        \(isWorse ? "worse" : value == old ? "same" : "better")</span>
        """
    }
    return
      "<div><dt>\(metric.label + metric.id.polarity.arrow)</dt><dd>\(model.number(value))\(change)</dd></div>"
  }

  // MARK: - Pictures

  private func stage(_ lane: GalleryLane, index: Int, frame: Int) -> Markup {
    // A lane may lack the worst frame; the nearest one stands in, named by its number.
    let nearest = lane.images.keys.min { (abs($0 - frame), $0) < (abs($1 - frame), $1) }
    guard let key = nearest, let image = lane.images[key] else { return "" }
    let title = lane.kind.title
    let at = lane.isStill ? "" : ", frame \(key)"
    let caption: Markup = lane.caption.isEmpty ? "" : " <span class=\"hint\">\(lane.caption)</span>"
    return """
      <figure data-lane="\(index)"><img src="\(Markup(dataAddressOf: image))" width="\(image.width)" \
      height="\(image.height)" alt="\(title)\(at)"/><figcaption>\(title)\(caption)</figcaption></figure>
      """
  }

  private func filmstrip(_ lanes: [GalleryLane], frames: [Int]) -> Markup {
    let moving = lanes.enumerated().filter { !$1.isStill }
    let head = frames.map { "<th scope=\"col\">\($0)</th>" as Markup }
    let rows = moving.map { index, lane -> Markup in
      let cells = frames.map { frame -> Markup in
        guard let image = lane.images[frame] else { return "<td>–</td>" }
        return """
          <td><img data-frame="\(frame)" src="\(Markup(dataAddressOf: image))" width="\(image.width)" \
          height="\(image.height)" loading="lazy" decoding="async" alt="\(lane.kind.title), frame \(frame)"/></td>
          """
      }
      return "<tr data-lane=\"\(index)\"><th scope=\"row\">\(lane.kind.title)</th>\(cells)</tr>\n"
    }
    return """
      <details class="strip"><summary>\(frames.count) frames</summary><div class="scroll" tabindex="0" role="region" \
      aria-label="Frames of \(clip.clip)"><table><thead><tr><th scope="col">Frame</th>\(head)</tr></thead><tbody>
      \(rows)</tbody></table></div></details>

      """
  }

  // MARK: - Scores along the clip

  private var curves: Markup {
    let figures = model.metrics.compactMap { metric -> Markup? in
      var lines: [FramePlot.Line] = []
      for method in model.measured where method.kind != .oracle {
        let entry = model.clips(suite: clip.suite, method: method.name).first { $0.clip == clip.clip }
        guard let points = entry?.curves[metric.id], points.count > 1 else { continue }
        lines.append(FramePlot.Line(method: method, points: points, isMain: method.name == clip.method))
      }
      guard lines.contains(where: \.isMain) else { return nil }
      return FramePlot(model: model, metric: metric, lines: lines, seams: clip.seams).figure(
        title: Markup(text: metric.label + metric.id.polarity.arrow), caption: "")
    }
    guard !figures.isEmpty else { return "" }
    let seams = clip.seams.isEmpty ? "" : " Dotted verticals: a new segment begins."
    return """
      <details class="curves"><summary>Scores along the clip</summary>
      <p class="hint">Strong line: this row; faint lines: the other rows on the same clip.\(seams)</p>
      <div class="cards">\(figures)</div></details>

      """
  }
}
