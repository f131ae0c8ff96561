internal import EvalCore
internal import Foundation

/// Draws single objects of a background. Objects of a kind share their colours within a clip.
struct PropPainter {
  /// Kinds of objects; the point given to `draw` is where they stand, or their middle for things on a wall.
  enum Kind: String, Sendable {
    case tree, fir, palm, house, shop, bush, fence, rock, flower, mushroom, sign, lamp, hydrant, parasol,
      boat, cactus, seaweed, coral
    case window, picture, shelf, clock, sofa, plant, floorLamp, door, table
  }

  private(set) var rig: Rig
  private(set) var palette: Palette
  /// Bones that move in the wind.
  private(set) var swaying: [Int] = []
  private var rng: SplitMix64
  private var groups: [String: Int] = [:]

  init(rng: SplitMix64, palette: Palette, rig: Rig = Rig()) {
    self.rng = rng
    self.palette = palette
    self.rig = rig
  }

  private mutating func colour(_ name: String) -> Int {
    if let known = groups[name] { return known }
    let made = palette.group(name == "glass" ? .light : .scenery)
    groups[name] = made
    return made
  }

  mutating func draw(_ kind: Kind, at place: Point, size s: Double) {
    let bone = rig.bone(-1, place.x, place.y)
    switch kind {
    case .tree, .fir, .palm, .bush, .flower, .mushroom, .cactus, .plant, .rock: drawPlant(kind, bone, s)
    case .house, .shop, .fence, .sign, .lamp, .hydrant, .parasol, .boat: drawBuilt(kind, bone, s)
    case .seaweed, .coral: drawSeaPlant(kind, bone, s)
    default: drawIndoors(kind, bone, s)
    }
  }

  private func box(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, round: Double = 0) -> Curve {
    .box((x1 - x0) / 2, (y1 - y0) / 2, at: Point((x0 + x1) / 2, (y0 + y1) / 2), round: round)
  }

