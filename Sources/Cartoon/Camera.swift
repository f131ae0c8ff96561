internal import Foundation

/// The camera at one frame, in scene units (frame height = 1 at zoom 1).
struct CameraState: Sendable {
  var x = 0.0
  var y = 0.5
  var zoom = 1.0
  var roll = 0.0
}

/// A camera move: pan, follow, sway, zoom and shake as closed forms of the frame.
struct CameraMove: Sendable {
  /// Scene units per frame.
  var pan = 0.0
  /// Share of the lead performer's way that the camera goes along.
  var follow = 0.0
  var swayX = 0.0
  var swayY = 0.0
  var swayRate = 0.0
  var zoomStart = 1.0
  var zoomEnd = 1.0
  var zoomPulse = 0.0
  var roll = 0.0
  var shake = 0.0
  var phase = 0.0

  /// The camera for every frame; `lead` is the lead performer's root.
  func states(length: Int, lead: [Point]) -> [CameraState] {
    let middle = lead.isEmpty ? Point.zero : lead[lead.count / 2]
    return (0..<length).map { frame in
      let t = Double(frame)
      let progress = length > 1 ? t / Double(length - 1) : 0
      let wave = turn * (swayRate * t + phase)
      var state = CameraState()
      state.x = pan * (t - Double(length) / 2) + swayX * sin(wave)
      if !lead.isEmpty { state.x += follow * (lead[frame].x - middle.x) }
      state.y = 0.5 + swayY * sin(wave * 0.8 + 1)
      let breathing = 1 + zoomPulse * sin(wave * 0.9 + 2)
      state.zoom = exp(log(zoomStart) + (log(zoomEnd) - log(zoomStart)) * eased(progress)) * breathing
      state.roll = roll * sin(wave * 0.7)
      if shake > 0 {
        state.x += shake * sin(t * 2.1 + phase * 40)
        state.y += shake * 0.8 * sin(t * 2.7 + phase * 70)
      }
      return state
    }
  }
}

extension CameraState {
  /// From scene to pixel coordinates for a layer at `depth`: 0 infinitely far, 1 where the performers are.
  func map(depth: Double, width: Int, height: Int) -> Affine {
    let scale = zoom(at: depth) * Double(height)
    return Affine.translation(Double(width) / 2, Double(height) / 2) * Affine.scale(scale, scale)
      * Affine.rotation(roll) * Affine.translation(-x * depth, -(0.5 + (y - 0.5) * depth))
  }

  /// Far layers grow less when the camera comes closer.
  func zoom(at depth: Double) -> Double { 1 + (zoom - 1) * (0.35 + 0.65 * min(depth, 1.3)) }
}
