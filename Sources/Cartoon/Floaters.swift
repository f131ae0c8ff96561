internal import EvalCore
internal import Foundation

/// A fish of the `general` family: the tail swings as a wave runs through the body.
struct Fish: Puppet {
  let rig: Rig
  let legLength = 0.55
  let faceHeight = 0.52
  let closeness = 0.52
  private let body: Int
  private let tail: [Int]
  private let fins: [Int]
  private let mouth: Int
  private let eye: Int

  init(rng: inout SplitMix64, palette: inout Palette) {
    var rig = Rig()
    let long = rng.uniform(0.34, 0.48)
    let tall = long * rng.uniform(0.42, 0.72)
    let scale = palette.group(.character)
    let fin = palette.group(.character)
    let body = rig.bone(-1, 0, -0.5)
    self.body = body
    let stem = rig.bone(body, -long * 0.55, 0, rest: Double.pi / 2)
    let fan = rig.bone(stem, 0, long * 0.42)
    let spread = tall * rng.uniform(0.8, 1.2)
    rig.draw(
      .spline(
        [
          Point(0, -0.03), Point(spread * 0.5, spread * 0.45), Point(spread, spread * 0.95),
          Point(0, spread * 0.5), Point(-spread, spread * 0.95), Point(-spread * 0.5, spread * 0.45),
        ], corners: [2, 4]),
      fan, fin)
    for mark in [-0.4, 0.4] {
      rig.ink(
        .stroke(
          Point(mark * 0.3 * spread, spread * 0.2), Point(mark * 1.3 * spread, spread * 0.7), bend: 0,
          width: 0.012), fan)
    }
    let top = rig.bone(body, -long * 0.1, -tall * 0.8, spring: Spring(stiffness: 0.2, damping: 0.25, drag: 4))
    rig.draw(
      .spline(
        [
          Point(-long * 0.35, tall * 0.15), Point(-long * 0.45, -tall * rng.uniform(0.4, 0.8)),
          Point(long * 0.15, -tall * 0.25), Point(long * 0.3, tall * 0.15),
        ], corners: [0, 1, 3]), top, fin)
    let under = rig.bone(
      body, -long * 0.1, tall * 0.75, spring: Spring(stiffness: 0.15, damping: 0.22, drag: 5))
    rig.draw(
      .spline(
        [Point(-long * 0.12, -tall * 0.1), Point(-long * 0.3, tall * 0.5), Point(long * 0.2, -tall * 0.05)],
        corners: [1]), under, fin)
    rig.draw(union: [
      Part(curve: .limb(tall * 0.75, tall * 0.18, long * 0.5), bone: stem, group: scale),
      Part(
        curve: .spline([
          Point(-long * 0.75, 0), Point(-long * 0.3, -tall * 0.88), Point(long * 0.35, -tall * 0.85),
          Point(long * 0.85, 0), Point(long * 0.35, tall * 0.85), Point(-long * 0.3, tall * 0.88),
        ]), bone: body, group: scale),
    ])
    let bands = rng.integer(0...3)
    let mark = palette.group(.character)
    for index in 0..<bands {
      let x = long * (0.28 - 0.3 * Double(index))
      let reach = tall * (index == 0 ? 0.8 : 0.84)
      rig.draw(
        .spline(
          [
            Point(x, -reach), Point(x + long * 0.13, -reach), Point(x + long * 0.08, 0),
            Point(x + long * 0.13, reach), Point(x, reach), Point(x - long * 0.05, 0),
          ], corners: [0, 1, 3, 4]), body, mark, lineScale: 0.8)
    }
    if bands == 0 {
      for _ in 0..<6 {
        let at = Point(rng.uniform(-0.45, 0.25) * long, rng.uniform(-0.5, 0.5) * tall)
        rig.ink(.stroke(Point(at.x, at.y - 0.025), Point(at.x, at.y + 0.025), bend: 0.022, width: 0.01), body)
      }
    }
    let side = rig.bone(body, long * 0.12, tall * 0.2, rest: 1)
    rig.draw(
      .spline([Point(-0.035, 0), Point(0.035, 0), Point(0.07, 0.17), Point(-0.02, 0.15)], corners: [2, 3]),
      side, fin)
    let cheek = palette.group(.skin)
    rig.draw(.ellipse(long * 0.1, long * 0.07, at: Point(long * 0.5, tall * 0.25)), body, cheek, role: .plain)
    let mouth = rig.bone(body, long * 0.83, tall * 0.12)
    rig.draw(.ellipse(long * 0.09, long * 0.08), mouth, palette.group(.character))
    let eye = rig.bone(body, long * 0.48, -tall * 0.25)
    let r = tall * rng.uniform(0.2, 0.32)
    rig.draw(.ellipse(r, r), eye, palette.group(.eyeWhite), lineScale: 0.8)
    rig.draw(
      .ellipse(r * 0.6, r * 0.65, at: Point(r * 0.15, 0)), eye, palette.group(.character), lineScale: 0.6)
    rig.ink(.ellipse(r * 0.3, r * 0.35, at: Point(r * 0.2, 0)), eye)
    tail = [stem, fan]
    fins = [side]
    self.mouth = mouth
    self.eye = eye
    self.rig = rig
  }

