internal import EvalCore
internal import Foundation

/// A planned clip: layers back to front, camera per frame, colours.
struct Shot: Sendable {
  var layers: [Layer]
  var camera: [CameraState]
  var palette: Palette
}

/// Chooses composition, cast, actions, camera and scenery of a clip.
struct Director {
  /// Overall speed at `motion` 1: set by measurement so that the paper's motion shares come out.
  static let pace = 0.93

  private enum Composition { case full, medium, closeUp, crossing, pair }

  private let options: CartoonOptions
  private let aspect: Double
  private let composition: Composition
  private let tempo: Double
  /// Factor on ways and pans of action shots; gestures keep a human pace.
  private let rush: Double
  private let onTwos: Bool

  init(options: CartoonOptions, rng: SplitMix64) {
    var rng = rng
    self.options = options
    aspect = Double(options.size.width) / Double(options.size.height)
    composition = rng.pick(weighted: [
      (Composition.full, 4), (.medium, 2), (.closeUp, 1.3), (.crossing, 1.8), (.pair, 1.2),
    ])
    let spread = exp(0.4 * max(-1.8, min(1.8, rng.normal())))
    tempo = Self.pace * options.motion * spread
    rush = rng.chance(0.5) ? rng.uniform(2.5, 4.6) : 1
    onTwos = rng.chance(0.15)
  }

  func plan(_ palette: inout Palette, rng: inout SplitMix64) -> Shot {
    var cast = rng.fork()
    var staging = rng.fork()
    let count = composition == .crossing || composition == .pair ? 2 : 1
    let horizon = staging.uniform(0.5, 0.74)
    let underwater = options.family == .general && cast.chance(0.27)
    var puppets: [any Puppet] = []
    for _ in 0..<count {
      puppets.append(underwater ? makeSwimmer(&cast, &palette) : makePuppet(&cast, &palette))
    }
    var blockings: [Blocking] = []
    for (index, puppet) in puppets.enumerated() {
      blockings.append(block(puppet, index, horizon: horizon, rng: &staging))
    }
    let lead = (0..<options.length).map { blockings[0].state(at: Double($0)).root }
    let move = cameraMove(blockings[0], rng: &staging)
    let camera = framed(move.states(length: options.length, lead: lead), on: lead)
    let reach = camera.map { aspect / 2 / min(1, $0.zoom) }.max() ?? 0.5
    let low = (camera.map(\.x).min() ?? 0) - reach
    let high = (camera.map(\.x).max() ?? 0) + reach
    var scenery = Scenery(
      visible: low, high, horizon: horizon, length: options.length, underwater: underwater,
      rng: rng.fork(), palette: palette)
    let painted = scenery.paint()
    // Whoever stands lower in the picture is nearer.
    let order = blockings.indices.sorted { blockings[$0].middle.y < blockings[$1].middle.y }
    let performers = order.map { index in
      let performer = Performer(
        puppets[index], blockings[index], length: options.length, onTwos: onTwos && move.follow == 0)
      return Layer(rig: performer.rig, depth: 1, maps: performer.maps)
    }
    return Shot(layers: painted.behind + performers + painted.front, camera: camera, palette: painted.palette)
  }

  private func makePuppet(_ rng: inout SplitMix64, _ palette: inout Palette) -> any Puppet {
    switch options.family {
    case .similar:
      if rng.chance(0.74) { return Biped(rng: &rng, palette: &palette) }
      return Critter(rng: &rng, palette: &palette)
    case .general:
      switch rng.integer(0...8) {
      case 0...3: return Quadruped(rng: &rng, palette: &palette)
      case 4...6: return Robot(rng: &rng, palette: &palette)
      case 7: return Bird(rng: &rng, palette: &palette)
      default: return Jelly(rng: &rng, palette: &palette)
      }
    }
  }

  private func makeSwimmer(_ rng: inout SplitMix64, _ palette: inout Palette) -> any Puppet {
    if rng.chance(0.75) { return Fish(rng: &rng, palette: &palette) }
    return Jelly(rng: &rng, palette: &palette)
  }

  // MARK: - Performers

