public import EvalCore

/// Lineart by a soft-thresholded difference of Gaussians on Rec. 601 luma (XDoG, Winnemöller et al. 2012).
///
/// With `u = G(sigma) - tau * G(k * sigma)`, ink is `-tanh(phi * (u - epsilon))` where `u < epsilon`, else 0.
/// Thin lines on the dark side of edges; indifferent to colour and compression, but lines vanish when the
/// picture gets soft.
public struct XDoGExtractor: LineartExtractor {
  /// Standard deviation of the narrow Gaussian in pixels.
  public let sigma: Double
  /// Ratio of the wide Gaussian's standard deviation to the narrow one's.
  public let k: Double
  /// Weight of the wide Gaussian.
  public let tau: Double
  /// Response below which there is ink; luma in 0…1.
  public let epsilon: Double
  /// Steepness of the transition from paper to ink.
  public let phi: Double

  /// The settings of the suite's definition unless given.
  public init(
    sigma: Double = 1, k: Double = 1.6, tau: Double = 0.98, epsilon: Double = 0.01, phi: Double = 20
  ) {
    self.sigma = sigma
    self.k = k
    self.tau = tau
    self.epsilon = epsilon
    self.phi = phi
  }

  /// For example `xdog(sigma=1.0,k=1.6,tau=0.98,eps=0.01,phi=20.0)`.
  public var name: String { "xdog(sigma=\(sigma),k=\(k),tau=\(tau),eps=\(epsilon),phi=\(phi))" }

  /// `XDoG`.
  public var label: String { "XDoG" }

  /// Ink strength per pixel, `[H * W]`, 0 = paper, 1 = ink.
  public func inkStrength(of frame: Frame) -> [Float] {
    let luma = Plane(lumaOf: frame)
    let narrow = luma.blurred(sigma: sigma)
    let wide = luma.blurred(sigma: k * sigma)
    return zip(narrow.values, wide.values).map { near, far in
      let response = near - tau * far
      guard response < epsilon else { return 0 }
      return Float(-(phi * (response - epsilon)).hyperbolicTangent)
    }
  }
}