  func pose(_ state: MotionState) -> Pose {
    var pose = Pose(rig)
    let moves = state.action == .walk || state.action == .run
    let wave = turn * (moves ? state.phase : state.beat * 1.5)
    let drift = turn * state.frame / 50
    pose[body].angle = 0.1 * sin(wave) + 0.14 * sin(drift)
    pose[body].shift = Point(0, 0.07 * sin(drift * 1.3) + 0.015 * cos(wave))
    pose[tail[0]].angle = -0.32 * sin(wave - 0.9)
    pose[tail[1]].angle = -0.5 * sin(wave - 1.8)
    pose[fins[0]].angle = 0.5 * sin(wave * 0.7)
    pose[mouth].scaleX = 1 + 0.25 * sin(wave * 0.5)
    let blink = state.frame.truncatingRemainder(dividingBy: 38)
    pose[eye].scaleY = blink >= 20 && blink < 23 ? 0.2 : 1
    return pose
  }
}

/// A bird of the `general` family, flapping.
struct Bird: Puppet {
  let rig: Rig
  let legLength = 0.6
  let faceHeight = 0.62
  let closeness = 0.62
  private let body: Int
  private let head: Int
  /// Far and near wing, inner and outer half.
  private let wings: [(inner: Int, outer: Int)]
  private let beak: Int
  private let flapRate: Double

