internal import EvalCore
internal import Foundation

/// Body, clothes and hair of a person, drawn back to front with colours shared as on a model sheet.
struct BipedWardrobe {
  let shape: BipedShape
  let bones: BipedSkeleton
  var rng: SplitMix64
  var palette: Palette
  var groups: [String: Int] = [:]

  init(shape: BipedShape, bones: BipedSkeleton, rng: SplitMix64, palette: Palette) {
    self.shape = shape
    self.bones = bones
    self.rng = rng
    self.palette = palette
  }

  /// The colour group of a named material, made when first asked for.
  mutating func colour(_ name: String, _ use: ColourUse = .character) -> Int {
    if let known = groups[name] { return known }
    let made = palette.group(use)
    groups[name] = made
    return made
  }

  private enum Sleeve { case none, short, long }
  private enum Lower { case trousers, shorts, skirt, dress }

  mutating func dress(_ rig: inout Rig) {
    let skin = colour("skin", .skin)
    let sleeve = rng.pick([Sleeve.none, .short, .short, .long, .long])
    let lower = rng.pick(weighted: [(Lower.trousers, 3), (.shorts, 2), (.skirt, 2), (.dress, 1.5)])
    let gloves = rng.chance(0.25)
    var hair = HairStyle(shape: shape, rng: rng.fork())
    if rng.chance(0.3) { drawCape(&rig) }
    hair.drawBack(&rig, bones, colour("hair"))
    if rng.chance(0.12) { drawTail(&rig) }
    drawArm(&rig, side: 0, sleeve, gloves: gloves, skin: skin)
    drawLeg(&rig, side: 0, lower, skin: skin)
    drawLeg(&rig, side: 1, lower, skin: skin)
    drawTorso(&rig, lower, skin: skin)
    drawHead(&rig, &hair, skin: skin)
    drawArm(&rig, side: 1, sleeve, gloves: gloves, skin: skin)
  }

  // MARK: - Limbs

  private mutating func drawArm(_ rig: inout Rig, side: Int, _ sleeve: Sleeve, gloves: Bool, skin: Int) {
    let half = shape.arm * 0.5
    let r = shape.armRadius
    let (upper, fore) = (bones.uppers[side], bones.forearms[side])
    let hand = gloves ? colour("gloves") : skin
    let palm = Part(curve: .ellipse(r * 1.25, r * 1.4, at: Point(0, half + r * 0.7)), bone: fore, group: hand)
    let thumb = Part(
      curve: .limb(r * 0.42, r * 0.36, r * 1.1).moved(
        by: .translation(r * 0.9, half + r * 0.1) * .rotation(-0.5)),
      bone: fore, group: hand)
    let arm = [
      Part(curve: .limb(r * 1.05, r * 0.92, half), bone: upper, group: skin),
      Part(curve: .limb(r * 0.92, r * 0.78, half), bone: fore, group: skin),
    ]
    switch sleeve {
    case .none:
      rig.draw(union: gloves ? arm : arm + [palm, thumb])
      if gloves { rig.draw(union: [palm, thumb]) }
    case .short:
      rig.draw(union: gloves ? arm : arm + [palm, thumb])
      if gloves { rig.draw(union: [palm, thumb]) }
      let cuff = Curve.spline(
        [
          Point(-r * 1.3, 0), Point(-r * 0.6, -r * 1.35), Point(r * 0.6, -r * 1.35), Point(r * 1.3, 0),
          Point(r * 1.65, half * 0.62), Point(-r * 1.65, half * 0.62),
        ], corners: [4, 5])
      rig.draw(cuff, upper, colour("shirt"))
    case .long:
      rig.draw(union: [palm, thumb])
      let cloth = colour("shirt")
      rig.draw(union: [
        Part(curve: .limb(r * 1.3, r * 1.15, half), bone: upper, group: cloth),
        Part(
          curve: .polygon(
            [
              Point(-r * 1.15, -r * 0.4), Point(r * 1.15, -r * 0.4), Point(r * 1.3, half * 0.96),
              Point(-r * 1.3, half * 0.96),
            ], round: r * 0.3), bone: fore, group: cloth),
        Part(curve: .ellipse(r * 1.15, r * 1.15), bone: fore, group: cloth),
      ])
    }
  }