  private mutating func drawPlant(_ kind: Kind, _ bone: Int, _ s: Double) {
    switch kind {
    case .tree:
      let trunk = Curve.spline(
        [
          Point(-0.035 * s, 0), Point(-0.02 * s, -0.12 * s), Point(-0.03 * s, -0.24 * s),
          Point(0.03 * s, -0.24 * s), Point(0.02 * s, -0.12 * s), Point(0.035 * s, 0),
        ],
        corners: [0, 2, 3, 5])
      rig.draw(trunk, bone, colour("trunk"))
      let crown = rig.bone(bone, 0, -0.22 * s)
      swaying.append(crown)
      let leaf = colour(rng.chance(0.7) ? "leaf" : "leaf2")
      rig.draw(
        .scallops(
          0.135 * s, 0.125 * s, at: Point(0, -0.1 * s), count: rng.integer(6...9), depth: 0.13, rng: &rng),
        crown, leaf)
      rig.ink(
        .stroke(Point(-0.05 * s, -0.09 * s), Point(-0.01 * s, -0.07 * s), bend: 0.012 * s, width: 0.006),
        crown)
      rig.ink(
        .stroke(Point(0.03 * s, -0.14 * s), Point(0.07 * s, -0.13 * s), bend: 0.012 * s, width: 0.006), crown)
    case .fir:
      rig.draw(box(-0.02 * s, -0.1 * s, 0.02 * s, 0), bone, colour("trunk"))
      let crown = rig.bone(bone, 0, -0.07 * s)
      swaying.append(crown)
      for tier in 0..<3 {
        let y = -0.1 * s * Double(tier)
        let w = (0.12 - 0.025 * Double(tier)) * s
        rig.draw(
          .spline(
            [Point(-w, y), Point(0, y - 0.17 * s), Point(w, y), Point(0, y + 0.02 * s)], corners: [0, 1, 2],
            tension: 0.6), crown, colour("needles"))
      }
    case .palm:
      rig.draw(
        .spline(
          [
            Point(-0.025 * s, 0), Point(0.01 * s, -0.2 * s), Point(0.05 * s, -0.36 * s),
            Point(0.075 * s, -0.36 * s), Point(0.04 * s, -0.18 * s), Point(0.025 * s, 0),
          ], corners: [0, 2, 3, 5]), bone, colour("trunk"))
      let crown = rig.bone(bone, 0.06 * s, -0.36 * s)
      swaying.append(crown)
      for angle in [-2.9, -2.3, -0.3, -0.85, -1.55] {
        let tip = Point(0.17 * s * cos(angle), 0.13 * s * sin(angle) + 0.05 * s)
        rig.draw(
          .stroke(.zero, tip, bend: (angle < -1.57 ? 1 : -1) * 0.05 * s, width: 0.05 * s), crown,
          colour("leaf"))
      }
    case .bush:
      rig.draw(
        .scallops(0.1 * s, 0.06 * s, at: Point(0, -0.035 * s), count: 7, depth: 0.15, rng: &rng), bone,
        colour("bush"))
      for _ in 0..<rng.integer(0...3) {
        let at = Point(rng.uniform(-0.06, 0.06) * s, rng.uniform(-0.07, -0.02) * s)
        rig.draw(.ellipse(0.012 * s, 0.012 * s, at: at), bone, colour("berry"), lineScale: 0.6)
      }
    case .flower:
      rig.draw(
        .stroke(.zero, Point(0.01 * s, -0.1 * s), bend: 0.01, width: 0.016), bone, colour("leaf"),
        lineScale: 0.7)
      rig.draw(
        .star(0.04 * s, 0.04 * s, at: Point(0.01 * s, -0.11 * s), tips: 6, inner: 0.6), bone, colour("petal"),
        lineScale: 0.8)
      rig.draw(
        .ellipse(0.014 * s, 0.014 * s, at: Point(0.01 * s, -0.11 * s)), bone, colour("berry"), lineScale: 0.6)
    case .mushroom:
      rig.draw(
        .limb(0.022 * s, 0.028 * s, 0.06 * s).moved(by: .translation(0, -0.07 * s)), bone, colour("stem"))
      rig.draw(
        .spline(
          [
            Point(-0.07 * s, -0.06 * s), Point(-0.045 * s, -0.12 * s), Point(0.045 * s, -0.12 * s),
            Point(0.07 * s, -0.06 * s),
          ], corners: [0, 3]), bone, colour("cap"))
      rig.draw(
        .ellipse(0.012 * s, 0.01 * s, at: Point(-0.02 * s, -0.095 * s)), bone, colour("stem"), lineScale: 0.6)
    case .cactus:
      let green = colour("cactus")
      rig.draw(union: [
        Part(
          curve: .limb(0.035 * s, 0.035 * s, 0.24 * s).moved(by: .translation(0, -0.26 * s)), bone: bone,
          group: green),
        Part(
          curve: .limb(0.022 * s, 0.022 * s, 0.09 * s).moved(by: .translation(0.075 * s, -0.2 * s)),
          bone: bone, group: green),
        Part(
          curve: .limb(0.022 * s, 0.022 * s, 0.07 * s).moved(
            by: .translation(0, -0.12 * s) * .rotation(-1.57)), bone: bone, group: green),
        Part(
          curve: .limb(0.02 * s, 0.02 * s, 0.07 * s).moved(by: .translation(-0.07 * s, -0.16 * s)),
          bone: bone, group: green),
        Part(
          curve: .limb(0.02 * s, 0.02 * s, 0.06 * s).moved(by: .translation(0, -0.09 * s) * .rotation(1.57)),
          bone: bone, group: green),
      ])
    case .plant:
      rig.draw(.box(0.04 * s, 0.045 * s, at: Point(0, -0.045 * s), taper: 1.3), bone, colour("pot"))
      for angle in [-2.5, -2.0, -1.57, -1.1, -0.6] {
        let tip = Point(0.13 * s * cos(angle), -0.08 * s + 0.16 * s * sin(angle))
        rig.draw(.stroke(Point(0, -0.085 * s), tip, bend: 0.015, width: 0.04 * s), bone, colour("leaf"))
      }
    default:
      rig.draw(
        .blob(0.08 * s, 0.05 * s, at: Point(0, -0.02 * s), bumps: 7, jitter: 0.14, rng: &rng), bone,
        colour("rock"))
      rig.ink(
        .stroke(Point(-0.03 * s, -0.03 * s), Point(0.01 * s, -0.035 * s), bend: 0.006, width: 0.005), bone)
    }
  }

