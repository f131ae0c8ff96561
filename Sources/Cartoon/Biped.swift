internal import EvalCore
internal import Foundation

/// A person: the main character of the `similar` family. Built in heights, the soles at y = 0, looking right
/// in three-quarter view.
struct Biped: Puppet {
  private(set) var rig = Rig()
  let legLength: Double
  let faceHeight: Double
  private let skeleton: BipedSkeleton
  private let temper: BipedTemper

  init(rng: inout SplitMix64, palette: inout Palette) {
    let shape = BipedShape(rng: &rng)
    legLength = shape.leg
    faceHeight = shape.leg + shape.torso + shape.head
    let bones = BipedSkeleton(&rig, shape)
    skeleton = bones
    temper = BipedTemper(rng: &rng)
    var wardrobe = BipedWardrobe(shape: shape, bones: bones, rng: rng.fork(), palette: palette)
    wardrobe.dress(&rig)
    palette = wardrobe.palette
  }

  func pose(_ state: MotionState) -> Pose {
    skeleton.pose(rig, state, temper)
  }
}

/// Measures of a person, in heights.
struct BipedShape: Sendable {
  let head: Double
  let leg: Double
  let torso: Double
  let shoulder: Double
  let waist: Double
  let hip: Double
  let arm: Double
  let armRadius: Double
  let legRadius: Double

  init(rng: inout SplitMix64) {
    head = rng.uniform(0.115, 0.185)
    let rest = 1 - 2 * head - 0.015
    leg = rest * rng.uniform(0.5, 0.6)
    torso = rest - leg
    let build = rng.uniform(0.8, 1.25)
    shoulder = (0.05 + 0.25 * head) * build
    waist = shoulder * rng.uniform(0.62, 0.98)
    hip = shoulder * rng.uniform(0.72, 1.0)
    arm = (torso + leg) * rng.uniform(0.5, 0.58)
    armRadius = rng.uniform(0.022, 0.034) * build
    legRadius = armRadius * rng.uniform(1.15, 1.45)
  }
}

/// How a person carries itself.
struct BipedTemper: Sendable {
  let armSwing: Double
  let armSpread: Double
  let bounce: Double
  let lean: Double
  let headTilt: Double
  let look: Double
  let blinkEvery: Double
  let blinkOffset: Double
  let talks: Bool
  let raisesArm: Bool
  let figure: Int

  init(rng: inout SplitMix64) {
    armSwing = rng.uniform(0.6, 1.25)
    armSpread = rng.uniform(0.05, 0.3)
    bounce = rng.uniform(0.015, 0.04)
    lean = rng.uniform(0, 0.2)
    headTilt = rng.uniform(0.04, 0.16)
    look = rng.uniform(0.15, 0.75)
    blinkEvery = rng.uniform(16, 44)
    blinkOffset = rng.uniform(0, 40)
    talks = rng.chance(0.6)
    raisesArm = rng.chance(0.5)
    figure = rng.integer(0...3)
  }
}

/// The bones of a person and their poses.
struct BipedSkeleton: Sendable {
  let pelvis: Int
  let chest: Int
  let head: Int
  let face: Int
  let eyes: [Int]
  let gaze: [Int]
  let brow: Int
  let mouth: Int
  /// Far side first.
  let thighs: [Int]
  let shins: [Int]
  let feet: [Int]
  let uppers: [Int]
  let forearms: [Int]
  private let shape: BipedShape

  init(_ rig: inout Rig, _ shape: BipedShape) {
    self.shape = shape
    let half = shape.leg * 0.5
    let pelvis = rig.bone(-1, 0, -shape.leg)
    let chest = rig.bone(pelvis, 0, -0.01)
    self.pelvis = pelvis
    self.chest = chest
    head = rig.bone(chest, shape.shoulder * 0.06, -shape.torso - 0.008)
    let r = shape.head
    face = rig.bone(head, r * 0.05, -r * 0.86)
    let spacing = r * 0.4
    let pair = [rig.bone(face, spacing, 0), rig.bone(face, -spacing, 0)]
    eyes = pair
    gaze = [rig.bone(pair[0]), rig.bone(pair[1])]
    brow = rig.bone(face, 0, -r * 0.5)
    mouth = rig.bone(face, 0, r * 0.5)
    let legs = [shape.hip * 0.42, -shape.hip * 0.42].map { x in rig.bone(pelvis, x, 0) }
    thighs = legs
    let lower = legs.map { rig.bone($0, 0, half) }
    shins = lower
    feet = lower.map { rig.bone($0, 0, half - shape.legRadius * 0.9) }
    let shoulders = [shape.shoulder * 0.82, -shape.shoulder * 0.86]
    let arms = shoulders.map { x in rig.bone(chest, x, -shape.torso * 0.9) }
    uppers = arms
    forearms = arms.map { rig.bone($0, 0, shape.arm * 0.5) }
  }