  init(rng: inout SplitMix64, palette: inout Palette) {
    var rig = Rig()
    let plump = rng.uniform(0.15, 0.22)
    let long = rng.uniform(0.24, 0.32)
    flapRate = rng.pick([1.0, 1, 2])
    let down = palette.group(.character)
    let feather = palette.group(.character)
    let farFeather = palette.group(.character)
    let horn = palette.group(.character)
    let body = rig.bone(-1, 0, -0.55)
    self.body = body
    let span = rng.uniform(0.2, 0.3)
    func drawWing(_ group: Int, _ x: Double) -> (inner: Int, outer: Int) {
      let inner = rig.bone(body, x, -plump * 0.45, rest: Double.pi - 0.3)
      let outer = rig.bone(inner, 0, span)
      rig.draw(union: [
        Part(
          curve: .spline(
            [Point(-0.09, -0.02), Point(0.07, -0.02), Point(0.09, span), Point(-0.1, span * 1.05)],
            corners: [2, 3]), bone: inner, group: group),
        Part(
          curve: .spline(
            [
              Point(-0.1, -0.03), Point(0.09, -0.03), Point(0.12, span * 0.55), Point(0.09, span * 1.15),
              Point(0.03, span * 0.85), Point(-0.01, span * 1.05), Point(-0.05, span * 0.7),
              Point(-0.1, span * 0.75),
            ], corners: [3, 4, 5, 6, 7]), bone: outer, group: group),
      ])
      return (inner, outer)
    }
    let far = drawWing(farFeather, 0.03)
    let tail = rig.bone(
      body, -long * 0.85, 0, rest: 1.4, spring: Spring(stiffness: 0.16, damping: 0.22, drag: 5))
    rig.draw(
      .spline(
        [
          Point(-0.05, 0), Point(0.05, 0), Point(0.1, 0.2), Point(0.03, 0.17), Point(-0.02, 0.21),
          Point(-0.08, 0.16),
        ], corners: [2, 3, 4, 5]), tail, feather)
    for x in [-0.05, 0.06] {
      let foot = rig.bone(
        body, x, plump * 0.75, rest: 0.5, spring: Spring(stiffness: 0.12, damping: 0.2, drag: 7))
      rig.draw(
        .spline(
          [
            Point(-0.012, 0), Point(0.012, 0), Point(0.014, 0.08), Point(0.05, 0.11), Point(-0.03, 0.11),
            Point(-0.012, 0.08),
          ], corners: [3, 4]), foot, horn, lineScale: 0.8)
    }
    rig.draw(
      .spline([
        Point(-long, -plump * 0.1), Point(-long * 0.3, -plump * 0.85), Point(long * 0.6, -plump * 0.8),
        Point(long, 0), Point(long * 0.5, plump * 0.9), Point(-long * 0.4, plump * 0.75),
      ]), body, down)
    rig.draw(
      .ellipse(long * 0.5, plump * 0.45, at: Point(long * 0.3, plump * 0.3)), body, palette.group(.character),
      lineScale: 0.8)
    let head = rig.bone(body, long * 0.8, -plump * 0.55)
    self.head = head
    let r = rng.uniform(0.11, 0.15)
    let crest = rig.bone(head, -r * 0.2, -r * 1.3, spring: Spring(stiffness: 0.16, damping: 0.18, drag: 8))
    for lean in [-0.7, -0.1, 0.4] {
      rig.draw(
        .spline(
          [Point(-0.03, 0.02), Point(-0.06 + lean * 0.1, -0.13), Point(0.03, 0.02)], corners: [0, 1, 2]),
        crest, feather)
    }
    let beak = rig.bone(head, r * 0.8, -r * 0.4)
    self.beak = beak
    rig.draw(
      .spline([Point(-0.02, 0), Point(0.06, 0.0), Point(0.09, 0.05), Point(-0.02, 0.05)], corners: [0, 2]),
      beak, horn)
    rig.draw(.ellipse(r, r * 0.95, at: Point(0, -r * 0.5)), head, down)
    rig.draw(
      .spline(
        [
          Point(r * 0.7, -r * 0.75), Point(r * 1.4, -r * 0.5), Point(r * rng.uniform(1.7, 2.4), -r * 0.2),
          Point(r * 0.75, -r * 0.3),
        ], corners: [0, 2, 3]), head, horn)
    rig.draw(
      .ellipse(r * 0.3, r * 0.34, at: Point(r * 0.3, -r * 0.7)), head, palette.group(.eyeWhite),
      lineScale: 0.7)
    rig.ink(.ellipse(r * 0.15, r * 0.18, at: Point(r * 0.38, -r * 0.68)), head)
    wings = [far, drawWing(feather, -0.04)]
    self.rig = rig
  }

  func pose(_ state: MotionState) -> Pose {
    var pose = Pose(rig)
    let flap = turn * (state.beat * flapRate)
    pose[body].shift = Point(0, 0.05 * cos(flap))
    pose[body].angle = 0.1 * sin(turn * state.frame / 47) - 0.08
    pose[head].angle = -pose[body].angle * 0.8
    pose[beak].angle = 0.2 + 0.2 * sin(state.frame * 0.5)
    for (side, wing) in wings.enumerated() {
      let lag = flap + (side == 0 ? 0.25 : 0)
      pose[wing.inner].angle = 0.15 + 0.85 * sin(lag)
      pose[wing.outer].angle = 0.55 * sin(lag - 1.1)
    }
    return pose
  }
}