  private mutating func drawSeaPlant(_ kind: Kind, _ bone: Int, _ s: Double) {
    if kind == .seaweed {
      let weed = colour(rng.chance(0.6) ? "weed" : "weed2")
      for (index, x) in [-0.035, 0.0, 0.04].enumerated() {
        let height = s * rng.uniform(0.16, 0.34)
        let blade = rig.bone(bone, x * s, 0)
        swaying.append(blade)
        let w = 0.02 * s
        let bend = (index.isMultiple(of: 2) ? 1 : -1) * 0.025 * s
        let knots = [
          Point(-w, 0), Point(-w + bend, -height * 0.35), Point(-w - bend, -height * 0.7), Point(0, -height),
          Point(w - bend, -height * 0.7), Point(w + bend, -height * 0.35), Point(w, 0),
        ]
        rig.draw(.spline(knots, corners: [0, 3, 6]), blade, weed)
      }
      return
    }
    let group = colour(rng.chance(0.6) ? "coral" : "coral2")
    var parts = [
      Part(
        curve: .limb(0.022 * s, 0.03 * s, 0.1 * s).moved(by: .translation(0, -0.1 * s)), bone: bone,
        group: group)
    ]
    for (x, y, angle) in [(0.0, -0.09, 2.5), (0.0, -0.06, -2.4), (0.0, -0.1, 3.3)] {
      let map = Affine.translation(x * s, y * s) * Affine.rotation(angle)
      parts.append(
        Part(curve: Curve.limb(0.022 * s, 0.018 * s, 0.09 * s).moved(by: map), bone: bone, group: group))
    }
    rig.draw(union: parts)
  }

