/// The definitions of SSIM in use. All have K1 = 0.01, K2 = 0.03 and data range 1, and are computed in
/// float64.
public enum SSIMVariant: String, Sendable, CaseIterable {
  /// 11x11 Gaussian window of sigma 1.5, population moments, map where the window fits, mean over channels.
  ///
  /// Equals scikit-image with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False`.
  case gaussianValidRGB = "gauss11-valid-rgb"
  /// The same on Rec. 601 luma, as in Wang et al. 2004.
  case gaussianValidLuma = "gauss11-valid-luma"
  /// As the first with sample moments (factor 121 / 120): scikit-image with `gaussian_weights=True,
  /// sigma=1.5`.
  case gaussianSampleRGB = "gauss11-sample-rgb"
  /// 7x7 uniform window with sample moments (factor 49 / 48): the defaults of scikit-image.
  case uniformSampleRGB = "uniform7-sample-rgb"
  /// Gaussian window, borders reflected without repeating the edge, map over the whole frame: torchmetrics.
  case gaussianReflectRGB = "gauss11-reflect-rgb"

  /// Normalised weights of one axis of the window.
  var taps: [Double] {
    switch self {
    case .uniformSampleRGB: return [Double](repeating: 1 / 7, count: 7)
    default:
      let weights = (-5...5).map { tap in gaussianWeight(Double(tap)) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  /// N / (N - 1) for sample moments, else 1.
  var covarianceFactor: Double {
    switch self {
    case .gaussianSampleRGB: 121.0 / 120
    case .uniformSampleRGB: 49.0 / 48
    default: 1
    }
  }
}