  func pose(_ rig: Rig, _ state: MotionState, _ temper: BipedTemper) -> Pose {
    var pose = Pose(rig)
    poseFace(&pose, state, temper)
    switch state.action {
    case .walk, .run: poseGait(&pose, state, temper)
    case .hop: poseHop(&pose, state, temper)
    case .dance, .gesture: poseStanding(&pose, state, temper)
    case .fly: poseFlight(&pose, state, temper)
    case .tumble: poseTumble(&pose, state)
    }
    return pose
  }

  // MARK: - Legs and arms

  /// Puts a sole at `target` (relative to the point below the hip on the ground) with the given pitch of the
  /// foot.
  private func plant(_ pose: inout Pose, _ side: Int, at target: Point, pitch: Double) {
    let joint = Point(target.x - pose[pelvis].shift.x, shape.leg + target.y - pose[pelvis].shift.y)
    let half = shape.leg * 0.5
    let angles = legAngles(thigh: half, shin: half, to: joint)
    let tilt = pose[pelvis].angle
    pose[thighs[side]].angle = angles.hip - tilt
    pose[shins[side]].angle = angles.knee
    pose[feet[side]].angle = pitch - angles.hip - angles.knee
  }

  private func poseGait(_ pose: inout Pose, _ state: MotionState, _ temper: BipedTemper) {
    let phase = turn * state.phase
    let duty = min(0.62, 0.95 * shape.leg / state.cycle)
    let running = duty < 0.5 ? 1.0 : 0.0
    let reach = duty * state.cycle
    let drop = shape.leg * (0.03 + 0.05 * running)
    let bob = temper.bounce * (1 + 0.8 * running) * cos(2 * phase)
    pose[pelvis].shift = Point(0, drop - (running > 0 ? -bob : bob) * 0.8)
    pose[pelvis].angle = 0.05 * sin(phase)
    let lean = temper.lean * 0.5 + 0.3 * running
    pose[chest].angle = lean + 0.04 * sin(2 * phase)
    pose[head].angle = -lean * 0.7 + temper.headTilt * 0.4 * sin(2 * phase + 0.8)
    for side in 0...1 {
      let p = fraction(state.phase + (side == 0 ? 0 : 0.5))
      if p < duty {
        let s = p / duty
        let heel = s < 0.2 ? -0.35 * (1 - s / 0.2) : (s > 0.75 ? 0.6 * (s - 0.75) / 0.25 : 0)
        plant(&pose, side, at: Point(reach * (0.5 - s), s > 0.75 ? -0.02 * (s - 0.75) * 4 : 0), pitch: heel)
      } else {
        let s = (p - duty) / (1 - duty)
        let raise = shape.leg * (0.16 + 0.22 * running) * sin(Double.pi * s)
        let pitch = 0.6 * (1 - s) + 0.3 * running * sin(Double.pi * s) - 0.35 * s
        plant(&pose, side, at: Point(reach * (eased(s) - 0.5), -raise), pitch: pitch)
      }
      let swing = cos(turn * p)
      let amplitude = temper.armSwing * (0.55 + 0.35 * running)
      let spread = (side == 0 ? -1 : 1) * temper.armSpread
      pose[uppers[side]].angle = amplitude * swing + spread * 0.7 - lean * 0.5
      pose[forearms[side]].angle = -(0.25 + 1.1 * running + 0.3 * max(0, -swing))
    }
  }

  private func poseHop(_ pose: inout Pose, _ state: MotionState, _ temper: BipedTemper) {
    let gather = max(0, -state.stretch) / 0.22
    let air = min(1, state.lift * 5)
    pose[pelvis].shift = Point(0, shape.leg * (0.04 + 0.3 * gather))
    pose[chest].angle = 0.3 * gather
    pose[head].angle = -0.22 * gather
    for side in 0...1 {
      let x = (side == 0 ? 0.25 : -0.25) * shape.leg * (1 + 0.6 * air)
      plant(&pose, side, at: Point(x, -shape.leg * 0.28 * air * (side == 0 ? 1.2 : 0.5)), pitch: 0.6 * air)
      let outward = side == 0 ? -1.0 : 1.0
      pose[uppers[side]].angle = outward * (0.4 + 1.9 * air - 0.2 * gather) + 0.5 * gather
      pose[forearms[side]].angle = outward * 0.4 * air - 0.5 * gather
    }
  }

