internal import EvalCore
internal import Foundation

extension BipedWardrobe {
  /// Head, face, hair in front and hats.
  mutating func drawHead(_ rig: inout Rig, _ hair: inout HairStyle, skin: Int) {
    let r = shape.head
    let head = bones.head
    let pointed = rng.chance(0.2)
    let ear =
      pointed
      ? Curve.spline(
        [Point(-r * 0.85, -r * 0.6), Point(-r * 1.5, -r * 1.25), Point(-r * 0.8, -r * 1.05)], corners: [1])
      : Curve.ellipse(r * 0.2, r * 0.26, at: Point(-r * 0.95, -r * 0.85))
    if !hair.coversEars { rig.draw(ear, head, skin) }
    let jaw = rng.uniform(0.62, 0.86)
    let skull = Curve.spline([
      Point(0, -r * 1.98), Point(r * 0.9, -r * 1.5), Point(r * 0.99, -r * 0.9), Point(r * jaw, -r * 0.32),
      Point(r * 0.16, 0), Point(-r * jaw * 0.92, -r * 0.3), Point(-r * 0.99, -r * 0.9),
      Point(-r * 0.9, -r * 1.5),
    ])
    rig.draw(skull, head, skin)
    drawFace(&rig)
    hair.drawFront(&rig, bones, colour("hair"))
    if rng.chance(0.42) { drawHeadwear(&rig) }
  }

  private mutating func drawFace(_ rig: inout Rig) {
    let r = shape.head
    let size = r * rng.uniform(0.24, 0.33)
    let wide = rng.uniform(0.68, 0.9)
    let white = colour("eyeWhite", .eyeWhite)
    let iris = colour("iris")
    if rng.chance(0.4) {
      let blush = colour("blush", .skin)
      for side in [1.0, -1.0] {
        rig.draw(
          .ellipse(r * 0.17, r * 0.1, at: Point(side * r * 0.5, r * 0.36)), bones.face, blush, role: .plain)
      }
    }
    let browTilt = rng.uniform(-0.14, 0.14) * r
    for (index, side) in [1.0, -1.0].enumerated() {
      rig.draw(.ellipse(size * wide, size), bones.eyes[index], white, lineScale: 0.6)
      rig.draw(
        .ellipse(size * wide * 0.66, size * 0.74, at: Point(0, size * 0.12)), bones.gaze[index], iris,
        lineScale: 0.5)
      rig.ink(.ellipse(size * wide * 0.3, size * 0.38, at: Point(0, size * 0.16)), bones.gaze[index])
      rig.draw(
        .ellipse(size * wide * 0.2, size * 0.22, at: Point(size * 0.2, -size * 0.22)), bones.gaze[index],
        white,
        role: .plain)
      rig.ink(
        .spline(
          [
            Point(-size * wide * 1.15, -size * 0.3), Point(0, -size * 1.14),
            Point(size * wide * 1.15, -size * 0.3),
            Point(0, -size * 0.78),
          ], corners: [0, 2], tension: 1.6), bones.eyes[index])
      rig.ink(
        .stroke(
          Point(side * r * 0.22, browTilt), Point(side * r * 0.62, -browTilt), bend: -side * r * 0.07,
          width: r * 0.09), bones.brow)
    }
    if rng.chance(0.7) {
      rig.ink(
        .stroke(Point(r * 0.06, r * 0.12), Point(r * 0.12, r * 0.26), bend: -r * 0.05, width: r * 0.05),
        bones.face)
    }
    switch rng.integer(0...2) {
    case 0:
      rig.ink(
        .stroke(Point(-r * 0.2, -r * 0.02), Point(r * 0.24, -r * 0.02), bend: r * 0.1, width: r * 0.07),
        bones.mouth)
    case 1:
      rig.draw(
        .spline(
          [Point(-r * 0.22, -r * 0.06), Point(r * 0.26, -r * 0.06), Point(r * 0.02, r * 0.2)],
          corners: [0, 1]),
        bones.mouth, colour("mouth"), lineScale: 0.6)
    default:
      rig.draw(.ellipse(r * 0.13, r * 0.11), bones.mouth, colour("mouth"), lineScale: 0.6)
    }
    if rng.chance(0.16) {
      for side in [1.0, -1.0] {
        let lens = Curve.ellipse(size * 1.25, size * 1.2, at: Point(side * r * 0.4, 0))
        rig.draw(union: [
          Part(curve: ring(lens, thickness: 0.82), bone: bones.face, group: colour("glasses"), lineScale: 0.5)
        ])
      }
    }
  }

