internal import CKernels
public import EvalCore

/// Exact squared error between 8-bit frames.
public enum SquaredError {
  /// Mean over pixels and channels of the squared difference, values in 0…1. Both frames have the same size.
  public static func mean(_ a: Frame, _ b: Frame) -> Double {
    precondition(a.size == b.size, "frames of \(a.size) and \(b.size) cannot be compared")
    let sum = ck_squared_error_u8(a.rgb, b.rgb, a.rgb.count)
    return Double(sum) / (Double(a.rgb.count) * 255 * 255)
  }
}
