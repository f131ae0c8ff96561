internal import EvalCore
internal import Foundation

/// Layers, camera and colours of one clip: everything that painting a frame needs.
struct Scene: Sendable {
  let palette: Palette
  let partCount: Int
  private let layers: [Layer]
  private let camera: [CameraState]
  private let style: LineStyle
  /// One per part, in painter's order; empty when everything is flat.
  private let finishes: [Finish]

  init(seed: UInt64, options: CartoonOptions) {
    // The families share no plans: a seed gives another scene in each.
    var rng = SplitMix64(seed: options.family == .general ? seed ^ 0x6765_6E65_7261_6C00 : seed)
    // One step apart from the options' own streams, so that neighbouring seeds share nothing.
    var planning = rng.fork()
    style = LineStyle(options.family, rng: &rng)
    let harmonious = options.palette == .harmonious || (options.palette == .mixed && rng.chance(0.5))
    var palette = Palette(harmonious: harmonious, ink: style.ink(rng: &rng), rng: rng.fork())
    let director = Director(options: options, rng: planning.fork())
    let shot = director.plan(&palette, rng: &planning)
    layers = shot.layers
    camera = shot.camera
    self.palette = shot.palette
    partCount = layers.reduce(0) { $0 + $1.rig.units.reduce(0) { $0 + $1.count } }
    var finishes: [Finish] = []
    if options.family == .general {
      for layer in layers {
        for unit in layer.rig.units {
          // A unit is one surface to the eye, so its parts share a finish.
          let box = unit[0].curve.bounds
          let finish = Finish(rng: &planning, extent: max(box.high.x - box.low.x, box.high.y - box.low.y))
          finishes.append(contentsOf: unit.map { _ in finish })
        }
      }
    }
    self.finishes = finishes
  }

  /// From part to pixel coordinates, one map per part.
  private func maps(_ frame: Int, width: Int, height: Int) -> [Affine] {
    var maps: [Affine] = []
    maps.reserveCapacity(partCount)
    for layer in layers {
      let view = camera[frame].map(depth: layer.depth, width: width, height: height)
      let bones = layer.maps[frame].map { view * $0 }
      for unit in layer.rig.units {
        for part in unit { maps.append(bones[part.bone]) }
      }
    }
    return maps
  }

  /// Pixel motion of each part between two frames.
  func moves(from: Int, to: Int, width: Int, height: Int) -> [Affine] {
    let before = maps(from, width: width, height: height)
    let after = maps(to, width: width, height: height)
    return zip(before, after).map { $1 * $0.inverse }
  }

  /// Paints one frame; without `pictures` only the part and group maps.
  func paint(_ frame: Int, width: Int, height: Int, pictures: Bool) throws(CartoonError) -> Canvas {
    var painter = try ScenePainter(
      canvas: Canvas(width: width, height: height, paintsPictures: pictures), palette: palette)
    let maps = maps(frame, width: width, height: height)
    var index = 0
    for layer in layers {
      let zoom = camera[frame].zoom(at: layer.depth) / camera[0].zoom(at: layer.depth)
      let widths = style.widths(height: height, zoom: zoom)
      for unit in layer.rig.units {
        try painter.paint(unit, firstPart: index, maps: maps, widths: widths, finishes: finishes)
        index += unit.count
      }
    }
    return painter.canvas
  }
}

/// Line weights and ink of a clip.
struct LineStyle: Sendable {
  /// Visible width of outlines, share of the frame height.
  let outline: Double
  private let tintedInk: Bool

  /// Visible width of the lineart's lines, share of the frame height; outlines that are thinner are taken as
  /// they are.
  static let lineart = 0.0058

  init(_ family: CartoonFamily, rng: inout SplitMix64) {
    switch family {
    case .similar:
      outline = rng.chance(0.5) ? Self.lineart : rng.uniform(Self.lineart, 0.0085)
      tintedInk = false
    case .general:
      outline = rng.chance(0.5) ? rng.uniform(0.0032, 0.0048) : rng.uniform(0.0085, 0.0125)
      tintedInk = true
    }
  }

  func ink(rng: inout SplitMix64) -> Colour {
    tintedInk
      ? Colour(hue: rng.unit(), saturation: rng.uniform(0.4, 0.9), value: rng.uniform(0.18, 0.42))
      : Colour(hue: rng.unit(), saturation: rng.uniform(0, 0.4), value: rng.uniform(0.03, 0.13))
  }

  /// Visible widths in pixels. Lines grow with the camera's zoom, as on a drawing that is filmed.
  func widths(height: Int, zoom: Double) -> (outline: Double, lineart: Double) {
    let scale = Double(height) * zoom
    return (outline * scale, min(outline, Self.lineart) * scale)
  }
}

/// Paints units of parts on a canvas.
struct ScenePainter {
  private(set) var canvas: Canvas
  private let mask: MaskRasterizer
  private let palette: Palette

  init(canvas: Canvas, palette: Palette) throws(CartoonError) {
    self.canvas = canvas
    self.palette = palette
    mask = try MaskRasterizer(width: canvas.width, height: canvas.height)
  }

  /// Outlines of all parts first, fills over them: lines vanish where parts of one unit overlap.
  mutating func paint(
    _ unit: [Part], firstPart: Int, maps: [Affine], widths: (outline: Double, lineart: Double),
    finishes: [Finish]
  ) throws(CartoonError) {
    for (offset, part) in unit.enumerated() where part.role == .outlined {
      let width = widths.outline * part.lineScale
      guard let area = mask.setPath(part.curve, maps[firstPart + offset], margin: width + 1.5) else {
        continue
      }
      try mask.stroke(area, lineWidth: 2 * width)
      canvas.mark(mask, area, part: UInt16(firstPart + offset + 1), group: 0)
      guard canvas.paintsPictures else { continue }
      canvas.paint(mask, area, palette.colours[0])
      if widths.lineart < widths.outline {
        try mask.stroke(area, lineWidth: 2 * widths.lineart * part.lineScale)
      }
      canvas.draw(mask, area, value: 0)
    }
    for (offset, part) in unit.enumerated() {
      let map = maps[firstPart + offset]
      guard let area = mask.setPath(part.curve, map, margin: 1.5) else { continue }
      try mask.fill(area)
      canvas.mark(mask, area, part: UInt16(firstPart + offset + 1), group: UInt16(part.group))
      guard canvas.paintsPictures else { continue }
      let colour = palette.colours[part.group]
      if part.role == .ink || finishes.isEmpty || finishes[firstPart + offset].isFlat {
        canvas.paint(mask, area, colour)
      } else {
        let shader = finishes[firstPart + offset].shader(map: map, bounds: part.curve.bounds)
        canvas.paint(mask, area, colour, shader)
      }
      canvas.draw(mask, area, value: part.role == .ink ? 0 : 255)
    }
  }
}
