internal import EvalCore

/// Scores against frame index: a line per row, segment seams marked where they are known.
struct FramePlot {
  /// One row's line.
  struct Line {
    var method: MethodIdentity
    var points: [FrameScore]
    /// Drawn over the others.
    var isMain = true
  }

  let model: PageModel
  let metric: MetricColumn
  let lines: [Line]
  let seams: [Int]

  /// The mean over the clips of a test set at each frame index; nil when there is nothing to draw.
  static func mean(_ model: PageModel, suite: String, metric: MetricColumn) -> Markup? {
    var lines: [Line] = []
    var seams: Set<Int> = []
    for method in model.measured where method.kind != .oracle {
      var sums: [Int: (total: Double, count: Int)] = [:]
      for clip in model.clips(suite: suite, method: method.name) {
        for score in clip.curves[metric.id] ?? [] {
          sums[score.frame, default: (0, 0)].total += score.value
          sums[score.frame, default: (0, 0)].count += 1
        }
        seams.formUnion(clip.seams)
      }
      let points = sums.sorted { $0.key < $1.key }.map {
        FrameScore(frame: $0.key, value: $0.value.total / Double($0.value.count))
      }
      if points.count > 1 { lines.append(Line(method: method, points: points)) }
    }
    guard !lines.isEmpty else { return nil }
    let seamWords = seams.isEmpty ? "" : " Dotted verticals: a new segment begins."
    return FramePlot(model: model, metric: metric, lines: lines, seams: seams.sorted()).figure(
      title: "\(metric.label + metric.id.polarity.arrow) along the clip",
      caption: "<p>Mean over the clips that have the frame.\(seamWords)</p>")
  }

  func figure(title: Markup, caption: Markup) -> Markup {
    let left = 52.0
    let top = 10.0
    let bottom = 168.0
    let right = PlotPiece.width - 12
    let frames = lines.flatMap { $0.points.map { Double($0.frame) } }
    let x = PlotScale(of: frames, from: left, to: right, ticks: 6)
    let y = PlotScale(of: lines.flatMap { $0.points.map(\.value) }, from: bottom, to: top)
    var body = PlotPiece.verticalAxis(y, left: left, right: right)
    for tick in x.ticks where tick == tick.rounded() {
      body +=
        "<text class=\"tick\" x=\"\(x(tick))\" y=\"\(bottom + 16)\" text-anchor=\"middle\">\(Int(tick))</text>"
    }
    for seam in seams where x.domain.contains(Double(seam)) {
      body += "<path class=\"seam\" d=\"M\(x(Double(seam))) \(top)V\(bottom)\"/>"
    }
    for line in lines.sorted(by: { !$0.isMain && $1.isMain }) { body += drawn(line, x, y) }
    body += "<text class=\"tick\" x=\"\(right)\" y=\"\(bottom + 32)\" text-anchor=\"end\">frame</text>"
    let words = lines.compactMap { line -> String? in
      guard let first = line.points.first, let last = line.points.last else { return nil }
      return "\(line.method.name): \(model.number(first.value)) at frame \(first.frame), "
        + "\(model.number(last.value)) at frame \(last.frame)"
    }
    return PlotPiece.figure(
      title: title,
      description: "\(metric.label) against frame index. \(words.joined(separator: "; ")).",
      height: bottom + 38, body: body, caption: caption)
  }

  private func drawn(_ line: Line, _ x: PlotScale, _ y: PlotScale) -> Markup {
    var path = Markup.empty
    for (index, point) in line.points.enumerated() {
      // A gap in the frames is a gap in the line.
      let isJoined = index > 0 && line.points[index - 1].frame == point.frame - 1
      path += "\(isJoined ? "L" : "M")\(x(Double(point.frame))) \(y(point.value))"
    }
    var marks: Markup = "<path class=\"line\" d=\"\(path)\"/>"
    if let last = line.points.last {
      marks += model.shape(line.method).drawn(x(Double(last.frame)), y(last.value), size: 3.5)
    }
    return "<g class=\"\(model.style(line.method))\(line.isMain ? "" : " faint")\">\(marks)</g>"
  }
}