  private mutating func drawBuilt(_ kind: Kind, _ bone: Int, _ s: Double) {
    switch kind {
    case .house, .shop:
      let w = (kind == .shop ? 0.17 : 0.14) * s
      let h = (kind == .shop ? 0.34 : 0.2) * s
      let wall = colour(rng.chance(0.5) ? "wall" : "wall2")
      if kind == .house && rng.chance(0.5) {
        rig.draw(box(w * 0.35, -h - 0.15 * s, w * 0.6, -h), bone, colour("chimney"))
      }
      rig.draw(box(-w, -h, w, 0), bone, wall)
      if kind == .house {
        rig.draw(
          .polygon(
            [
              Point(-w * 1.2, -h), Point(-w * 0.2, -h - 0.14 * s), Point(w * 0.2, -h - 0.14 * s),
              Point(w * 1.2, -h),
            ], round: 0.01), bone, colour("roof"))
      } else {
        rig.draw(box(-w * 1.08, -h - 0.03 * s, w * 1.08, -h + 0.01 * s), bone, colour("roof"))
        let awning = Curve.polygon([
          Point(-w * 0.95, -h * 0.5), Point(w * 0.95, -h * 0.5), Point(w * 1.1, -h * 0.36),
          Point(-w * 1.1, -h * 0.36),
        ])
        rig.draw(awning, bone, colour("awning"))
      }
      let door = rng.uniform(-0.5, 0.3) * w
      rig.draw(
        box(door, -0.13 * s * (kind == .shop ? 0.85 : 1), door + 0.075 * s, 0, round: 0.012), bone,
        colour("door"))
      for x in [-0.55, 0.55] {
        rig.draw(.box(0.03 * s, 0.03 * s, at: Point(w * x, -h * 0.74)), bone, colour("glass"), lineScale: 0.8)
      }
    case .fence:
      let wood = colour("fence")
      rig.draw(box(-0.02 * s, -0.065 * s, 0.36 * s, -0.045 * s), bone, wood)
      for post in 0..<5 {
        let x = Double(post) * 0.08 * s
        rig.draw(
          .polygon([
            Point(x, 0), Point(x, -0.1 * s), Point(x + 0.017 * s, -0.125 * s), Point(x + 0.034 * s, -0.1 * s),
            Point(x + 0.034 * s, 0),
          ]), bone, wood)
      }
    case .sign:
      rig.draw(box(-0.012 * s, -0.16 * s, 0.012 * s, 0), bone, colour("trunk"))
      rig.draw(
        .polygon(
          [
            Point(-0.08 * s, -0.2 * s), Point(0.07 * s, -0.2 * s), Point(0.11 * s, -0.155 * s),
            Point(0.07 * s, -0.11 * s), Point(-0.08 * s, -0.11 * s),
          ], round: 0.006), bone, colour("sign"))
      rig.ink(.stroke(Point(-0.05 * s, -0.155 * s), Point(0.05 * s, -0.155 * s), bend: 0, width: 0.01), bone)
    case .lamp:
      rig.draw(box(-0.01 * s, -0.4 * s, 0.01 * s, 0), bone, colour("metal"))
      rig.draw(.ellipse(0.032 * s, 0.04 * s, at: Point(0, -0.43 * s)), bone, colour("glass"))
      rig.draw(
        .polygon([Point(-0.04 * s, -0.455 * s), Point(0, -0.495 * s), Point(0.04 * s, -0.455 * s)]), bone,
        colour("metal"))
    case .hydrant:
      rig.draw(box(-0.03 * s, -0.09 * s, 0.03 * s, 0, round: 0.008), bone, colour("hydrant"))
      rig.draw(.ellipse(0.035 * s, 0.03 * s, at: Point(0, -0.09 * s)), bone, colour("hydrant"))
      rig.draw(.ellipse(0.016 * s, 0.016 * s, at: Point(0, -0.05 * s)), bone, colour("metal"), lineScale: 0.7)
    case .parasol:
      rig.draw(box(-0.007 * s, -0.28 * s, 0.007 * s, 0), bone, colour("metal"))
      let top = Point(0, -0.32 * s)
      let edge = [-0.16, -0.055, 0.055, 0.16].map { Point($0 * s, -0.23 * s) }
      for index in 0..<3 {
        rig.draw(
          .spline(
            [
              edge[index], Point(edge[index].x * 0.75, -0.295 * s), top,
              Point(edge[index + 1].x * 0.75, -0.295 * s), edge[index + 1],
            ], corners: [0, 2, 4]), bone, colour(index == 1 ? "awning" : "sign"))
      }
    default:
      let hull = Curve.spline(
        [
          Point(-0.14 * s, -0.05 * s), Point(0.15 * s, -0.05 * s), Point(0.09 * s, 0.01 * s),
          Point(-0.1 * s, 0.01 * s),
        ], corners: [0, 1])
      rig.draw(box(-0.008 * s, -0.25 * s, 0.008 * s, -0.05 * s), bone, colour("trunk"))
      rig.draw(
        .spline(
          [Point(0.012 * s, -0.25 * s), Point(0.12 * s, -0.09 * s), Point(0.012 * s, -0.08 * s)],
          corners: [0, 1, 2]), bone, colour("awning"))
      rig.draw(hull, bone, colour("sign"))
    }
  }

