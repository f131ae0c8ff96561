internal import EvalCore

/// How one metric is distributed over the clips of a test set: a histogram per row over a common axis.
struct DistributionPlot {
  let model: PageModel
  let suite: String
  let metric: MetricColumn

  /// Nil when no row has at least three clips.
  var figure: Markup? {
    var rows: [(method: MethodIdentity, values: [Double])] = []
    for method in model.measured where method.kind != .oracle {
      let values = model.clips(suite: suite, method: method.name).compactMap { $0.values[metric.id] }
      if values.count > 2 { rows.append((method, values)) }
    }
    guard !rows.isEmpty else { return nil }
    let scale = PlotScale(of: rows.flatMap(\.values), from: 14, to: PlotPiece.width - 14)
    let pitch = 66.0
    let bottom = 6 + pitch * Double(rows.count)
    var body = PlotPiece.horizontalAxis(scale, top: 4, bottom: bottom)
    for (index, row) in rows.enumerated() {
      body += drawn(row.method, row.values, base: 6 + pitch * Double(index + 1) - 6, scale)
    }
    let words = rows.compactMap { row in
      ClipSpread(row.values).map {
        "\(row.method.name): \(row.values.count) clips, median \(model.number($0.median))"
      }
    }
    return PlotPiece.figure(
      title: "\(metric.label + metric.id.polarity.arrow) over clips",
      description: "Distribution of \(metric.label) over clips. \(words.joined(separator: "; ")).",
      height: bottom + 22, body: body,
      caption: "<p>Height: number of clips. Tick below: one clip. Dashed: median.</p>")
  }

  private func drawn(
    _ method: MethodIdentity, _ values: [Double], base: Double, _ scale: PlotScale
  ) -> Markup {
    // Few clips in many bins would be a row of equal blocks.
    let bins = min(40, max(10, 3 * Int(Double(values.count).squareRoot().rounded())))
    let width = (scale.range.end - scale.range.start) / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      let bin = Int((scale(value) - scale.range.start) / width)
      counts[min(max(bin, 0), bins - 1)] += 1
    }
    let most = Double(counts.max() ?? 1)
    let height = 34.0
    var path: Markup = "M\(scale.range.start) \(base)"
    for (bin, count) in counts.enumerated() {
      let left = scale.range.start + Double(bin) * width
      path += "L\(left) \(base - height * Double(count) / most)H\(left + width)"
    }
    path += "V\(base)Z"
    var marks: Markup = "<path class=\"area\" d=\"\(path)\"/>"
    // A thousand ticks would be a bar.
    if values.count <= 200 {
      let ticks = values.sorted().map { "M\(scale($0)) \(base + 1)v4" as Markup }
      marks += "<path class=\"rug\" d=\"\(ticks)\"/>"
    }
    if let median = ClipSpread(values)?.median {
      marks += "<path class=\"median\" d=\"M\(scale(median)) \(base)v\(-height - 2)\"/>"
    }
    return """
      <g class="\(model.style(method))">\(marks)<text class="name" x="14" y="\(base - height - 8)">\
      \(PlotPiece.shortened(method.name, to: 44))</text></g>
      """
  }
}
