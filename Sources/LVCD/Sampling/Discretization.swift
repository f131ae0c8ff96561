internal import Foundation

/// The noise levels of a sampling run. Karras et al., "Elucidating the Design Space of Diffusion-Based
/// Generative Models", equation 5; sgm `EDMDiscretization`.
public struct Discretization: Sendable, Hashable {
  /// One level per step, falling, then 0.
  public let sigmas: [Float]

  /// Levels from `maximum` to `minimum` in `steps` steps, at least 1.
  ///
  /// Roots are double, all else is float32, as in the release.
  public init(steps: Int, minimum: Double, maximum: Double, rho: Double) {
    precondition(steps >= 1, "\(steps) sampling steps")
    let first = Float(pow(maximum, 1 / rho))
    let span = Float(pow(minimum, 1 / rho) - pow(maximum, 1 / rho))
    let levels = (0..<steps).map { step in
      let ramp = steps == 1 ? 0 : Float(step) / Float(steps - 1)
      return pow(first + ramp * span, Float(rho))
    }
    sigmas = levels + [0]
  }

  /// Number of steps.
  public var steps: Int { sigmas.count - 1 }
}

/// What turns the network's output into an estimate of the clean latents at one noise level: prediction of v
/// with EDM's noise condition. sgm `VScalingWithEDMcNoise`.
struct Preconditioning: Sendable, Hashable {
  /// Share of the noisy latents in the estimate.
  let cSkip: Float
  /// Factor of the network's output.
  let cOut: Float
  /// Factor of the noisy latents at the network's input.
  let cIn: Float
  /// What the network is told about the level.
  let cNoise: Float

  init(sigma: Float) {
    let variance = sigma * sigma + 1
    cSkip = 1 / variance
    cOut = -sigma / variance.squareRoot()
    cIn = 1 / variance.squareRoot()
    cNoise = log(sigma) / 4
  }
}