  private mutating func drawIndoors(_ kind: Kind, _ bone: Int, _ s: Double) {
    switch kind {
    case .window:
      rig.draw(.box(0.1 * s, 0.12 * s, round: 0.008), bone, colour("frame"))
      for (x, y) in [(-1.0, -1.0), (1, -1), (-1, 1), (1, 1)] {
        rig.draw(
          .box(0.04 * s, 0.05 * s, at: Point(x * 0.047 * s, y * 0.057 * s)), bone, colour("glass"),
          lineScale: 0.7)
      }
      for side in [-1.0, 1.0] {
        rig.draw(
          .spline(
            [
              Point(side * 0.15 * s, -0.15 * s), Point(side * 0.05 * s, -0.15 * s),
              Point(side * 0.09 * s, 0.03 * s), Point(side * 0.12 * s, 0.16 * s),
              Point(side * 0.16 * s, 0.16 * s),
            ], corners: [0, 1, 3, 4]), bone, colour("curtain"))
      }
    case .picture:
      rig.draw(.box(0.075 * s, 0.06 * s), bone, colour("frame"))
      rig.draw(.box(0.055 * s, 0.042 * s), bone, colour("glass"), lineScale: 0.7)
      rig.draw(
        .polygon([Point(-0.045 * s, 0.035 * s), Point(-0.01 * s, -0.02 * s), Point(0.04 * s, 0.035 * s)]),
        bone, colour("leaf"), lineScale: 0.7)
    case .shelf:
      rig.draw(.box(0.13 * s, 0.012 * s), bone, colour("wood"))
      for index in 0..<5 {
        let height = rng.uniform(0.05, 0.09) * s
        let x = (-0.1 + 0.042 * Double(index)) * s
        rig.draw(
          box(x, -0.012 * s - height, x + 0.032 * s, -0.012 * s), bone, colour("book\(index % 3)"),
          lineScale: 0.8)
      }
    case .clock:
      rig.draw(.ellipse(0.06 * s, 0.06 * s), bone, colour("frame"))
      rig.draw(.ellipse(0.046 * s, 0.046 * s), bone, colour("glass"), lineScale: 0.7)
      rig.ink(.stroke(.zero, Point(0, -0.035 * s), bend: 0, width: 0.009), bone)
      rig.ink(.stroke(.zero, Point(0.022 * s, 0.01 * s), bend: 0, width: 0.009), bone)
    case .sofa:
      rig.draw(box(-0.2 * s, -0.19 * s, 0.2 * s, -0.02 * s, round: 0.03 * s), bone, colour("sofa"))
      for side in [-1.0, 1.0] {
        rig.draw(
          .box(0.085 * s, 0.035 * s, at: Point(side * 0.085 * s, -0.075 * s), round: 0.015), bone,
          colour("cushion"))
        rig.draw(
          .box(0.03 * s, 0.065 * s, at: Point(side * 0.2 * s, -0.065 * s), round: 0.02), bone, colour("sofa"))
      }
    case .floorLamp:
      rig.draw(box(-0.008 * s, -0.34 * s, 0.008 * s, 0), bone, colour("metal"))
      rig.draw(.ellipse(0.05 * s, 0.012 * s), bone, colour("metal"))
      rig.draw(.box(0.075 * s, 0.05 * s, at: Point(0, -0.37 * s), taper: 0.55), bone, colour("lampShade"))
    case .door:
      rig.draw(box(-0.1 * s, -0.45 * s, 0.1 * s, -0.03), bone, colour("wood"))
      rig.draw(box(-0.08 * s, -0.43 * s, 0.08 * s, -0.03), bone, colour("door"))
      rig.draw(
        .ellipse(0.012 * s, 0.012 * s, at: Point(0.055 * s, -0.2 * s)), bone, colour("metal"), lineScale: 0.7)
    default:
      for side in [-1.0, 1.0] {
        rig.draw(.box(0.012 * s, 0.07 * s, at: Point(side * 0.12 * s, -0.06 * s)), bone, colour("wood"))
      }
      rig.draw(.box(0.16 * s, 0.016 * s, at: Point(0, -0.14 * s), round: 0.008), bone, colour("wood"))
      rig.draw(.box(0.028 * s, 0.035 * s, at: Point(-0.04 * s, -0.19 * s), round: 0.01), bone, colour("pot"))
    }
  }
}