  /// An outline with a hole: the inner curve runs backwards.
  private func ring(_ curve: Curve, thickness: Double) -> Curve {
    let (low, high) = curve.bounds
    let centre = (low + high) * 0.5
    let inner = curve.points.reversed().map { centre + ($0 - centre) * thickness }
    var ring = curve
    ring.line(to: inner[0])
    for index in stride(from: 1, to: inner.count, by: 3) {
      ring.add(inner[index], inner[index + 1], inner[index + 2])
    }
    ring.line(to: curve.points[0])
    return ring
  }

  private mutating func drawHeadwear(_ rig: inout Rig) {
    let r = shape.head
    let head = bones.head
    switch rng.integer(0...6) {
    case 0:
      let tip = rig.bone(head, 0, -r * 2.6, spring: Spring(stiffness: 0.12, damping: 0.2, drag: 9))
      let hat = colour("hat")
      rig.draw(union: [
        Part(
          curve: .spline(
            [
              Point(-r * 0.45, r * 0.2), Point(-r * 0.12, -r * 0.9), Point(r * 0.1, -r * 0.9),
              Point(r * 0.45, r * 0.2),
            ],
            corners: [0, 3]), bone: tip, group: hat),
        Part(
          curve: .polygon(
            [
              Point(-r * 0.95, -r * 1.5), Point(r * 0.95, -r * 1.5), Point(r * 0.4, -r * 2.7),
              Point(-r * 0.4, -r * 2.7),
            ],
            round: r * 0.1), bone: head, group: hat),
      ])
      rig.draw(.box(r * 0.93, r * 0.11, at: Point(0, -r * 1.62), round: r * 0.04), head, colour("hatBand"))
      rig.draw(.ellipse(r * 1.55, r * 0.2, at: Point(0, -r * 1.45)), head, hat)
    case 1:
      let hat = colour("hat")
      let dome = Curve.spline(
        [
          Point(-r * 1.08, -r * 1.42), Point(-r * 0.75, -r * 2.15), Point(r * 0.6, -r * 2.2),
          Point(r * 1.05, -r * 1.42),
        ],
        corners: [0, 3])
      rig.draw(dome, head, hat)
      let brim = Curve.spline(
        [
          Point(r * 0.2, -r * 1.55), Point(r * 1.1, -r * 1.56), Point(r * 1.8, -r * 1.28),
          Point(r * 0.9, -r * 1.3),
        ],
        corners: [0])
      rig.draw(brim, head, colour("hatBand"))
    case 2:
      let hat = colour("hat")
      rig.draw(.ellipse(r * 0.22, r * 0.22, at: Point(0, -r * 2.3)), head, colour("hatBand"))
      rig.draw(
        .spline(
          [
            Point(-r * 1.06, -r * 1.5), Point(-r * 0.6, -r * 2.2), Point(r * 0.6, -r * 2.2),
            Point(r * 1.06, -r * 1.5),
          ],
          corners: [0, 3]), head, hat)
      rig.draw(.box(r * 1.1, r * 0.16, at: Point(0, -r * 1.5), round: r * 0.1), head, colour("hatBand"))
    case 3:
      let bow = colour("hat")
      let place = Point(-r * 0.45, -r * 1.95)
      for side in [-1.0, 1.0] {
        rig.draw(
          .spline(
            [
              place, Point(place.x + side * r * 0.6, place.y - r * 0.42),
              Point(place.x + side * r * 0.6, place.y + r * 0.3),
            ],
            corners: [0]), head, bow)
      }
      rig.draw(.ellipse(r * 0.15, r * 0.17, at: place), head, bow)
    case 4:
      let fur = colour("hair")
      for side in [-1.0, 1.0] {
        let outer = [
          Point(side * r * 0.25, -r * 1.85), Point(side * r * 0.75, -r * 2.6),
          Point(side * r * 0.95, -r * 1.5),
        ]
        rig.draw(.spline(outer, corners: [0, 1, 2]), head, fur)
        let centre = (outer[0] + outer[1] + outer[2]) * (1 / 3)
        rig.draw(
          .polygon(outer.map { centre + ($0 - centre) * 0.5 }, round: 0.004), head, colour("hatBand"),
          lineScale: 0.6)
      }
    case 5:
      rig.draw(
        .spline(
          [
            Point(-r * 1.06, -r * 1.32), Point(0, -r * 1.6), Point(r * 1.06, -r * 1.32),
            Point(r * 1.06, -r * 1.55),
            Point(0, -r * 1.84), Point(-r * 1.06, -r * 1.55),
          ], corners: [0, 2, 3, 5]), head, colour("hat"))
    default:
      let gold = colour("hat")
      let crown = Curve.polygon([
        Point(-r * 0.6, -r * 1.75), Point(-r * 0.7, -r * 2.45), Point(-r * 0.3, -r * 2.1),
        Point(0, -r * 2.55),
        Point(r * 0.3, -r * 2.1), Point(r * 0.7, -r * 2.45), Point(r * 0.6, -r * 1.75),
      ])
      rig.draw(crown, head, gold)
      rig.draw(.ellipse(r * 0.12, r * 0.12, at: Point(0, -r * 1.95)), head, colour("hatBand"), lineScale: 0.7)
    }
  }
}

