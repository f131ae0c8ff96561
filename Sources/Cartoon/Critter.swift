internal import EvalCore
internal import Foundation

/// A creature grown at random: a body with shapes on joints. Without semantics, only shape and layout tell
/// parts apart.
struct Critter: Puppet {
  let rig: Rig
  let legLength: Double
  let faceHeight: Double
  let closeness = 0.66
  private let body: Int
  private let legs: [Int]
  private let shins: [Int]
  private let limbs: [(bone: Int, swing: Double, rate: Double, offset: Double)]
  private let eyes: [Int]
  private let reach: Double
  private let blinkOffset: Double

  init(rng: inout SplitMix64, palette: inout Palette) {
    var rig = Rig()
    let radius = rng.uniform(0.24, 0.34)
    let legLength = 1 - 2.2 * radius - rng.uniform(0.05, 0.15)
    self.legLength = legLength
    reach = legLength
    faceHeight = legLength + radius
    blinkOffset = rng.uniform(0, 40)
    var made: [Int] = []
    func colour() -> Int {
      if !made.isEmpty && rng.chance(0.35) { return rng.pick(made) }
      made.append(palette.group(.character))
      return made[made.count - 1]
    }
    func shape(_ r: Double) -> Curve {
      switch rng.integer(0...4) {
      case 0: .blob(r, r * rng.uniform(0.75, 1.1), bumps: rng.integer(6...9), jitter: 0.12, rng: &rng)
      case 1: .box(r, r * rng.uniform(0.7, 1), round: r * rng.uniform(0.3, 0.7), taper: rng.uniform(0.6, 1.1))
      case 2: .scallops(r, r, count: rng.integer(6...10), depth: 0.14, rng: &rng)
      case 3:
        .spline([
          Point(0, -r * 1.15), Point(r, -r * 0.1), Point(r * 0.7, r * 0.9), Point(-r * 0.7, r * 0.9),
          Point(-r, -r * 0.1),
        ])
      default: .ellipse(r, r * rng.uniform(0.85, 1.1))
      }
    }
    let root = rig.bone(-1, 0, -legLength - radius * 0.8)
    body = root
    var swings: [(bone: Int, swing: Double, rate: Double, offset: Double)] = []
    func swinging(_ parent: Int, _ at: Point, _ rest: Double) -> Int {
      let bone = rig.bone(parent, at.x, at.y, rest: rest)
      swings.append((bone, rng.uniform(0.15, 0.7), rng.pick([1, 1, 2]), rng.unit()))
      return bone
    }
    let main = colour()
    if rng.chance(0.6) {
      drawChain(
        &rig, from: root, at: Point(-radius * 0.8, radius * 0.3), rest: rng.uniform(0.9, 2.2),
        bendPerJoint: rng.uniform(-0.4, 0.4),
        joints: rng.integer(2...4), length: radius * 0.42,
        radii: (radius * 0.2, radius * rng.uniform(0.08, 0.25)),
        group: colour(), drag: 8, tip: rng.chance(0.5) ? (shape(radius * 0.25), colour()) : nil)
    }
    var hips: [Int] = []
    var knees: [Int] = []
    let legColour = colour()
    let shoe = colour()
    let thick = radius * rng.uniform(0.12, 0.24)
    for side in [1.0, -1.0] {
      let hip = rig.bone(root, side * radius * 0.45, radius * 0.8)
      let knee = rig.bone(hip, 0, legLength * 0.5)
      rig.draw(
        .ellipse(thick * 1.9, thick * 1.1, at: Point(thick * 0.8, legLength * 0.5 - thick * 0.6)), knee, shoe)
      rig.draw(union: [
        Part(curve: .limb(thick * 1.1, thick, legLength * 0.5), bone: hip, group: legColour),
        Part(curve: .limb(thick, thick * 0.85, legLength * 0.4), bone: knee, group: legColour),
      ])
      hips.append(hip)
      knees.append(knee)
    }
    legs = hips
    shins = knees
    for _ in 0..<rng.integer(0...2) {
      let angle = rng.uniform(-2.6, -0.5)
      let bone = swinging(
        root, Point(radius * 0.85 * cos(angle), radius * 0.85 * sin(angle)), angle - Double.pi / 2)
      let length = radius * rng.uniform(0.4, 1)
      if rng.chance(0.5) { rig.draw(shape(radius * 0.22).moved(by: .translation(0, length)), bone, colour()) }
      rig.draw(.limb(radius * 0.16, radius * rng.uniform(0.05, 0.16), length), bone, colour())
    }
    rig.draw(shape(radius), root, main)
    for _ in 0..<rng.integer(0...3) {
      let place = Point(rng.uniform(-0.45, 0.3) * radius, rng.uniform(-0.1, 0.55) * radius)
      rig.draw(shape(radius * rng.uniform(0.14, 0.3)).moved(by: .translation(place)), root, colour())
    }
    for side in [1.0, -1.0] where rng.chance(0.75) {
      let arm = swinging(root, Point(side * radius * 0.82, radius * 0.1), -side * rng.uniform(0.3, 1.4))
      let length = radius * rng.uniform(0.5, 0.9)
      rig.draw(shape(radius * 0.2).moved(by: .translation(0, length)), arm, colour())
      rig.draw(.limb(radius * 0.16, radius * 0.12, length), arm, colour())
    }
    let white = palette.group(.eyeWhite)
    let iris = palette.group(.character)
    let eye = radius * rng.uniform(0.16, 0.3)
    let count = rng.pick([1, 2, 2, 2, 3])
    var lids: [Int] = []
    for index in 0..<count {
      let x = radius * 0.15 + (Double(index) - Double(count - 1) / 2) * eye * 2.05
      let bone = rig.bone(root, x, -radius * 0.3)
      rig.draw(.ellipse(eye * 0.9, eye), bone, white, lineScale: 0.8)
      rig.draw(.ellipse(eye * 0.5, eye * 0.6, at: Point(eye * 0.2, 0)), bone, iris, lineScale: 0.6)
      rig.ink(.ellipse(eye * 0.22, eye * 0.3, at: Point(eye * 0.25, 0)), bone)
      lids.append(bone)
    }
    eyes = lids
    rig.draw(
      .spline(
        [
          Point(-radius * 0.25, radius * 0.16), Point(radius * 0.5, radius * 0.12),
          Point(radius * 0.12, radius * 0.42),
        ],
        corners: [0, 1]), root, colour(), lineScale: 0.8)
    limbs = swings
    self.rig = rig
  }

