internal import EvalCore
internal import Foundation

/// A robot of the `general` family: boxes and rounds on stiff joints, on wheels or pistons.
struct Robot: Puppet {
  let rig: Rig
  let legLength: Double
  let faceHeight: Double
  private let body: Int
  private let head: Int
  private let arms: [(upper: Int, lower: Int)]
  private let legs: [(hip: Int, knee: Int)]
  private let wheels: [Int]
  private let wheelRadius: Double
  private let eyes: [Int]

  init(rng: inout SplitMix64, palette: inout Palette) {
    var rig = Rig()
    let rolls = rng.chance(0.4)
    let leg = rolls ? 0.2 : rng.uniform(0.28, 0.38)
    legLength = rolls ? 0.35 : leg
    let bodyHeight = rng.uniform(0.15, 0.2)
    let bodyWidth = rng.uniform(0.14, 0.22)
    let headHeight = (1 - leg - 2 * bodyHeight) * 0.42
    let headWidth = bodyWidth * rng.uniform(0.65, 1.05)
    faceHeight = leg + 2 * bodyHeight + headHeight
    let metal = palette.group(.character)
    let dark = palette.group(.character)
    let joint = palette.group(.character)
    let trim = palette.group(.character)
    let body = rig.bone(-1, 0, -leg - bodyHeight)
    self.body = body
    let round = rng.uniform(0.005, 0.07)
    var legs: [(hip: Int, knee: Int)] = []
    var wheels: [Int] = []
    let wheelRadius = rng.uniform(0.075, 0.1)
    self.wheelRadius = wheelRadius
    func drawArm(_ side: Double) -> (upper: Int, lower: Int) {
      let upper = rig.bone(body, side * bodyWidth * 0.98, -bodyHeight * 0.65)
      let lower = rig.bone(upper, 0, 0.17)
      let claw = palette.group(.character)
      for finger in [-1.0, 1.0] {
        rig.draw(
          .spline(
            [
              Point(finger * 0.01, 0.15), Point(finger * 0.055, 0.18), Point(finger * 0.035, 0.235),
              Point(finger * 0.02, 0.19),
            ], corners: [0, 2]), lower, claw)
      }
      rig.draw(.box(0.034, 0.075, at: Point(0, 0.085), round: 0.012), lower, dark)
      rig.draw(.box(0.022, 0.08, at: Point(0, 0.085), round: 0.01), upper, metal)
      rig.draw(.ellipse(0.034, 0.034), lower, joint)
      rig.draw(.ellipse(0.042, 0.042), upper, joint)
      return (upper, lower)
    }
    func drawLeg(_ side: Double) {
      if rolls {
        let wheel = rig.bone(-1, side * bodyWidth * 0.62, -wheelRadius)
        rig.draw(
          .box(0.03, leg * 0.5, at: Point(side * bodyWidth * 0.62, bodyHeight + leg * 0.2), round: 0.01),
          body, dark)
        rig.draw(.ellipse(wheelRadius, wheelRadius), wheel, joint)
        rig.draw(
          .star(wheelRadius * 0.62, wheelRadius * 0.62, tips: 5, inner: 0.45), wheel, trim, lineScale: 0.8)
        wheels.append(wheel)
      } else {
        let hip = rig.bone(body, side * bodyWidth * 0.5, bodyHeight)
        let knee = rig.bone(hip, 0, leg * 0.5)
        rig.draw(.box(0.028, leg * 0.26, at: Point(0, leg * 0.25), round: 0.01), hip, dark)
        rig.draw(.box(0.036, leg * 0.2, at: Point(0, leg * 0.22), round: 0.012), knee, metal)
        rig.draw(.ellipse(0.034, 0.034), knee, joint)
        rig.draw(.box(0.07, 0.026, at: Point(0.02, leg * 0.5 - 0.026), round: 0.016), knee, trim)
        legs.append((hip, knee))
      }
    }
    let farArm = drawArm(1)
    drawLeg(1)
    drawLeg(-1)
    rig.draw(.box(bodyWidth * 0.3, 0.04, at: Point(0, -bodyHeight - 0.02)), body, joint)
    rig.draw(.box(bodyWidth, bodyHeight, round: round + 0.02, taper: rng.uniform(0.75, 1.2)), body, metal)
    rig.draw(
      .box(bodyWidth * 0.62, bodyHeight * 0.45, at: Point(0.01, bodyHeight * 0.25), round: 0.015), body, dark)
    let lamps = palette.group(.character)
    for index in 0..<3 {
      rig.draw(
        .ellipse(0.02, 0.02, at: Point(bodyWidth * (0.38 * Double(index) - 0.37), bodyHeight * 0.12)), body,
        index == 1 ? trim : lamps, lineScale: 0.7)
    }
    rig.draw(
      .box(bodyWidth * 0.4, 0.014, at: Point(0, bodyHeight * 0.48), round: 0.008), body, lamps, lineScale: 0.7
    )
    let head = rig.bone(body, 0, -bodyHeight - 0.03)
    self.head = head
    let antenna = rig.bone(head, 0, -headHeight * 2, spring: Spring(stiffness: 0.25, damping: 0.12, drag: 8))
    rig.draw(.box(0.008, 0.045, at: Point(0, -0.04)), antenna, joint)
    rig.draw(.ellipse(0.028, 0.028, at: Point(0, -0.1)), antenna, trim)
    for side in [-1.0, 1.0] {
      rig.draw(.box(0.022, 0.04, at: Point(side * headWidth, -headHeight), round: 0.01), head, joint)
    }
    let shell =
      rng.chance(0.5)
      ? Curve.box(
        headWidth, headHeight, at: Point(0, -headHeight), round: round + 0.015, taper: rng.uniform(0.75, 1.1))
      : Curve.spline(
        [
          Point(-headWidth, 0), Point(-headWidth, -headHeight * 1.1), Point(0, -headHeight * 2.1),
          Point(headWidth, -headHeight * 1.1), Point(headWidth, 0),
        ], corners: [0, 4])
    rig.draw(shell, head, metal)
    rig.draw(
      .box(headWidth * 0.78, headHeight * 0.42, at: Point(headWidth * 0.08, -headHeight * 1.1), round: 0.03),
      head, dark)
    let glow = palette.group(.eyeWhite)
    var eyes: [Int] = []
    for side in (rng.chance(0.25) ? [0.1] : [-0.38, 0.5]) {
      let eye = rig.bone(head, headWidth * side, -headHeight * 1.1)
      rig.draw(.ellipse(headHeight * 0.26, headHeight * 0.28), eye, glow, lineScale: 0.7)
      rig.draw(
        .ellipse(headHeight * 0.12, headHeight * 0.13, at: Point(headHeight * 0.05, 0)), eye, lamps,
        role: .plain)
      eyes.append(eye)
    }
    for index in 0..<4 {
      let x = headWidth * (0.16 * Double(index) - 0.18)
      rig.ink(.stroke(Point(x, -headHeight * 0.42), Point(x, -headHeight * 0.2), bend: 0, width: 0.01), head)
    }
    let nearArm = drawArm(-1)
    arms = [farArm, nearArm]
    self.legs = legs
    self.wheels = wheels
    self.eyes = eyes
    self.rig = rig
  }