/// Hair behind and in front of the head; long strands hang on springs.
struct HairStyle {
  private enum Back { case none, bob, long, ponytail, twinTails, curls }
  private let shape: BipedShape
  private let back: Back
  private let spiky: Bool
  private var rng: SplitMix64

  init(shape: BipedShape, rng: SplitMix64) {
    var rng = rng
    self.shape = shape
    back = rng.pick([Back.none, .none, .bob, .bob, .long, .long, .ponytail, .ponytail, .twinTails, .curls])
    let spikes = rng.chance(0.6)
    spiky = back == Back.none && spikes
    self.rng = rng
  }

  /// Whether the ears are hidden.
  var coversEars: Bool { back == .bob || back == .long || back == .curls }

  mutating func drawBack(_ rig: inout Rig, _ bones: BipedSkeleton, _ group: Int) {
    let r = shape.head
    let head = bones.head
    switch back {
    case .none: break
    case .bob:
      let drop = rng.uniform(-0.5, 0.25) * r
      rig.draw(
        .spline(
          [
            Point(0, -r * 2.1), Point(r * 1.1, -r * 1.5), Point(r * 1.12, -r * 0.6), Point(r * 0.95, drop),
            Point(0, drop + r * 0.15), Point(-r * 1.0, drop), Point(-r * 1.2, -r * 0.6),
            Point(-r * 1.12, -r * 1.5),
          ], corners: [3, 5]), head, group)
    case .long:
      let length = r * rng.uniform(1.2, 1.9)
      let first = rig.bone(head, -r * 0.1, -r * 0.9, spring: Spring(stiffness: 0.12, damping: 0.22, drag: 7))
      let second = rig.bone(first, 0, length, spring: Spring(stiffness: 0.09, damping: 0.2, drag: 9))
      let width = r * 1.12
      rig.draw(union: [
        Part(curve: .ellipse(r * 1.14, r * 1.1, at: Point(-r * 0.05, -r * 1.05)), bone: head, group: group),
        Part(
          curve: .polygon(
            [Point(-width, -r * 0.3), Point(width, -r * 0.3), Point(width, length), Point(-width, length)],
            round: r * 0.1),
          bone: first, group: group),
        Part(
          curve: .spline(
            [
              Point(-width, -length * 0.15), Point(width, -length * 0.15), Point(width * 0.95, length * 0.5),
              Point(width * 0.4, length * 0.8), Point(0, length * 0.62), Point(-width * 0.45, length * 0.85),
              Point(-width * 0.95, length * 0.5),
            ], corners: [3, 4, 5]), bone: second, group: group),
      ])
    case .ponytail:
      drawChain(
        &rig, from: head, at: Point(-r * 0.8, -r * 1.6), rest: rng.uniform(0.5, 1.1), bendPerJoint: -0.2,
        joints: 4,
        length: r * rng.uniform(0.5, 0.85), radii: (r * 0.36, r * 0.12), group: group, drag: 10)
    case .twinTails:
      let length = r * rng.uniform(0.55, 0.9)
      for side in [1.0, -1.0] {
        drawChain(
          &rig, from: head, at: Point(side * r * 0.98, -r * 1.45), rest: -side * 0.55,
          bendPerJoint: side * 0.16,
          joints: 4, length: length, radii: (r * 0.3, r * 0.1), group: group, drag: 9)
      }
    case .curls:
      let puff = Curve.scallops(
        r * 1.35, r * 1.25, at: Point(-r * 0.05, -r * 1.15), count: rng.integer(7...11), depth: 0.12,
        rng: &rng)
      rig.draw(puff, head, group)
    }
  }

