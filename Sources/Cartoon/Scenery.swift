internal import EvalCore
internal import Foundation

/// One sheet of the multiplane: a rig at a depth with maps per frame.
struct Layer: Sendable {
  let rig: Rig
  let depth: Double
  /// `[frame][bone]`, scene coordinates.
  let maps: [[Affine]]
}

/// Paints backgrounds: sky, clouds, hills, houses, trees, ground, foreground, as wide as the camera will see.
struct Scenery {
  private enum Place { case meadow, street, night, sea, room, desert, underwater }
  private let place: Place
  private let low: Double
  private let high: Double
  private let horizon: Double
  private let length: Int
  private var rng: SplitMix64
  private var palette: Palette
  private var groups: [String: Int] = [:]

  /// Scenery for a camera that shows scene positions `low` to `high` at depth 1.
  init(
    visible low: Double, _ high: Double, horizon: Double, length: Int, underwater: Bool, rng: SplitMix64,
    palette: Palette
  ) {
    self.low = low
    self.high = high
    self.length = length
    self.rng = rng
    self.palette = palette
    let land = self.rng.pick(weighted: [
      (Place.meadow, 4), (.street, 2.5), (.night, 1.2), (.sea, 1.2), (.room, 1.6), (.desert, 1),
    ])
    place = underwater ? .underwater : land
    self.horizon = underwater ? max(horizon, 0.7) : horizon
  }

  /// The layers behind the performers and those in front, and the palette with the new colours.
  mutating func paint() -> (behind: [Layer], front: [Layer], palette: Palette) {
    var behind: [Layer] = []
    if place == .room {
      behind.append(still(room(), depth: 1))
      return (behind, [], palette)
    }
    behind.append(still(sky(), depth: 0.04))
    if place == .underwater { behind.append(bubbles()) } else if rng.chance(0.75) { behind.append(clouds()) }
    behind.append(contentsOf: distance())
    behind.append(still(ground(), depth: 1))
    let props = objects()
    behind.append(props)
    let front = rng.chance(0.3) ? [foreground()] : []
    return (behind, front, palette)
  }

  private mutating func colour(_ name: String, _ use: ColourUse) -> Int {
    if let known = groups[name] { return known }
    let made = palette.group(use)
    groups[name] = made
    return made
  }

  private func still(_ rig: Rig, depth: Double) -> Layer {
    let maps = Pose(rig).maps(rig)
    return Layer(rig: rig, depth: depth, maps: [[Affine]](repeating: maps, count: length))
  }

  /// Scene positions a layer at `depth` can show; the camera's half width stays, its travel shrinks.
  private func span(_ depth: Double) -> (Double, Double) {
    let middle = (low + high) / 2
    let view = min(1.6, high - low)
    let travel = max(0, high - low - view) / 2 * depth + view / 2 + 0.25
    return (middle * depth - travel, middle * depth + travel)
  }

  // MARK: - Far things

  private mutating func sky() -> Rig {
    var rig = Rig()
    let bone = rig.bone(-1)
    rig.draw(.box(4, 4, at: Point(0, 0.5)), bone, colour("sky", .sky), role: .plain)
    if rng.chance(0.45) {
      let band = rng.uniform(0.12, 0.35)
      rig.draw(.box(4, 2, at: Point(0, horizon - band + 2)), bone, colour("haze", .sky), role: .plain)
    }
    if place == .night {
      let star = colour("star", .light)
      for _ in 0..<rng.integer(8...16) {
        let r = rng.uniform(0.008, 0.016)
        let at = Point(rng.uniform(-0.75, 0.75), rng.uniform(0.0, horizon - 0.1))
        rig.draw(.star(r, r, at: at, tips: 4, inner: 0.4), bone, star, role: .plain)
      }
    }
    if place != .underwater && rng.chance(0.6) {
      let r = rng.uniform(0.06, 0.12)
      let at = Point(rng.uniform(-0.45, 0.45), rng.uniform(0.12, 0.3))
      if place == .night && rng.chance(0.6) {
        let crescent = Curve.spline(
          [
            Point(at.x, at.y - r), Point(at.x + r, at.y), Point(at.x, at.y + r), Point(at.x + r * 0.45, at.y),
          ], corners: [0, 2], tension: 2)
        rig.draw(crescent, bone, colour("sun", .light))
      } else {
        if rng.chance(0.4) {
          rig.draw(.ellipse(r * 1.5, r * 1.5, at: at), bone, colour("halo", .sky), role: .plain)
        }
        rig.draw(.ellipse(r, r, at: at), bone, colour("sun", .light))
      }
    }
    return rig
  }