  private mutating func drawLeg(_ rig: inout Rig, side: Int, _ lower: Lower, skin: Int) {
    let half = shape.leg * 0.5
    let r = shape.legRadius
    let (thigh, shin, foot) = (bones.thighs[side], bones.shins[side], bones.feet[side])
    let boots = groups["boots"] != nil || (groups["shoes"] == nil && rng.chance(0.3))
    let shoe = boots ? colour("boots") : colour("shoes")
    let sole = Curve.spline(
      [
        Point(-r * 1.15, -r * 0.5), Point(r * 0.7, -r * 0.75), Point(r * 2.3, r * 0.05),
        Point(r * 2.45, r * 0.9),
        Point(-r * 1.15, r * 0.9),
      ], corners: [3, 4])
    let cloth = lower == .trousers ? colour("trousers") : skin
    let leg = [
      Part(curve: .limb(r * 1.3, r * 1.05, half), bone: thigh, group: cloth),
      Part(curve: .limb(r * 1.05, r * 0.85, half - r), bone: shin, group: cloth),
    ]
    let shoePart = Part(curve: sole, bone: foot, group: shoe)
    if boots {
      rig.draw(union: leg)
      let shaft = Curve.polygon(
        [
          Point(-r * 1.2, half * 0.3), Point(r * 1.25, half * 0.3), Point(r * 1.0, half - r * 0.3),
          Point(-r * 1.0, half - r * 0.3),
        ], round: r * 0.3)
      rig.draw(union: [Part(curve: shaft, bone: shin, group: shoe), shoePart])
    } else {
      rig.draw(union: [shoePart])
      rig.draw(union: leg)
      if lower != .trousers && groups["socks"] ?? (rng.chance(0.5) ? colour("socks") : 0) > 0 {
        let sock = Curve.polygon(
          [
            Point(-r * 1.08, half * 0.45), Point(r * 1.08, half * 0.45), Point(r * 0.95, half - r * 0.1),
            Point(-r * 0.95, half - r * 0.1),
          ], round: r * 0.2)
        rig.draw(sock, shin, colour("socks"))
      }
    }
    if lower == .shorts {
      let leg = Curve.spline(
        [
          Point(-r * 1.5, -r), Point(r * 1.5, -r), Point(r * 1.75, half * 0.75),
          Point(-r * 1.75, half * 0.75),
        ], corners: [2, 3])
      rig.draw(leg, thigh, colour("trousers"))
    }
  }

  // MARK: - Torso

