internal import EvalCore

/// One metric on one test set: a line per row with its value, the interval where one is known, and the clips' spread.
struct SummaryPlot {
  let model: PageModel
  let suite: String
  let metric: MetricColumn

  private struct Line {
    var method: MethodIdentity
    var value: Double
    var interval: ValueInterval?
    var spread: ClipSpread?
  }

  /// Nil when no row has a value.
  var figure: Markup? {
    // An upper bound, such as the cap of PSNR, would push all other rows into a corner.
    let bounds = model.methods.filter { $0.kind == .oracle }.compactMap(line)
    let lines = model.methods.filter { $0.kind != .oracle }.compactMap(line)
    guard !lines.isEmpty else { return nil }
    let values = lines.flatMap { line in
      [line.value] + (line.interval.map { [$0.lower, $0.upper] } ?? [])
        + (line.spread.map { [$0.least, $0.most] } ?? [])
    }
    let scale = PlotScale(of: values, from: 14, to: PlotPiece.width - 14)
    let pitch = 34.0
    let bottom = 8 + pitch * Double(lines.count)
    var body = PlotPiece.horizontalAxis(scale, top: 4, bottom: bottom)
    for (index, line) in lines.enumerated() {
      body += drawn(line, y: 8 + pitch * Double(index) + 23, scale)
    }
    let hasIntervals = lines.contains { $0.interval != nil }
    let hasSpread = lines.contains { $0.spread != nil }
    var parts: [String] = []
    if let level = lines.compactMap({ $0.interval?.level }).first {
      parts.append("thick line: \(DecimalText.fixed(level * 100, digits: 0)) % interval")
    }
    if hasSpread {
      parts.append("\(hasIntervals ? "thin" : "thick") line: middle half of the clips; hairline: all clips")
    }
    return PlotPiece.figure(
      title: Markup(text: metric.label + metric.id.polarity.arrow),
      description: "\(metric.label), \(better). \(lines.map(words).joined(separator: "; ")).",
      height: bottom + 22, body: body,
      caption:
        "<p>\(better)\(parts.isEmpty ? "" : ". Point: value; \(parts.joined(separator: "; "))").\(Self.words(bounds, model))</p>"
    )
  }

  private static func words(_ bounds: [Line], _ model: PageModel) -> String {
    bounds.map { " Not drawn: \($0.method.name), \(model.number($0.value))." }.joined()
  }

  private var better: String { metric.id.polarity == .lowerIsBetter ? "Lower is better" : "Higher is better" }

  private func line(_ method: MethodIdentity) -> Line? {
    guard method.kind != .published, let cell = model.cell(suite: suite, method: method),
      let value = cell.values[metric.id]?.value
    else { return nil }
    let clips = model.clips(suite: suite, method: method.name).compactMap { $0.values[metric.id] }
    return Line(
      method: method, value: value,
      interval: model.interval(suite: suite, method: method.name, metric: metric.id),
      spread: clips.count > 1 ? ClipSpread(clips) : nil)
  }

  private func drawn(_ line: Line, y: Double, _ scale: PlotScale) -> Markup {
    var marks = Markup.empty
    if let spread = line.spread {
      marks += "<path class=\"hair\" d=\"M\(scale(spread.least)) \(y)H\(scale(spread.most))\"/>"
      let kind: Markup = line.interval == nil ? "thick" : "thin"
      marks +=
        "<path class=\"\(kind)\" d=\"M\(scale(spread.lowerQuartile)) \(y)H\(scale(spread.upperQuartile))\"/>"
    }
    if let interval = line.interval {
      marks += "<path class=\"thick\" d=\"M\(scale(interval.lower)) \(y)H\(scale(interval.upper))\"/>"
    }
    marks += model.shape(line.method).drawn(scale(line.value), y)
    return """
      <g class="\(model.style(line.method))"><text class="name" x="14" y="\(y - 10)">\
      \(PlotPiece.shortened(line.method.name, to: 44))</text><text class="number" x="\(PlotPiece.width - 14)" \
      y="\(y - 10)" text-anchor="end">\(model.number(line.value))</text>\(marks)</g>
      """
  }

  private func words(_ line: Line) -> String {
    var text = "\(line.method.name) \(model.number(line.value))"
    if let interval = line.interval {
      text += ", interval \(model.number(interval.lower)) to \(model.number(interval.upper))"
    }
    if let spread = line.spread {
      text += ", clips \(model.number(spread.least)) to \(model.number(spread.most))"
    }
    return text
  }
}