  private mutating func clouds() -> Layer {
    let depth = 0.14
    var rig = Rig()
    let group = colour("cloud", .light)
    let (left, right) = span(depth)
    var x = left
    var speeds: [Double] = []
    while x < right {
      let bone = rig.bone(-1, x, rng.uniform(0.06, max(0.12, horizon - 0.3)))
      let size = rng.uniform(0.09, 0.19)
      let bumps = rng.integer(2...4)
      var parts: [Part] = []
      for index in 0...bumps {
        let s = Double(index) / Double(bumps) * 2 - 1
        let r = size * (0.5 - 0.22 * abs(s)) * rng.uniform(0.8, 1.15)
        parts.append(
          Part(curve: .ellipse(r, r, at: Point(s * size * 0.75, -r * 0.4)), bone: bone, group: group))
      }
      parts.append(Part(curve: .box(size, size * 0.17, round: size * 0.17), bone: bone, group: group))
      rig.draw(union: parts)
      speeds.append(rng.uniform(-0.0025, 0.0025))
      x += rng.uniform(0.3, 0.75)
    }
    let maps = (0..<length).map { frame in
      var pose = Pose(rig)
      for (bone, speed) in speeds.enumerated() { pose[bone].shift.x = speed * Double(frame) }
      return pose.maps(rig)
    }
    return Layer(rig: rig, depth: depth, maps: maps)
  }

  private mutating func bubbles() -> Layer {
    let depth = 0.5
    var rig = Rig()
    let group = colour("bubble", .light)
    let (left, right) = span(depth)
    var speeds: [Double] = []
    for _ in 0..<rng.integer(8...14) {
      let bone = rig.bone(-1, rng.uniform(left, right), rng.uniform(0, 1.3))
      let r = rng.uniform(0.01, 0.03)
      rig.draw(.ellipse(r, r), bone, group, lineScale: 0.7)
      speeds.append(rng.uniform(-0.012, -0.004))
    }
    let maps = (0..<length).map { frame in
      var pose = Pose(rig)
      for (bone, speed) in speeds.enumerated() {
        let t = Double(frame)
        pose[bone].shift = Point(0.012 * sin(t * 0.25 + Double(bone)), speed * t)
      }
      return pose.maps(rig)
    }
    return Layer(rig: rig, depth: depth, maps: maps)
  }

  private mutating func distance() -> [Layer] {
    var layers: [Layer] = []
    if place == .street {
      layers.append(still(skyline(), depth: 0.3))
      return layers
    }
    for (index, depth) in [0.2, 0.42].enumerated() where rng.chance(place == .sea ? 0.35 : 0.75) {
      var rig = Rig()
      let bone = rig.bone(-1)
      let (left, right) = span(depth)
      let group = colour("hills\(index)", .far)
      let height = (index == 0 ? 0.22 : 0.12) * rng.uniform(0.6, 1.4)
      let jagged = place != .sea && index == 0 && rng.chance(0.45)
      var knots = [Point(left - 0.6, horizon + 0.6)]
      var corners: Set<Int> = [0, 1]
      var x = left - 0.6
      while x < right + 0.6 {
        if jagged { corners.insert(knots.count) }
        knots.append(Point(x, horizon - height * rng.uniform(0.15, 1)))
        x += jagged ? rng.uniform(0.12, 0.3) : rng.uniform(0.2, 0.45)
      }
      corners.insert(knots.count)
      knots.append(Point(right + 0.7, horizon + 0.6))
      corners.insert(knots.count - 2)
      rig.draw(.spline(knots, corners: corners), bone, group)
      layers.append(still(rig, depth: depth))
    }
    return layers
  }

