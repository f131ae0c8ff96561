internal import EvalCore
internal import Foundation

/// A four-legged animal of the `general` family: dog, horse, cat, dragon by its random measures.
struct Quadruped: Puppet {
  let rig: Rig
  let legLength: Double
  let faceHeight: Double
  let closeness = 0.72
  private let body: Int
  private let neck: Int
  private let head: Int
  private let lid: Int
  /// Far hind, far fore, near hind, near fore: hip and knee.
  private let legs: [(hip: Int, knee: Int, offset: Double)]
  private let wing: Int?
  private let bounce: Double

  init(rng: inout SplitMix64, palette: inout Palette) {
    var rig = Rig()
    let leg = rng.uniform(0.3, 0.46)
    let thick = rng.uniform(0.1, 0.16)
    let long = rng.uniform(0.26, 0.4)
    legLength = leg
    bounce = rng.uniform(0.015, 0.04)
    let coat = palette.group(.character)
    let farCoat = palette.group(.character)
    let hoof = palette.group(.character)
    let accent = palette.group(.character)
    let body = rig.bone(-1, 0, -leg - thick * 0.5)
    self.body = body
    let legRadius = rng.uniform(0.032, 0.05)
    var legs: [(hip: Int, knee: Int, offset: Double)] = []
    func drawLeg(_ x: Double, _ offset: Double, _ group: Int) {
      let hip = rig.bone(body, x, thick * 0.5)
      let knee = rig.bone(hip, 0, leg * 0.5)
      let foot = Curve.spline(
        [
          Point(-legRadius, 0), Point(legRadius * 0.8, 0), Point(legRadius * 1.8, legRadius * 1.3),
          Point(-legRadius, legRadius * 1.3),
        ], corners: [2, 3])
      rig.draw(foot.moved(by: .translation(0, leg * 0.5 - legRadius * 1.3)), knee, hoof)
      rig.draw(union: [
        Part(curve: .limb(legRadius * 1.5, legRadius, leg * 0.5), bone: hip, group: group),
        Part(curve: .limb(legRadius, legRadius * 0.8, leg * 0.36), bone: knee, group: group),
      ])
      legs.append((hip, knee, offset))
    }
    let bushy = rng.chance(0.4)
    drawChain(
      &rig, from: body, at: Point(-long * 0.95, -thick * 0.4), rest: rng.uniform(0.7, 2),
      bendPerJoint: rng.uniform(-0.3, 0.4),
      joints: 3, length: rng.uniform(0.09, 0.15), radii: bushy ? (0.04, 0.075) : (0.035, 0.02), group: accent,
      drag: 8)
    drawLeg(-long * 0.7, 0, farCoat)
    drawLeg(long * 0.62, 0.5, farCoat)
    wing = rng.chance(0.2) ? rig.bone(body, 0, -thick * 0.8) : nil
    let trunk = Curve.spline([
      Point(-long * 1.05, -thick * 0.2), Point(-long * 0.6, -thick * 0.95), Point(0, -thick * 0.75),
      Point(long * 0.65, -thick * 1.05), Point(long * 1.08, -thick * 0.2), Point(long * 0.7, thick * 0.8),
      Point(0, thick * 0.7), Point(-long * 0.75, thick * 0.75),
    ])
    let neck = rig.bone(body, long * 0.8, -thick * 0.4, rest: Double.pi - rng.uniform(0.25, 0.9) * -1 - 0.1)
    self.neck = neck
    let neckLength = rng.uniform(0.1, 0.24)
    if rng.chance(0.5) {
      let mane = palette.group(.character)
      for step in 0..<3 {
        let strand = rig.bone(
          neck, 0.05, neckLength * (0.3 + 0.3 * Double(step)), rest: -1.9,
          spring: Spring(stiffness: 0.1, damping: 0.2, drag: 8))
        rig.draw(.spline([Point(-0.04, 0), Point(0.04, 0), Point(0, 0.13)], corners: [2]), strand, mane)
      }
    }
    rig.draw(union: [
      Part(curve: trunk, bone: body, group: coat),
      Part(curve: .limb(thick * 0.75, thick * 0.5, neckLength), bone: neck, group: coat),
    ])
    for _ in 0..<rng.integer(0...4) {
      let spot = Point(rng.uniform(-0.75, 0.55) * long, rng.uniform(-0.55, 0.3) * thick)
      rig.draw(
        .blob(rng.uniform(0.025, 0.05), rng.uniform(0.02, 0.04), at: spot, bumps: 6, jitter: 0.15, rng: &rng),
        body, accent, lineScale: 0.7)
    }
    drawLeg(-long * 0.78, 0.5, coat)
    drawLeg(long * 0.55, 0, coat)
    if let wing {
      let feather = palette.group(.character)
      rig.draw(
        .spline(
          [
            Point(0.08, 0), Point(0.02, -0.18), Point(-0.2, -0.3), Point(-0.17, -0.17), Point(-0.25, -0.14),
            Point(-0.16, -0.04), Point(-0.08, 0.02),
          ], corners: [2, 3, 4, 5]),
        wing, feather)
    } else if rng.chance(0.4) {
      let saddle = palette.group(.character)
      rig.draw(
        .spline(
          [
            Point(-long * 0.35, -thick * 0.95), Point(long * 0.25, -thick * 0.9),
            Point(long * 0.3, thick * 0.15), Point(-long * 0.4, thick * 0.15),
          ], corners: [0, 1, 2, 3]), body, saddle)
    }
    let head = rig.bone(neck, 0, neckLength, rest: -(Double.pi - 0.3))
    self.head = head
    let r = rng.uniform(0.09, 0.14)
    faceHeight = leg + thick + neckLength
    let earLength = rng.uniform(0.8, 2)
    let floppy = rng.chance(0.4)
    for side in [0.25, -0.5] {
      let ear = rig.bone(
        head, side * r, -r * 0.6, rest: floppy ? (side > 0 ? -0.6 : 0.7) : Double.pi + side * 0.7,
        spring: Spring(stiffness: 0.2, damping: 0.25, drag: 5))
      rig.draw(
        .spline(
          [
            Point(-r * 0.28, 0), Point(r * 0.28, 0), Point(r * 0.18, r * earLength * 0.6),
            Point(0, r * earLength),
          ], corners: [0, 1, 3]), ear, side > 0 ? farCoat : accent)
    }
    let muzzle = rng.uniform(0.6, 1.5) * r
    rig.draw(union: [
      Part(curve: .ellipse(r, r * 0.9), bone: head, group: coat),
      Part(
        curve: .limb(r * 0.62, r * 0.42, muzzle).moved(
          by: .translation(r * 0.3, r * 0.25) * .rotation(-1.45)), bone: head, group: coat),
    ])
    rig.draw(.ellipse(r * 0.22, r * 0.18, at: Point(r * 0.45 + muzzle, r * 0.12)), head, hoof, lineScale: 0.8)
    rig.ink(
      .stroke(Point(r * 0.5, r * 0.55), Point(r * 0.4 + muzzle, r * 0.48), bend: -0.01, width: 0.012), head)
    let lid = rig.bone(head, r * 0.25, -r * 0.3)
    self.lid = lid
    rig.draw(.ellipse(r * 0.26, r * 0.32), lid, palette.group(.eyeWhite), lineScale: 0.7)
    rig.ink(.ellipse(r * 0.13, r * 0.18, at: Point(r * 0.07, 0)), lid)
    if rng.chance(0.3) {
      let horn = palette.group(.character)
      rig.draw(
        .spline(
          [Point(r * 0.2, -r * 0.85), Point(r * 0.75, -r * 2), Point(r * 0.55, -r * 0.7)], corners: [0, 1, 2]),
        head, horn)
    }
    self.legs = legs
    self.rig = rig
  }

