internal import CKernels
public import EvalCore
internal import Foundation

/// Structural similarity of two frames (Wang et al. 2004).
public enum StructuralSimilarity {
  private static let k1 = 0.01
  private static let k2 = 0.03

  /// The mean SSIM of two frames of the same size; `nil` when the window of `variant` does not fit.
  public static func mean(_ a: Frame, _ b: Frame, variant: SSIMVariant = .gaussianValidRGB) -> Double? {
    precondition(a.size == b.size, "frames of \(a.size) and \(b.size) cannot be compared")
    let taps = variant.taps
    guard min(a.width, a.height) >= taps.count else { return nil }
    switch variant {
    case .gaussianValidLuma:
      return mean(
        luma(a), luma(b), height: a.height, width: a.width, channels: 1, range: 255, variant: variant)
    case .gaussianReflectRGB:
      let border = taps.count / 2
      let (height, width) = (a.height + 2 * border, a.width + 2 * border)
      return mean(
        reflected(a, by: border), reflected(b, by: border), height: height, width: width, channels: 3,
        range: 255, variant: variant)
    case .gaussianValidRGB, .gaussianSampleRGB, .uniformSampleRGB:
      return withPlan(height: a.height, width: a.width, channels: 3, range: 255, variant) { plan, scratch in
        ck_ssim_sum_u8(a.rgb, b.rgb, plan, scratch, ck_isa())
      }
    }
  }

  /// The mean over the valid region of interleaved samples with values in 0…`range`.
  static func mean(
    _ a: [Double], _ b: [Double], height: Int, width: Int, channels: Int, range: Double,
    variant: SSIMVariant
  ) -> Double {
    withPlan(height: height, width: width, channels: channels, range: range, variant) { plan, scratch in
      ck_ssim_sum_f64(a, b, plan, scratch, ck_isa())
    }
  }

  private static func withPlan(
    height: Int, width: Int, channels: Int, range: Double, _ variant: SSIMVariant,
    _ sum: (UnsafePointer<ck_ssim_plan>, UnsafeMutablePointer<Double>) -> Double
  ) -> Double {
    let taps = variant.taps
    let total = taps.withUnsafeBufferPointer { taps in
      var plan = ck_ssim_plan(
        height: height, width: width, channels: channels, taps: taps.baseAddress, tap_count: taps.count,
        covariance_factor: variant.covarianceFactor, c1: (k1 * range) * (k1 * range),
        c2: (k2 * range) * (k2 * range))
      var scratch = [Double](repeating: 0, count: ck_ssim_scratch_count(&plan))
      return sum(&plan, &scratch)
    }
    return total / Double((height - taps.count + 1) * (width - taps.count + 1) * channels)
  }

  /// Rec. 601 luma in 0…255, not rounded.
  private static func luma(_ frame: Frame) -> [Double] {
    (0..<frame.width * frame.height).map { pixel in
      let red = 0.299 * Double(frame.rgb[3 * pixel])
      let green = 0.587 * Double(frame.rgb[3 * pixel + 1])
      let blue = 0.114 * Double(frame.rgb[3 * pixel + 2])
      return red + green + blue
    }
  }

  /// The frame with `border` pixels mirrored at each side; the edge itself is not repeated.
  private static func reflected(_ frame: Frame, by border: Int) -> [Double] {
    func mirror(_ position: Int, _ count: Int) -> Int {
      let folded = abs(position)
      return folded < count ? folded : 2 * (count - 1) - folded
    }
    var values: [Double] = []
    values.reserveCapacity((frame.width + 2 * border) * (frame.height + 2 * border) * 3)
    for y in -border..<(frame.height + border) {
      let row = mirror(y, frame.height) * frame.width
      for x in -border..<(frame.width + border) {
        let pixel = 3 * (row + mirror(x, frame.width))
        for channel in 0..<3 { values.append(Double(frame.rgb[pixel + channel])) }
      }
    }
    return values
  }
}

/// Weight of the Gaussian window of sigma 1.5 at `distance` pixels, not normalised.
func gaussianWeight(_ distance: Double) -> Double {
  let sigma = 1.5
  return exp(-(distance * distance) / (2 * sigma * sigma))
}