  private mutating func skyline() -> Rig {
    var rig = Rig()
    let bone = rig.bone(-1)
    let walls = (0..<3).map { colour("tower\($0)", .far) }
    let window = colour("window", .light)
    let (left, right) = span(0.3)
    var x = left - 0.2
    while x < right + 0.2 {
      let width = rng.uniform(0.1, 0.2)
      let height = rng.uniform(0.15, 0.5)
      let wall = rng.pick(walls)
      rig.draw(
        .box(width / 2, height / 2 + 0.2, at: Point(x + width / 2, horizon - height / 2 + 0.2)), bone, wall)
      if rng.chance(0.3) {
        rig.draw(
          .polygon([
            Point(x - 0.01, horizon - height), Point(x + width / 2, horizon - height - 0.09),
            Point(x + width + 0.01, horizon - height),
          ]),
          bone, rng.pick(walls))
      }
      let columns = Int(width / 0.05)
      let rows = Int(height / 0.075)
      for row in 0..<max(0, rows - 1) where rng.chance(0.8) {
        for column in 0..<columns where rng.chance(0.75) {
          let at = Point(
            x + width * (Double(column) + 0.5) / Double(columns),
            horizon - height + 0.06 + 0.075 * Double(row))
          rig.draw(.box(0.012, 0.018, at: at), bone, window, lineScale: 0.5)
        }
      }
      x += width + rng.uniform(-0.01, 0.06)
    }
    return rig
  }

  // MARK: - Near things

  private mutating func ground() -> Rig {
    var rig = Rig()
    let bone = rig.bone(-1)
    let (left, right) = span(1)
    let group = colour(place == .sea ? "water" : "ground", .ground)
    let slope = rng.uniform(-0.02, 0.02)
    rig.draw(
      .polygon([
        Point(left - 3, horizon - slope), Point(right + 3, horizon + slope), Point(right + 3, 4),
        Point(left - 3, 4),
      ]),
      bone, group)
    switch place {
    case .street:
      let curb = horizon + rng.uniform(0.1, 0.16)
      rig.draw(
        .box((right - left) / 2 + 3, 2, at: Point((left + right) / 2, curb + 2)), bone,
        colour("road", .ground))
      var x = left
      let paint = colour("roadPaint", .light)
      while x < right {
        rig.draw(
          .polygon([
            Point(x, curb + 0.1), Point(x + 0.16, curb + 0.1), Point(x + 0.13, curb + 0.13),
            Point(x - 0.03, curb + 0.13),
          ]), bone, paint)
        x += 0.34
      }
    case .sea:
      let sand = colour("sand", .ground)
      var knots = [Point(left - 3, 4)]
      var x = left - 3
      while x < right + 3 {
        knots.append(Point(x, horizon + rng.uniform(0.1, 0.16)))
        x += rng.uniform(0.3, 0.6)
      }
      knots.append(Point(right + 3, 4))
      rig.draw(.spline(knots, corners: [0, knots.count - 1]), bone, sand)
    default:
      if rng.chance(0.5) {
        let path = colour("path", .ground)
        let top = horizon + rng.uniform(0.05, 0.12)
        rig.draw(.box((right - left) / 2 + 3, 0.045, at: Point((left + right) / 2, top + 0.045)), bone, path)
      }
    }
    return rig
  }