  private mutating func drawTorso(_ rig: inout Rig, _ lower: Lower, skin: Int) {
    let (t, s, w, h) = (shape.torso, shape.shoulder, shape.waist, shape.hip)
    if lower == .trousers || lower == .shorts {
      let seat = Curve.spline([
        Point(-h * 1.02, -t * 0.14), Point(h * 1.02, -t * 0.14), Point(h * 1.05, t * 0.1), Point(0, t * 0.2),
        Point(-h * 1.05, t * 0.1),
      ])
      rig.draw(seat, bones.pelvis, colour("trousers"))
    }
    rig.draw(
      .limb(s * 0.34, s * 0.36, t * 0.2).moved(by: .translation(s * 0.06, -t * 1.08)), bones.chest, skin)
    let shirt = colour("shirt")
    let body = Curve.spline([
      Point(-s * 0.5, -t * 0.99), Point(s * 0.55, -t * 0.99), Point(s, -t * 0.86), Point(w * 1.08, -t * 0.4),
      Point(h * 1.02, 0.01), Point(0, t * 0.06), Point(-h * 1.02, 0.01), Point(-w, -t * 0.4),
      Point(-s, -t * 0.86),
    ])
    if lower == .skirt || lower == .dress {
      let long = lower == .dress ? rng.uniform(0.45, 0.8) : rng.uniform(0.28, 0.5)
      let flare = rng.uniform(1.4, 2.3)
      let bone = rig.bone(
        bones.pelvis, 0, -t * 0.1, spring: Spring(stiffness: 0.09, damping: 0.25, drag: 7))
      let drop = shape.leg * long
      let hem = h * flare
      let skirt = Curve.spline(
        [
          Point(-w * 0.95, 0), Point(w * 0.95, 0), Point(hem, drop), Point(hem * 0.5, drop * 1.07),
          Point(0, drop * 1.0), Point(-hem * 0.5, drop * 1.07), Point(-hem, drop),
        ], corners: [0, 1, 2, 6])
      rig.draw(skirt, bone, lower == .dress ? shirt : colour("skirt"))
      rig.ink(
        .stroke(Point(w * 0.3, drop * 0.35), Point(hem * 0.45, drop * 0.95), bend: 0.004, width: 0.005), bone)
      rig.ink(
        .stroke(Point(-w * 0.3, drop * 0.35), Point(-hem * 0.4, drop * 0.95), bend: -0.004, width: 0.005),
        bone)
      if lower == .dress {
        rig.draw(.box(hem * 0.97, drop * 0.05, at: Point(0, drop * 0.97), round: 0.01), bone, colour("trim"))
      }
    }
    rig.draw(body, bones.chest, shirt)
    switch rng.integer(0...6) {
    case 0:
      rig.draw(
        .star(w * 0.5, w * 0.5, at: Point(w * 0.15, -t * 0.55), tips: 5, inner: 0.5), bones.chest,
        colour("emblem"))
    case 1:
      rig.draw(.ellipse(w * 0.42, w * 0.42, at: Point(w * 0.15, -t * 0.55)), bones.chest, colour("emblem"))
    case 2:
      let opening = Curve.spline(
        [
          Point(-w * 0.2, -t * 0.97), Point(w * 0.5, -t * 0.97), Point(w * 0.42, -t * 0.4), Point(w * 0.5, 0),
          Point(-w * 0.25, 0), Point(-w * 0.1, -t * 0.4),
        ], corners: [0, 1, 3, 4])
      rig.draw(opening, bones.chest, colour("emblem"))
    case 3:
      let stripe = Curve.spline(
        [
          Point(-w * 1.0, -t * 0.55), Point(w * 1.06, -t * 0.55), Point(w * 1.04, -t * 0.35),
          Point(-w, -t * 0.35),
        ], corners: [0, 1, 2, 3])
      rig.draw(stripe, bones.chest, colour("emblem"))
    case 4:
      rig.ink(
        .stroke(Point(w * 0.15, -t * 0.92), Point(w * 0.2, -t * 0.1), bend: 0.003, width: 0.004), bones.chest)
      for step in 0..<3 {
        rig.draw(
          .ellipse(w * 0.1, w * 0.1, at: Point(w * 0.38, -t * (0.72 - 0.2 * Double(step)))), bones.chest,
          colour("buttons"), lineScale: 0.7)
      }
    default: break
    }
    if rng.chance(0.5) {
      rig.draw(.box(h * 1.04, t * 0.055, at: Point(0, -t * 0.03), round: 0.006), bones.chest, colour("belt"))
      if rng.chance(0.6) {
        rig.draw(
          .box(h * 0.2, t * 0.075, at: Point(h * 0.15, -t * 0.03), round: 0.006), bones.chest,
          colour("buckle"))
      }
    }
    drawNeckwear(&rig)
  }