  func pose(_ state: MotionState) -> Pose {
    var pose = Pose(rig)
    let walking = state.action == .walk || state.action == .run
    let rhythm = walking ? state.phase : state.beat
    pose[body].angle = 0.12 * sin(turn * rhythm)
    pose[body].shift = Point(
      0, walking ? 0.03 * cos(2 * turn * rhythm) + 0.03 : 0.02 + 0.3 * max(0, -state.stretch))
    for limb in limbs {
      pose[limb.bone].angle = limb.swing * sin(turn * (rhythm * limb.rate + limb.offset))
    }
    let blink = (state.frame + blinkOffset).truncatingRemainder(dividingBy: 37)
    for eye in eyes { pose[eye].scaleY = blink >= 0 && blink < 3 ? 0.15 : 1 }
    let duty = min(0.6, 0.9 * legLength / state.cycle)
    for side in 0...1 {
      let outward = side == 0 ? 1.0 : -1.0
      var target = Point(outward * legLength * 0.15, 0)
      let air = state.action == .hop ? min(1, state.lift * 5) : 0
      target.y -= air * legLength * 0.3
      if walking {
        let p = fraction(state.phase + (side == 0 ? 0 : 0.5))
        let span = duty * state.cycle
        let s = p < duty ? p / duty : (p - duty) / (1 - duty)
        target.x = p < duty ? span * (0.5 - s) : span * (eased(s) - 0.5)
        target.y = p < duty ? 0 : -0.25 * legLength * sin(Double.pi * s)
      } else if state.action == .fly || state.action == .tumble {
        target = Point(0.3 * legLength * sin(turn * state.beat + Double(side) * 2), -0.15 * legLength)
      }
      let joint = Point(target.x - pose[body].shift.x, reach * 0.985 + target.y - pose[body].shift.y)
      let angles = legAngles(thigh: legLength * 0.5, shin: legLength * 0.5, to: joint)
      pose[legs[side]].angle = angles.hip - pose[body].angle
      pose[shins[side]].angle = angles.knee
    }
    return pose
  }
}