  func pose(_ state: MotionState) -> Pose {
    var pose = Pose(rig)
    let walking = state.action == .walk || state.action == .run
    let rhythm = turn * (walking ? state.phase : state.beat)
    let crouch = max(0, -state.stretch)
    pose[body].shift = Point(0, 0.012 * cos(2 * rhythm) + (legs.isEmpty ? 0 : 0.02 + 0.3 * crouch))
    pose[body].angle = walking ? 0.06 + 0.04 * sin(rhythm) : 0.12 * sin(rhythm)
    pose[head].angle = -0.1 * sin(rhythm + 0.6)
    pose[head].shift = Point(0, 0.008 * sin(2 * rhythm))
    let blink = state.frame.truncatingRemainder(dividingBy: 33)
    for eye in eyes { pose[eye].scaleY = blink >= 8 && blink < 11 ? 0.2 : 1 }
    for (side, arm) in arms.enumerated() {
      let outward = side == 0 ? -1.0 : 1.0
      let lag = rhythm + (side == 0 ? 0 : Double.pi)
      if walking {
        pose[arm.upper].angle = 0.7 * sin(lag) + outward * 0.2
        pose[arm.lower].angle = -0.7 - 0.3 * sin(lag)
      } else {
        pose[arm.upper].angle =
          outward * (1.1 + 0.9 * sin(lag * (state.action == .gesture ? 0.5 : 1))) + outward
          * min(1, state.lift * 4)
        pose[arm.lower].angle = outward * 0.8 * cos(rhythm + outward)
      }
    }
    let covered = state.speed * state.frame
    for wheel in wheels { pose[wheel].angle = covered / wheelRadius }
    let duty = min(0.6, 0.9 * legLength / state.cycle)
    for (side, leg) in legs.enumerated() {
      var target = Point.zero
      if walking {
        let p = fraction(state.phase + 0.5 * Double(side))
        let s = p < duty ? p / duty : (p - duty) / (1 - duty)
        target.x = duty * state.cycle * (p < duty ? 0.5 - s : eased(s) - 0.5)
        target.y = p < duty ? 0 : -legLength * 0.25 * sin(Double.pi * s)
      } else {
        target.y = -legLength * 0.25 * min(1, state.lift * 5)
      }
      let joint = Point(target.x - pose[body].shift.x, legLength * 0.99 + target.y - pose[body].shift.y)
      let angles = legAngles(thigh: legLength * 0.5, shin: legLength * 0.5, to: joint)
      pose[leg.hip].angle = angles.hip - pose[body].angle
      pose[leg.knee].angle = angles.knee
    }
    return pose
  }
}
