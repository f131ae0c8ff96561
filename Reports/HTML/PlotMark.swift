internal import EvalCore

/// The shape of a row's points.
enum PlotMark {
  case disc, square, diamond, triangle, bar

  /// Shapes of rows, in order.
  static let cycle: [PlotMark] = [.disc, .square, .diamond, .triangle]

  /// The mark around (x, y).
  func drawn(_ x: Double, _ y: Double, size: Double = 4.5) -> Markup {
    let s = size
    switch self {
    case .disc: return "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(s)\" class=\"pt\"/>"
    case .square:
      let w = 2 * s - 1
      return "<rect x=\"\(x - w / 2)\" y=\"\(y - w / 2)\" width=\"\(w)\" height=\"\(w)\" class=\"pt\"/>"
    case .diamond:
      let d = s + 1
      return "<path d=\"M\(x) \(y - d)L\(x + d) \(y)L\(x) \(y + d)L\(x - d) \(y)Z\" class=\"pt\"/>"
    case .triangle:
      let d = s + 0.5
      return "<path d=\"M\(x) \(y - d)L\(x + d) \(y + d * 0.8)L\(x - d) \(y + d * 0.8)Z\" class=\"pt\"/>"
    case .bar: return "<path d=\"M\(x) \(y - s - 1)V\(y + s + 1)\" class=\"bar\"/>"
    }
  }
}

/// Pieces that several drawings share.
enum PlotPiece {
  /// Width of every drawing; height is its own.
  static let width = 380.0

  /// A drawing with its name and description for those who do not see it.
  static func figure(title: Markup, description: String, height: Double, body: Markup, caption: Markup)
    -> Markup
  {
    """
    <figure class="card"><figcaption><h4>\(title)</h4>\(caption)</figcaption>
    <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(description)">\(body)</svg></figure>

    """
  }

  /// Vertical grid lines with numbers below.
  static func horizontalAxis(_ scale: PlotScale, top: Double, bottom: Double) -> Markup {
    scale.ticks.map { tick -> Markup in
      let x = scale(tick)
      return """
        <path class="grid" d="M\(x) \(top)V\(bottom)"/><text class="tick" x="\(x)" y="\(bottom + 15)" \
        text-anchor="middle">\(scale.text(tick))</text>
        """
    }.joined()
  }

  /// Horizontal grid lines with numbers at the left.
  static func verticalAxis(_ scale: PlotScale, left: Double, right: Double) -> Markup {
    scale.ticks.map { tick -> Markup in
      let y = scale(tick)
      return """
        <path class="grid" d="M\(left) \(y)H\(right)"/><text class="tick" x="\(left - 6)" y="\(y + 4)" \
        text-anchor="end">\(scale.text(tick))</text>
        """
    }.joined()
  }

  /// A name short enough for a drawing.
  static func shortened(_ name: String, to count: Int) -> String {
    name.count <= count ? name : name.prefix(count - 1) + "…"
  }

  /// Text with the marks of `methods` before their names.
  static func legend(_ methods: [MethodIdentity], _ model: PageModel) -> Markup {
    let items = methods.map { method -> Markup in
      """
      <li><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true" class="\(model.style(method))">\
      \(model.shape(method).drawn(7, 7))</svg> \(method.name)\(method.kind == .published ? " †" : "")</li>
      """
    }
    return "<ul class=\"legend\">\(items)</ul>"
  }
}