  private func block(_ puppet: any Puppet, _ index: Int, horizon: Double, rng: inout SplitMix64) -> Blocking {
    var size: Double
    switch composition {
    case .full: size = rng.uniform(0.5, 0.82)
    case .medium: size = rng.uniform(0.95, 1.35)
    case .closeUp: size = rng.uniform(1.7, 2.4)
    case .crossing: size = rng.uniform(0.5, 0.8)
    case .pair: size = rng.uniform(0.55, 0.9)
    }
    size *= composition == .medium || composition == .closeUp ? puppet.closeness : 1
    var action = chooseAction(index, rng: &rng)
    if rush > 1, [.dance, .gesture, .hop].contains(action), rng.chance(0.6) { action = .run }
    // Only people lie down in the air or turn cartwheels.
    if !(puppet is Biped) && (action == .fly || action == .tumble) { action = .run }
    let direction = composition == .crossing ? (index == 0 ? 1.0 : -1.0) : rng.sign()
    var velocity = 0.0
    switch action {
    case .walk: velocity = rng.uniform(0.009, 0.02)
    case .run: velocity = rng.uniform(0.022, 0.045)
    case .hop: velocity = rng.chance(0.6) ? rng.uniform(0.008, 0.024) : 0
    case .fly: velocity = rng.uniform(0.016, 0.045)
    case .tumble: velocity = rng.uniform(0.01, 0.03)
    case .dance, .gesture: velocity = 0
    }
    velocity *= direction * tempo * rush
    if composition == .crossing {
      // Both must be seen in the first frame and not be gone before the last.
      let fastest = 0.95 * aspect / Double(options.length)
      velocity = min(fastest, max(-fastest, velocity))
    }
    let feet: Double
    switch composition {
    case .full, .crossing: feet = max(horizon + 0.06, rng.uniform(0.8, 0.95))
    case .pair: feet = max(horizon + 0.08, rng.uniform(0.84, 1.05))
    case .medium, .closeUp:
      // The face goes to the upper middle.
      feet = rng.uniform(0.36, 0.48) + size * puppet.faceHeight
    }
    let side = composition == .pair ? (index == 0 ? -0.22 : 0.22) * aspect : 0
    let x = side + rng.uniform(-0.1, 0.1) * aspect
    let turnsAbout = rng.chance(0.14) && options.length > 14
    let turnFrame = turnsAbout ? Double(rng.integer(6...(options.length - 6))) : nil
    return Blocking(
      action: action, middle: Point(x, feet), velocity: velocity, size: size,
      legLength: max(0.15, puppet.legLength), facing: velocity != 0 ? direction : rng.sign(),
      turnFrame: turnFrame,
      tempo: rng.uniform(0.035, 0.062) * min(2, max(tempo, 0.02)), offset: rng.unit(),
      sway: rng.uniform(0.05, 0.22),
      hopHeight: min(rng.uniform(0.16, 0.42), 0.24 / size),
      spin: rng.sign() * rng.uniform(0.06, 0.16) * tempo, length: options.length)
  }

  private func chooseAction(_ index: Int, rng: inout SplitMix64) -> Action {
    switch composition {
    case .closeUp: rng.pick(weighted: [(Action.gesture, 4), (.walk, 2), (.dance, 2), (.run, 1)])
    case .medium: rng.pick(weighted: [(Action.walk, 3), (.run, 3), (.dance, 2), (.gesture, 1.5), (.hop, 1)])
    case .crossing: rng.pick(weighted: [(Action.walk, 3), (.run, 3), (.hop, 1), (.fly, 0.6)])
    case .pair: rng.pick(weighted: [(Action.dance, 3), (.gesture, 1.5), (.hop, 2), (.walk, 1)])
    case .full:
      rng.pick(weighted: [
        (Action.walk, 3), (.run, 3.5), (.hop, 2), (.dance, 2), (.gesture, 0.7), (.fly, 1.2), (.tumble, 0.8),
      ])
    }
  }

  // MARK: - Camera

  private func cameraMove(_ lead: Blocking, rng: inout SplitMix64) -> CameraMove {
    var move = CameraMove()
    move.phase = rng.unit()
    let travel = abs(lead.velocity) * Double(options.length)
    let room = (composition == .medium || composition == .closeUp ? 0.35 : 0.7) * aspect
    if composition != .crossing && travel > room {
      // Go along just enough to keep the performer in the picture.
      move.follow = lead.turnFrame == nil ? 1 - room * rng.uniform(0.2, 0.9) / travel : 1
    } else if rng.chance(rush > 1 ? 0.9 : 0.6) {
      move.pan = rng.sign() * rng.uniform(0.006, 0.028) * tempo * rush
      let reach = abs(move.pan) * Double(options.length)
      if reach > 0.5 * aspect { swing(&move, reach: reach) }
    }
    if move.swayX == 0 && rng.chance(0.5) {
      move.swayX = rng.uniform(0.02, 0.1) * min(1.6, tempo)
      move.swayY = rng.uniform(0.01, 0.05) * min(1.6, tempo)
      move.swayRate = rng.uniform(0.015, 0.045)
    }
    if rng.chance(0.4) {
      let near = rng.uniform(1.12, composition == .full || composition == .medium ? 1.55 : 1.25)
      if rng.chance(0.5) { move.zoomEnd = near } else { move.zoomStart = near }
    }
    if rng.chance(0.25) {
      move.zoomPulse = rng.uniform(0.03, 0.1)
      move.swayRate = max(move.swayRate, 0.02)
    }
    if rng.chance(0.15) { move.roll = rng.uniform(0.02, 0.07) }
    if rng.chance(0.1) { move.shake = rng.uniform(0.004, 0.012) * tempo }
    return move
  }

  /// Keeps the lead in the picture: the camera gives way softly as the performer nears the border.
  private func framed(_ camera: [CameraState], on lead: [Point]) -> [CameraState] {
    guard composition != .crossing else { return camera }
    return zip(camera, lead).map { state, lead in
      var state = state
      let limit = (composition == .closeUp ? 0.26 : composition == .pair ? 0.3 : 0.36) * aspect / state.zoom
      state.x = lead.x - limit * tanh((lead.x - state.x) / limit)
      return state
    }
  }

  /// A pan that would lose the performer goes to and fro at the same speed instead.
  private func swing(_ move: inout CameraMove, reach: Double) {
    let speed = abs(move.pan)
    move.pan = 0
    move.swayX = (composition == .pair ? 0.16 : 0.22) * aspect
    // A sine of amplitude A and rate f has a mean speed of 4 A f.
    move.swayRate = min(0.085, speed / (4 * move.swayX))
    move.swayY = 0.02
  }
}
