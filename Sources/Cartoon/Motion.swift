internal import Foundation

/// What a performer does in a clip.
enum Action: Sendable, CaseIterable {
  case walk, run, hop, dance, gesture, fly, tumble
}

/// Where a performer stands in its action at one frame. Lengths are in actor heights unless said otherwise.
struct MotionState: Sendable {
  var frame = 0.0
  var action = Action.walk
  /// Root in scene units: the point on the ground below the performer.
  var root = Point.zero
  /// Horizontal scale: 1 looks right, -1 left; in between while turning, never 0.
  var facing = 1.0
  var rotation = 0.0
  /// Squash below 0, stretch above.
  var stretch = 0.0
  /// Height above the ground.
  var lift = 0.0
  /// Gait cycles since the start.
  var phase = 0.0
  /// Distance of one gait cycle.
  var cycle = 0.5
  /// Beats of dances and gestures.
  var beat = 0.0
  /// Speed per frame along the facing direction.
  var speed = 0.0
}

/// How one performer moves through the shot: a closed form of the frame, so that any frame can be asked for.
struct Blocking: Sendable {
  var action: Action
  /// Position at the middle of the clip, scene units.
  var middle: Point
  /// Scene units per frame, signed.
  var velocity: Double
  /// Height in scene units.
  var size: Double
  var legLength: Double
  var facing: Double
  /// Frame of an about-turn, or nil.
  var turnFrame: Double?
  /// Beats per frame of dances, hops and gestures.
  var tempo: Double
  /// Start of cycles, so that performers do not move in step.
  var offset: Double
  /// Amplitude of sway, heights.
  var sway: Double
  var hopHeight: Double
  var spin: Double
  let length: Int

  private var relativeSpeed: Double { abs(velocity) / size }

  /// Distance of one gait cycle: longer strides at speed, in leg lengths.
  private var cycle: Double {
    legLength * min(2.7, max(0.95, 0.95 + 22 * relativeSpeed))
  }

  /// Signed distance walked until `frame`, easing around an about-turn.
  private func travel(_ frame: Double) -> Double {
    let centred = frame - Double(length) / 2
    guard let turnFrame, frame > turnFrame else { return velocity * centred }
    let before = velocity * (turnFrame - Double(length) / 2)
    return before - velocity * (frame - turnFrame)
  }

  func state(at frame: Double) -> MotionState {
    var state = MotionState()
    state.frame = frame
    state.action = action
    state.root = Point(middle.x + travel(frame), middle.y)
    state.facing = facing * turning(frame)
    state.speed = relativeSpeed
    state.cycle = cycle
    let distance = relativeSpeed * frame
    state.phase = offset + distance / cycle
    state.beat = offset + tempo * frame
    let wave = sin(turn * state.beat)
    switch action {
    case .walk, .run: break
    case .hop: applyHop(&state)
    case .dance:
      state.root.x += size * sway * 0.5 * wave
      state.stretch = 0.05 * cos(2 * turn * state.beat)
    case .gesture:
      state.root.x += size * sway * 0.15 * wave
      state.stretch = 0.015 * sin(turn * 0.5 * state.beat)
    case .fly:
      state.lift = 0.12 + sway * sin(turn * state.beat * 0.7)
      state.rotation = 1.15 + 0.18 * cos(turn * state.beat * 0.7)
    case .tumble:
      state.rotation = spin * frame
      state.lift = 0.1 + 0.12 * abs(sin(Double.pi * state.beat))
    }
    return state
  }

  /// Crouch, leap, land: a beat is one hop, the body squashed while it gathers and lands.
  private func applyHop(_ state: inout MotionState) {
    let s = fraction(state.beat)
    let takeOff = 0.3
    if s < takeOff {
      let crouch = sin(Double.pi * s / takeOff)
      state.stretch = -0.22 * crouch
    } else {
      let air = (s - takeOff) / (1 - takeOff)
      state.lift = hopHeight * 4 * air * (1 - air)
      state.stretch = 0.16 * abs(1 - 2 * air) * sin(Double.pi * min(1, air * 6) / 2) * min(1, (1 - air) * 6)
    }
    // The ground is covered in the air only.
    let share = s < takeOff ? 0 : (s - takeOff) / (1 - takeOff)
    let perHop = velocity / max(tempo, 1e-6)
    state.root.x += perHop * (share - s)
  }

  /// 1 before the about-turn, -1 after, two in-betweens; never 0, so that maps stay invertible.
  private func turning(_ frame: Double) -> Double {
    guard let turnFrame else { return 1 }
    let after = frame - turnFrame
    if after < -1 { return 1 }
    if after < 0 { return 0.55 }
    if after < 1 { return -0.55 }
    return -1
  }