  mutating func drawFront(_ rig: inout Rig, _ bones: BipedSkeleton, _ group: Int) {
    let r = shape.head
    let head = bones.head
    if rng.chance(0.5) {
      for side in [1.0, -1.0] {
        let lock = rig.bone(
          head, side * r * 0.92, -r * 1.35, spring: Spring(stiffness: 0.16, damping: 0.26, drag: 6))
        let length = r * rng.uniform(0.8, 1.5)
        rig.draw(
          .spline(
            [
              Point(-r * 0.16, -r * 0.15), Point(r * 0.16, -r * 0.15), Point(r * 0.17, length * 0.6),
              Point(side * r * 0.02, length), Point(-r * 0.17, length * 0.6),
            ], corners: [3]), lock, group)
      }
    }
    // The cap of hair: over the crown from side to side, back along the forehead in strands.
    var knots = [Point(-r * 1.06, -r * 0.95)]
    var corners: Set<Int> = [0]
    if spiky {
      let tips = rng.integer(5...8)
      for index in 0...(2 * tips) {
        let angle = Double.pi * (1.0 + Double(index) / Double(2 * tips))
        let radius = r * (index.isMultiple(of: 2) ? 1.02 : rng.uniform(1.32, 1.62))
        corners.insert(knots.count)
        knots.append(Point(radius * cos(angle) * 1.02, -r * 1.08 + radius * sin(angle)))
      }
    } else {
      for angle in stride(from: 1.1, through: 1.9, by: 0.1333) {
        knots.append(Point(r * 1.1 * cos(Double.pi * angle), -r * 1.05 + r * 1.1 * sin(Double.pi * angle)))
      }
    }
    corners.insert(knots.count)
    knots.append(Point(r * 1.06, -r * 0.95))
    let strands = rng.integer(2...5)
    let depth = rng.uniform(0.25, 0.6)
    for index in 0..<strands {
      let x = r * (0.92 - 1.84 * (Double(index) + 0.5) / Double(strands))
      let notch = r * (0.92 - 1.84 * Double(index) / Double(strands))
      corners.insert(knots.count)
      if index > 0 {
        knots.append(Point(notch, -r * 1.5))
        corners.insert(knots.count)
      } else {
        knots.append(Point(r * 0.93, -r * 1.3))
        corners.insert(knots.count)
      }
      knots.append(Point(x - r * 0.1, -r * (1.5 - depth * rng.uniform(0.6, 1))))
    }
    corners.insert(knots.count)
    knots.append(Point(-r * 0.95, -r * 1.35))
    let bang = rig.bone(head)
    rig.draw(.spline(knots, corners: corners), bang, group)
  }
}