  private func poseStanding(_ pose: inout Pose, _ state: MotionState, _ temper: BipedTemper) {
    let beat = turn * state.beat
    let dance = state.action == .dance ? 1.0 : 0.25
    pose[pelvis].shift = Point(
      0.06 * dance * sin(beat), shape.leg * (0.04 + 0.09 * dance * (0.5 + 0.5 * cos(2 * beat))))
    pose[pelvis].angle = 0.16 * dance * sin(beat)
    pose[chest].angle = -0.26 * dance * sin(beat + 0.5)
    pose[head].angle = temper.headTilt * 1.6 * sin(beat * 0.5 + 1) + 0.1 * dance * sin(beat + 1.1)
    for side in 0...1 {
      let outward = side == 0 ? -1.0 : 1.0
      let step = state.action == .dance ? max(0, outward * sin(beat)) * 0.14 * shape.leg : 0
      plant(&pose, side, at: Point(-outward * shape.leg * 0.22, -step), pitch: step * 4)
      let lag = beat + (side == 0 ? 0.6 : 0)
      switch (state.action, temper.figure) {
      case (.dance, 0):
        pose[uppers[side]].angle = outward * (1.5 + 0.9 * sin(lag))
        pose[forearms[side]].angle = outward * (0.9 + 0.7 * cos(lag))
      case (.dance, 1):
        pose[uppers[side]].angle = outward * 0.5 + 1.1 * sin(lag)
        pose[forearms[side]].angle = -1.1 + 0.7 * sin(lag + 0.8)
      case (.dance, 2):
        pose[uppers[side]].angle = outward * (2.5 + 0.35 * sin(2 * lag)) + 0.35 * sin(beat)
        pose[forearms[side]].angle = outward * 0.5 * sin(2 * lag + 0.7)
      case (.dance, _):
        pose[uppers[side]].angle = outward * (0.9 + 0.8 * sin(lag + (side == 0 ? 0 : Double.pi)))
        pose[forearms[side]].angle = outward * (0.8 + 0.8 * sin(lag + 0.9))
      default:
        let raised = temper.raisesArm && side == 0
        pose[uppers[side]].angle =
          raised ? outward * (2.1 + 0.25 * sin(beat)) : outward * (0.25 + 0.1 * sin(lag))
        pose[forearms[side]].angle =
          raised ? outward * (0.5 + 0.6 * sin(2 * beat + 0.6)) : -0.35 - 0.3 * sin(lag)
      }
    }
  }

  private func poseFlight(_ pose: inout Pose, _ state: MotionState, _ temper: BipedTemper) {
    let beat = turn * state.beat
    pose[chest].angle = 0.1 * sin(beat)
    pose[head].angle = -0.75 + 0.08 * sin(beat)
    for side in 0...1 {
      pose[thighs[side]].angle = (side == 0 ? -0.25 : 0.2) + 0.2 * sin(beat + Double(side) * 2)
      pose[shins[side]].angle = 0.35 + 0.25 * sin(beat + 1 + Double(side) * 2)
      pose[feet[side]].angle = 0.9
    }
    pose[uppers[0]].angle = -2.9 + 0.15 * sin(beat)
    pose[forearms[0]].angle = 0.1 * sin(beat)
    pose[uppers[1]].angle = 0.5 + 0.2 * sin(beat + 1)
    pose[forearms[1]].angle = -0.3
  }

  private func poseTumble(_ pose: inout Pose, _ state: MotionState) {
    let beat = turn * state.beat
    for side in 0...1 {
      let outward = side == 0 ? -1.0 : 1.0
      pose[thighs[side]].angle = outward * (0.55 + 0.2 * sin(beat))
      pose[shins[side]].angle = 0.35
      pose[uppers[side]].angle = outward * (2.2 + 0.3 * sin(beat))
      pose[forearms[side]].angle = outward * 0.2
    }
  }

  // MARK: - Face

  private func poseFace(_ pose: inout Pose, _ state: MotionState, _ temper: BipedTemper) {
    let slow = turn * (state.frame + temper.blinkOffset) / 64
    let look = 0.35 + temper.look * 0.55 * sin(slow)
    let r = shape.head
    pose[face].shift = Point(r * 0.3 * look, r * 0.06 * sin(slow * 1.7))
    pose[eyes[0]].scaleX = 1 - 0.3 * max(0, look)
    pose[eyes[1]].scaleX = 1 - 0.3 * max(0, -look)
    let since = (state.frame + temper.blinkOffset).truncatingRemainder(dividingBy: temper.blinkEvery)
    let lid = since >= 0 && since < 4 ? [0.55, 0.12, 0.12, 0.6][Int(since)] : 1
    let gazeShift = Point(r * 0.07 * sin(slow * 2.3), r * 0.03 * cos(slow * 1.3))
    for side in 0...1 {
      pose[eyes[side]].scaleY = lid
      pose[gaze[side]].shift = gazeShift
    }
    pose[brow].shift = Point(0, r * 0.07 * sin(slow * 3))
    if temper.talks {
      let chatter = sin(state.frame * 1.15) + 0.6 * sin(state.frame * 0.47)
      pose[mouth].scaleY = 0.75 + 0.45 * max(-1, min(1, chatter))
      pose[mouth].scaleX = 1 - 0.12 * max(-1, min(1, chatter))
    }
  }
}