  private mutating func objects() -> Layer {
    var painter = PropPainter(rng: rng.fork(), palette: palette)
    let (left, right) = span(1)
    var x = left + rng.uniform(0, 0.2)
    let spacing = rng.uniform(0.22, 0.5)
    while x < right {
      let at = Point(x, horizon + rng.uniform(-0.01, 0.07))
      let kinds: [PropPainter.Kind]
      switch place {
      case .street: kinds = [.house, .shop, .lamp, .tree, .hydrant]
      case .sea: kinds = [.palm, .parasol, .rock, .boat]
      case .underwater: kinds = [.seaweed, .seaweed, .coral, .rock, .coral]
      case .desert: kinds = [.cactus, .rock, .rock, .sign]
      default: kinds = [.tree, .fir, .house, .bush, .fence, .rock, .flower, .mushroom, .sign]
      }
      painter.draw(rng.pick(kinds), at: at, size: rng.uniform(0.75, 1.35))
      x += spacing * rng.uniform(0.6, 1.5)
    }
    palette = painter.palette
    let rig = painter.rig
    let sway = rng.uniform(0.01, 0.05)
    let maps = (0..<length).map { frame in
      var pose = Pose(rig)
      for bone in painter.swaying { pose[bone].angle = sway * sin(Double(frame) * 0.16 + Double(bone)) }
      return pose.maps(rig)
    }
    return Layer(rig: rig, depth: 1, maps: maps)
  }

  private mutating func foreground() -> Layer {
    var rig = Rig()
    let depth = 1.35
    let (left, right) = span(depth)
    let group = colour("foreground", .scenery)
    var x = left
    while x < right {
      let bone = rig.bone(-1, x, 1.06)
      let height = rng.uniform(0.08, 0.2)
      for blade in -2...2 {
        let lean = Double(blade) * 0.035 + rng.uniform(-0.01, 0.01)
        let tall = height * (1 - 0.15 * Double(abs(blade)))
        rig.draw(
          .spline(
            [Point(lean * 0.5 - 0.014, 0.04), Point(lean * 1.6, -tall), Point(lean * 0.5 + 0.014, 0.04)],
            corners: [0, 1, 2]),
          bone, group)
      }
      x += rng.uniform(0.3, 0.8)
    }
    let maps = (0..<length).map { frame in
      var pose = Pose(rig)
      for bone in rig.bones.indices { pose[bone].angle = 0.06 * sin(Double(frame) * 0.2 + Double(bone)) }
      return pose.maps(rig)
    }
    return Layer(rig: rig, depth: depth, maps: maps)
  }

  // MARK: - Indoors

  private mutating func room() -> Rig {
    var rig = Rig()
    let bone = rig.bone(-1)
    let (left, right) = span(1)
    let middle = (left + right) / 2
    let half = (right - left) / 2 + 2
    rig.draw(.box(half, 3, at: Point(middle, 0)), bone, colour("wall", .sky), role: .plain)
    if rng.chance(0.5) {
      let stripe = colour("wallpaper", .sky)
      var x = left - 1
      while x < right + 1 {
        rig.draw(.box(0.035, 2, at: Point(x, 0)), bone, stripe, role: .plain)
        x += 0.16
      }
    }
    rig.draw(.box(half, 2, at: Point(middle, horizon + 2)), bone, colour("floor", .ground))
    rig.draw(.box(half, 0.018, at: Point(middle, horizon - 0.018)), bone, colour("skirting", .scenery))
    var painter = PropPainter(rng: rng.fork(), palette: palette, rig: rig)
    var x = left + rng.uniform(0, 0.25)
    while x < right {
      let wallThings: [PropPainter.Kind] = [.window, .picture, .shelf, .clock]
      painter.draw(
        rng.pick(wallThings), at: Point(x, horizon - rng.uniform(0.3, 0.42)), size: rng.uniform(0.8, 1.2))
      if rng.chance(0.55) {
        let furniture: [PropPainter.Kind] = [.sofa, .plant, .floorLamp, .door, .table]
        painter.draw(
          rng.pick(furniture), at: Point(x + rng.uniform(0.1, 0.25), horizon + 0.03),
          size: rng.uniform(0.85, 1.2))
      }
      x += rng.uniform(0.35, 0.6)
    }
    palette = painter.palette
    return painter.rig
  }
}
