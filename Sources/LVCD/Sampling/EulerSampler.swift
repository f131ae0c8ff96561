internal import TensorCore

/// Euler's method on the probability-flow equation, without added noise. Karras et al., algorithm 1; sgm
/// `EulerEDMSampler`.
struct EulerSampler: Sendable {
  let discretization: Discretization

  /// Clean latents from standard normal `noise`.
  ///
  /// - Parameter denoise: the estimate of clean latents for `(x, sigma, step)`.
  func callAsFunction(
    from noise: Tensor, denoise: (Tensor, Float, Int) throws -> Tensor
  ) rethrows -> Tensor {
    let sigmas = discretization.sigmas
    var x = noise * (1 + sigmas[0] * sigmas[0]).squareRoot()
    for step in 0..<discretization.steps {
      let estimate = try denoise(x, sigmas[step], step)
      // In the release's order of operations: where σ falls from 700 at once, another order costs digits.
      let sigma = sigmas[step]
      let slope = (x - estimate).mapped { $0 / sigma }
      x = x + slope * (sigmas[step + 1] - sigma)
    }
    return x
  }
}
