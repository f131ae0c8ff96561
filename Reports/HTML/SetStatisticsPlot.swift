public import EvalCore

/// Lengths and motion of test sets as a drawing of its own: an SVG file, light and dark, that needs nothing else.
public enum SetStatisticsPlot {
  private static let left = 54.0
  private static let rowHeight = 46.0
  private static let bins = 24

  /// Histograms over clips, one row per set, motion with the paper's limits of 5 and 10 px. Sets are named beside
  /// their rows. Nothing is drawn of a set in which nothing moves.
  public static func svg(_ sets: [SetStatistics]) -> String {
    let motion = panel(
      sets, heading: "Motion, px between frames at 256x256", values: \.motions,
      marks: SetStatistics.motionLimits, top: 0)
    let length = panel(sets, heading: "Frames per clip", values: \.lengths, marks: [], top: motion.height)
    let height = motion.height + length.height
    let words = sets.map { "\($0.name): \($0.clips.count) clips" }.joined(separator: ", ")
    let drawing: Markup = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(PlotPiece.width) \(height)" \
      width="\(2 * PlotPiece.width)" height="\(2 * height)" role="img" \
      aria-label="Motion and length of clips. \(words)"><style>\(Markup(trusted: style))</style>\
      <rect width="100%" height="100%" class="page"/>\(motion.body)\(length.body)</svg>

      """
    return drawing.source
  }

  private static func panel(
    _ sets: [SetStatistics], heading: String, values: KeyPath<SetStatistics, [Double]>, marks: [Double],
    top: Double
  ) -> (body: Markup, height: Double) {
    let all = sets.flatMap { $0[keyPath: values] }
    let first = top + 30
    let bottom = first + rowHeight * Double(sets.count)
    var body: Markup = "<text class=\"heading\" x=\"14\" y=\"\(top + 18)\">\(heading)</text>"
    guard let largest = all.max() else {
      body += "<text class=\"tick\" x=\"14\" y=\"\(first + 14)\">nothing to draw</text>"
      return (body, bottom + 24 - top)
    }
    let scale = PlotScale(of: [0, largest] + marks, from: left, to: PlotPiece.width - 14)
    body += PlotPiece.horizontalAxis(scale, top: first, bottom: bottom)
    for mark in marks {
      body += "<path class=\"limit\" d=\"M\(scale(mark)) \(first)V\(bottom)\"/>"
    }
    for (index, set) in sets.enumerated() {
      let base = first + rowHeight * Double(index + 1)
      body += histogram(set[keyPath: values], scale: scale, base: base, style: index)
      body += """
        <text class="name" x="14" y="\(base - rowHeight + 12)">\(PlotPiece.shortened(label(set), to: 60))</text>
        """
    }
    return (body, bottom + 26 - top)
  }

  private static func label(_ set: SetStatistics) -> String {
    "\(set.title.isEmpty ? set.name : set.title), \(set.clips.count) clips"
  }

  private static func histogram(_ values: [Double], scale: PlotScale, base: Double, style: Int) -> Markup {
    guard !values.isEmpty else { return .empty }
    let width = (scale.range.end - scale.range.start) / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      counts[min(max(Int((scale(value) - scale.range.start) / width), 0), bins - 1)] += 1
    }
    let most = Double(counts.max() ?? 1)
    let height = rowHeight - 18
    var path: Markup = "M\(scale.range.start) \(base)"
    for (bin, count) in counts.enumerated() {
      let x = scale.range.start + Double(bin) * width
      path += "L\(x) \(base - height * Double(count) / most)H\(x + width)"
    }
    path += "V\(base)Z"
    return "<path class=\"area k\(style % 4)\" d=\"\(path)\"/>"
  }

  private static let style: StaticString = """
    text{font:11px system-ui,"DejaVu Sans",Helvetica,Arial,sans-serif;fill:#1a1f26}.heading{font-weight:600;font-size:12px}\
    .tick,.name{fill:#58626e}.page{fill:#fff}.grid{stroke:#e9edf2;fill:none}.limit{stroke:#a81e1e;stroke-dasharray:4 3}\
    .area{opacity:.55}.k0{fill:#1f66b1}.k1{fill:#c4470f}.k2{fill:#1d7f4f}.k3{fill:#8a3ab0}\
    @media(prefers-color-scheme:dark){text{fill:#e6eaef}.tick,.name{fill:#a3adb9}.page{fill:#1a1f26}.grid{stroke:#343c47}\
    .limit{stroke:#ff8f88}.k0{fill:#6fb1f5}.k1{fill:#ff9a62}.k2{fill:#63cf98}.k3{fill:#d091f2}}
    """
}