/// A jellyfish, ghost or octopus of the `general` family: a dome over trailing arms.
struct Jelly: Puppet {
  let rig: Rig
  let legLength = 0.5
  let faceHeight = 0.6
  private let dome: Int
  private let arms: [[Int]]
  private let eyes: [Int]

  init(rng: inout SplitMix64, palette: inout Palette) {
    var rig = Rig()
    let r = rng.uniform(0.2, 0.28)
    let dome = rig.bone(-1, 0, -0.6)
    self.dome = dome
    let skin = palette.group(.character)
    let colours = [skin, palette.group(.character), palette.group(.character)]
    let count = rng.integer(3...6)
    var arms: [[Int]] = []
    for index in 0..<count {
      let x = r * 1.5 * ((Double(index) + 0.5) / Double(count) - 0.5)
      arms.append(
        drawChain(
          &rig, from: dome, at: Point(x, r * 0.3), rest: -x * 1.5, bendPerJoint: rng.uniform(-0.15, 0.15),
          joints: 4,
          length: rng.uniform(0.09, 0.13), radii: (r * 0.17, r * 0.07), group: colours[index % colours.count],
          drag: 7))
    }
    var rim: [Point] = [Point(r, r * 0.35)]
    var corners: Set<Int> = [0]
    for index in 1...count {
      let x = r * (1 - 2 * Double(index) / Double(count))
      rim.append(Point(x + r / Double(count), r * 0.56))
      corners.insert(rim.count)
      rim.append(Point(x, r * 0.35))
    }
    rim.append(contentsOf: [
      Point(-r * 1.02, -r * 0.25), Point(-r * 0.65, -r * 0.9), Point(0, -r * 1.15), Point(r * 0.65, -r * 0.9),
      Point(r * 1.02, -r * 0.25),
    ])
    rig.draw(.spline(rim, corners: corners), dome, skin)
    let spot = palette.group(.character)
    for _ in 0..<rng.integer(2...5) {
      rig.draw(
        .ellipse(
          rng.uniform(0.02, 0.05), rng.uniform(0.02, 0.04),
          at: Point(rng.uniform(-0.6, 0.6) * r, -r * rng.uniform(0.55, 0.8))), dome, spot, lineScale: 0.7)
    }
    let white = palette.group(.eyeWhite)
    var eyes: [Int] = []
    for side in [-0.35, 0.5] {
      let eye = rig.bone(dome, r * side, -r * 0.1)
      rig.draw(.ellipse(r * 0.23, r * 0.27), eye, white, lineScale: 0.8)
      rig.ink(.ellipse(r * 0.12, r * 0.16, at: Point(r * 0.04, r * 0.03)), eye)
      eyes.append(eye)
    }
    rig.draw(
      .spline(
        [Point(-r * 0.12, r * 0.2), Point(r * 0.28, r * 0.2), Point(r * 0.08, r * 0.36)], corners: [0, 1]),
      dome, palette.group(.character), lineScale: 0.8)
    self.eyes = eyes
    self.arms = arms
    self.rig = rig
  }

  func pose(_ state: MotionState) -> Pose {
    var pose = Pose(rig)
    let pulse = turn * state.beat
    pose[dome].scaleX = 1 + 0.12 * sin(pulse)
    pose[dome].scaleY = 1 - 0.12 * sin(pulse)
    pose[dome].angle = 0.15 * sin(pulse * 0.5) + (state.speed > 0 ? 0.2 : 0)
    pose[dome].shift = Point(0, 0.08 * sin(pulse + 1))
    for (index, arm) in arms.enumerated() {
      for (joint, bone) in arm.enumerated() {
        pose[bone].angle = 0.35 * sin(pulse - 0.8 * Double(joint) + 0.7 * Double(index))
      }
    }
    let blink = state.frame.truncatingRemainder(dividingBy: 36)
    for eye in eyes { pose[eye].scaleY = blink >= 5 && blink < 8 ? 0.15 : 1 }
    return pose
  }
}