  private mutating func drawNeckwear(_ rig: inout Rig) {
    let (t, s) = (shape.torso, shape.shoulder)
    switch rng.integer(0...3) {
    case 0:
      let cloth = colour("scarf")
      let tail = rig.bone(
        bones.chest, -s * 0.35, -t * 0.93, rest: 0.5, spring: Spring(stiffness: 0.08, damping: 0.2, drag: 16))
      let end = rig.bone(tail, 0, t * 0.42, spring: Spring(stiffness: 0.06, damping: 0.18, drag: 18))
      rig.draw(union: [
        Part(curve: .limb(s * 0.22, s * 0.26, t * 0.42), bone: tail, group: cloth),
        Part(curve: .limb(s * 0.26, s * 0.32, t * 0.36), bone: end, group: cloth),
      ])
      rig.draw(.ellipse(s * 0.68, t * 0.12, at: Point(s * 0.05, -t * 0.95)), bones.chest, cloth)
    case 1:
      for side in [-1.0, 1.0] {
        let lapel = Curve.polygon(
          [
            Point(s * 0.08, -t * 0.92), Point(s * (0.08 + side * 0.55), -t * 1.0),
            Point(s * (0.08 + side * 0.42), -t * 0.72),
          ],
          round: 0.004)
        rig.draw(lapel, bones.chest, colour("collar"))
      }
    case 2:
      let knot = Point(s * 0.08, -t * 0.86)
      for side in [-1.0, 1.0] {
        let wing = Curve.spline(
          [
            knot, Point(knot.x + side * s * 0.5, knot.y - t * 0.1),
            Point(knot.x + side * s * 0.5, knot.y + t * 0.12),
          ],
          corners: [0])
        rig.draw(wing, bones.chest, colour("bow"))
      }
      rig.draw(.ellipse(s * 0.14, s * 0.14, at: knot), bones.chest, colour("bow"))
    default: break
    }
  }

  // MARK: - Things that trail

  private mutating func drawCape(_ rig: inout Rig) {
    let (t, s) = (shape.torso, shape.shoulder)
    let cloth = colour("cape")
    let length = (t + shape.leg * rng.uniform(0.25, 0.75)) / 3
    var parent = bones.chest
    var width = s * 1.05
    var parts: [Part] = []
    for step in 0..<3 {
      let bone = rig.bone(
        parent, step == 0 ? -s * 0.1 : 0, step == 0 ? -t * 0.93 : length, rest: step == 0 ? 0.16 : 0.04,
        spring: Spring(stiffness: 0.1 - 0.02 * Double(step), damping: 0.22, drag: 9 + 3 * Double(step)))
      let next = width * 1.22
      parts.append(
        Part(
          curve: .polygon(
            [
              Point(-width, -length * 0.1), Point(width, -length * 0.1), Point(next, length * 1.05),
              Point(-next, length * 1.05),
            ], round: step == 2 ? 0.012 : 0.004), bone: bone, group: cloth))
      parts.append(Part(curve: .ellipse(width * 1.0, width * 0.35), bone: bone, group: cloth))
      parent = bone
      width = next
    }
    rig.draw(union: parts)
  }

  private mutating func drawTail(_ rig: inout Rig) {
    let fur = colour("tail")
    drawChain(
      &rig, from: bones.pelvis, at: Point(-shape.hip * 0.7, -0.02), rest: 1.9, bendPerJoint: 0.32, joints: 4,
      length: shape.leg * 0.26, radii: (shape.legRadius * 0.7, shape.legRadius * 0.5), group: fur, drag: 7)
  }
}

/// Draws a trailing chain of limbs as one shape and returns its bones.
@discardableResult
func drawChain(
  _ rig: inout Rig, from parent: Int, at origin: Point, rest: Double, bendPerJoint: Double, joints: Int,
  length: Double, radii: (Double, Double), group: Int, drag: Double, tip: (Curve, Int)? = nil
) -> [Int] {
  var bone = parent
  var chain: [Int] = []
  var parts: [Part] = []
  for step in 0..<joints {
    let position = step == 0 ? origin : Point(0, length)
    bone = rig.bone(
      bone, position.x, position.y, rest: step == 0 ? rest : bendPerJoint,
      spring: Spring(
        stiffness: 0.14 - 0.018 * Double(step), damping: 0.24, drag: drag * (1 + 0.25 * Double(step))))
    func radius(_ at: Int) -> Double { radii.0 + (radii.1 - radii.0) * Double(at) / Double(joints) }
    parts.append(Part(curve: .limb(radius(step), radius(step + 1), length), bone: bone, group: group))
    chain.append(bone)
  }
  rig.draw(union: parts)
  if let tip { rig.draw(tip.0, bone, tip.1) }
  return chain
}