  /// The root's map from actor to scene coordinates.
  func rootMap(_ state: MotionState) -> Affine {
    let vertical = 1 + state.stretch
    let centre = 0.5
    return Affine.translation(state.root.x, state.root.y - state.lift * size)
      * Affine.scale(size * state.facing / vertical, size * vertical)
      * Affine.translation(0, -centre) * Affine.rotation(state.rotation) * Affine.translation(0, centre)
  }
}

/// A character that can take a pose for a state of motion.
protocol Puppet: Sendable {
  var rig: Rig { get }
  /// From hip to sole in heights; decides the stride.
  var legLength: Double { get }
  /// Height of the middle of the face above the ground, in heights.
  var faceHeight: Double { get }
  /// Factor on the size in close shots: long animals would fill the frame.
  var closeness: Double { get }
  func pose(_ state: MotionState) -> Pose
}

extension Puppet {
  var closeness: Double { 1 }
}

/// A puppet in a clip: every frame's bone maps in scene coordinates.
struct Performer: Sendable {
  let rig: Rig
  /// `[frame][bone]`, scene coordinates.
  let maps: [[Affine]]

  /// Runs the action for all frames; with `onTwos` each pose is held for two frames.
  init(_ puppet: any Puppet, _ blocking: Blocking, length: Int, onTwos: Bool) {
    rig = puppet.rig
    var simulation = SpringSimulation(rig)
    var all: [[Affine]] = []
    let warmUp = 16
    for frame in -warmUp..<length {
      let state = blocking.state(at: Double(frame))
      let before = blocking.state(at: Double(frame) - 1)
      let side: Double = state.facing < 0 ? -1 : 1
      var drift = Point(state.root.x - before.root.x, state.root.y - before.root.y)
      drift = Point(drift.x / blocking.size * side, drift.y / blocking.size - (state.lift - before.lift))
      let local = Affine.rotation(-state.rotation) * drift
      let bones = simulation.advance(puppet.pose(state), rootDrift: local)
      guard frame >= 0 else { continue }
      let root = blocking.rootMap(state)
      all.append(bones.map { root * $0 })
    }
    maps = onTwos ? (0..<length).map { all[$0 - $0 % 2] } : all
  }
}

/// Follow-through: bones with a spring trail behind what carries them.
struct SpringSimulation {
  private let rig: Rig
  private var angles: [Double]
  private var speeds: [Double]
  private var pivots: [Point]
  private var started = false

  init(_ rig: Rig) {
    self.rig = rig
    angles = [Double](repeating: 0, count: rig.bones.count)
    speeds = angles
    pivots = [Point](repeating: .zero, count: rig.bones.count)
  }

  /// Bone maps in actor coordinates one frame later; `rootDrift` is the root's way since, in heights.
  mutating func advance(_ pose: Pose, rootDrift: Point) -> [Affine] {
    var maps: [Affine] = []
    maps.reserveCapacity(rig.bones.count)
    var absolute = [Double](repeating: 0, count: rig.bones.count)
    for (index, bone) in rig.bones.enumerated() {
      let parentMap = bone.parent < 0 ? Affine.identity : maps[bone.parent]
      let parentAngle = bone.parent < 0 ? 0 : absolute[bone.parent]
      var joint = pose[index]
      let pivot = parentMap * (bone.offset + joint.shift)
      if let spring = bone.spring {
        let target = parentAngle + bone.rest + joint.angle
        if started {
          follow(index, spring, target: target, drift: pivot - pivots[index] + rootDrift)
        } else {
          angles[index] = target
        }
        joint.angle = angles[index] - parentAngle - bone.rest
      }
      pivots[index] = pivot
      absolute[index] = parentAngle + bone.rest + joint.angle
      let place =
        parentMap * Affine.translation(bone.offset + joint.shift) * Affine.rotation(bone.rest + joint.angle)
      maps.append(
        joint.scaleX == 1 && joint.scaleY == 1 ? place : place * Affine.scale(joint.scaleX, joint.scaleY))
    }
    started = true
    return maps
  }

  private mutating func follow(_ index: Int, _ spring: Spring, target: Double, drift: Point) {
    let steps = 4
    for _ in 0..<steps {
      let sideways = -cos(angles[index]) * drift.x - sin(angles[index]) * drift.y
      let pulled = target - min(1.1, max(-1.1, spring.drag * sideways))
      let force = spring.stiffness * (pulled - angles[index]) - spring.damping * speeds[index]
      speeds[index] += force / Double(steps)
      angles[index] += speeds[index] / Double(steps)
    }
    // Hair and cloth bend, they do not wind up.
    let bend = angles[index] - target
    if abs(bend) > 1.5 {
      angles[index] = target + (bend > 0 ? 1.5 : -1.5)
      speeds[index] = 0
    }
  }
}
