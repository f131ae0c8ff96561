internal import EvalCore

/// Table 3 as a picture: quality against inference time relative to no overlap.
struct TimePlot {
  let model: PageModel
  let suite: String
  let metric: MetricID

  private var kind: TimeKind { model.options.timeKinds.first ?? .measured }

  private struct Point {
    var method: MethodIdentity
    var time: Double
    var value: Double
    var interval: ValueInterval?
  }

  /// Nil when fewer than two rows of a kind have both numbers. Published rows are drawn only where none was measured.
  var figure: Markup? {
    let all = model.methods.compactMap(point)
    let measured = all.filter { $0.method.kind != .published }
    let points = (measured.count > 1 ? measured : all.filter { $0.method.kind == .published })
      .sorted { $0.time < $1.time }
    guard points.count > 1 else { return nil }
    let isPublished = points.allSatisfy { $0.method.kind == .published }
    let left = 58.0
    let right = PlotPiece.width - 18
    let bottom = 178.0
    let x = PlotScale(of: points.map(\.time), from: left + 8, to: right, ticks: 6)
    let y = PlotScale(
      of: points.flatMap { [$0.value] + ($0.interval.map { [$0.lower, $0.upper] } ?? []) }, from: bottom,
      to: 22)
    var body = PlotPiece.verticalAxis(y, left: left, right: right)
    body += x.ticks.map {
      "<text class=\"tick\" x=\"\(x($0))\" y=\"\(bottom + 16)\" text-anchor=\"middle\">\(x.text($0))</text>"
        as Markup
    }.joined()
    let path = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(x(point.time)) \(y(point.value))" as Markup
    }
    body += "<path class=\"line trend\" d=\"\(path)\"/>"
    for point in points { body += drawn(point, x, y) }
    body += """
      <text class="tick" x="\(right)" y="\(bottom + 32)" text-anchor="end">\(isPublished ? "" : "\(kind.rawValue) ")inference time relative to o = 0</text>
      """
    let label = (isPublished ? nil : model.results.metrics.first { $0.id == metric }?.label) ?? metric.title
    let words = points.map {
      "\($0.method.name): time \(DecimalText.fixed($0.time, digits: 2)), \(model.number($0.value))"
    }
    return PlotPiece.figure(
      title: "\(label + metric.polarity.arrow) against time\(isPublished ? " †" : "")",
      description: "\(label) against inference time. \(words.joined(separator: "; ")).", height: bottom + 38,
      body: body,
      caption: "<p>\(metric.polarity == .lowerIsBetter ? "Down" : "Up") and to the left is better.</p>")
  }

  private func point(_ method: MethodIdentity) -> Point? {
    guard let cell = model.cell(suite: suite, method: method), let time = cell.relativeTime(kind),
      let value = cell.values[metric]?.value
    else { return nil }
    return Point(
      method: method, time: time, value: value,
      interval: model.interval(suite: suite, method: method.name, metric: metric))
  }

  private func drawn(_ point: Point, _ x: PlotScale, _ y: PlotScale) -> Markup {
    let place = (x: x(point.time), y: y(point.value))
    var marks = Markup.empty
    if let interval = point.interval {
      marks += "<path class=\"thin\" d=\"M\(place.x) \(y(interval.lower))V\(y(interval.upper))\"/>"
    }
    marks += PlotMark.disc.drawn(place.x, place.y)
    let isFarRight = place.x > PlotPiece.width - 90
    return """
      <g class="\(point.method.kind == .published ? "s0" : model.style(point.method))">\(marks)<text class="name" \
      x="\(place.x + (isFarRight ? -6 : 6))" y="\(place.y - 8)" text-anchor="\(isFarRight ? "end" : "start")">\
      \(PlotPiece.shortened(point.method.name, to: 18))</text></g>
      """
  }
}