  func pose(_ state: MotionState) -> Pose {
    var pose = Pose(rig)
    let walking = state.action == .walk || state.action == .run
    let rhythm = turn * (walking ? state.phase : state.beat)
    let gallop = walking && state.speed > 0.04
    pose[body].angle = (gallop ? 0.12 : 0.03) * sin(rhythm + 0.6)
    pose[body].shift = Point(
      0, legLength * 0.05 + bounce * (gallop ? 1.6 : 1) * cos(gallop ? rhythm : 2 * rhythm))
    pose[neck].angle = 0.14 * sin(rhythm * (walking ? 1 : 0.5) + 1)
    pose[head].angle = -0.12 * sin(rhythm * (walking ? 1 : 0.5) + 1.6)
    if let wing { pose[wing].angle = 0.5 * sin(turn * state.beat * 1.6) - 0.2 }
    let blink = state.frame.truncatingRemainder(dividingBy: 41)
    pose[lid].scaleY = blink >= 12 && blink < 15 ? 0.15 : 1
    let duty = min(0.6, 0.9 * legLength / state.cycle)
    for (index, leg) in legs.enumerated() {
      var target = Point.zero
      if walking {
        // A gallop moves fore and hind legs in pairs, a trot the diagonals.
        let offset = gallop ? [0.0, 0.45, 0.12, 0.57][index] : leg.offset
        let p = fraction(state.phase + offset)
        let span = duty * state.cycle
        let s = p < duty ? p / duty : (p - duty) / (1 - duty)
        target.x = p < duty ? span * (0.5 - s) : span * (eased(s) - 0.5)
        target.y = p < duty ? 0 : -legLength * (gallop ? 0.36 : 0.22) * sin(Double.pi * s)
      } else {
        let air = min(1, state.lift * 5)
        target = Point((index % 2 == 0 ? -0.35 : 0.35) * legLength * air, -0.2 * legLength * air)
        target.x += 0.08 * legLength * sin(rhythm + Double(index))
        if state.action == .dance { target.y -= max(0, sin(rhythm + Double(index) * 1.6)) * 0.25 * legLength }
      }
      let joint = Point(target.x - pose[body].shift.x, legLength * 0.99 + target.y - pose[body].shift.y)
      let angles = legAngles(thigh: legLength * 0.5, shin: legLength * 0.5, to: joint)
      // Hind knees point forwards, fore legs bend the other way.
      let fore = index % 2 == 1
      pose[leg.hip].angle = (fore ? angles.hip + angles.knee : angles.hip) - pose[body].angle
      pose[leg.knee].angle = fore ? -angles.knee : angles.knee
    }
    return pose
  }
}
