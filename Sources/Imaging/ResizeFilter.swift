/// Resize filters, each with the reference implementation it equals.
///
/// Source: evaluation protocol, "Resize filter". The aa filters grow with the shrink factor (antialiasing);
/// the noaa and tf1 filters always use two neighbours. The `pillow` filters repeat Pillow's 8-bit
/// arithmetic bit for bit: 22-bit weights and a rounding to 8 bits after each of the two passes, in the
/// order that Pillow 13 chooses.
public enum ResizeFilter: String, CaseIterable, Sendable, Codable {
  /// Triangle of radius `max(scale, 1)`: PyTorch `bilinear, antialias=True`, Pillow's float mode. The
  /// protocol's default.
  case bilinearAA = "bilinear-aa"
  /// Keys cubic with a = -0.5, radius `2 max(scale, 1)`: PyTorch `bicubic, antialias=True`, Pillow's float
  /// mode.
  case bicubicAA = "bicubic-aa"
  /// Lanczos with three lobes, radius `3 max(scale, 1)`: Pillow's float mode.
  case lanczos3AA = "lanczos3-aa"
  /// Exact coverage of source pixels by the target pixel: OpenCV's `INTER_AREA` in float.
  case area
  /// Two taps per axis, half-pixel centres: PyTorch `bilinear, align_corners=False`, OpenCV's
  /// `INTER_LINEAR` in float.
  case bilinearNoAA = "bilinear-noaa"
  /// Two taps per axis, source = i * in / out: TensorFlow 1's bilinear; only for the torch-fidelity flavour
  /// of FID.
  case tf1Bilinear = "tf1-bilinear"
  /// Pillow's `BILINEAR` on 8-bit pictures.
  case pillowBilinear = "pillow-bilinear"
  /// Pillow's `BICUBIC` on 8-bit pictures.
  case pillowBicubic = "pillow-bicubic"
  /// Pillow's `LANCZOS` on 8-bit pictures.
  case pillowLanczos = "pillow-lanczos"
  /// Pillow's `BOX` on 8-bit pictures.
  case pillowBox = "pillow-box"

  /// Whether the result is rounded to 8 bits inside the filter, so that there is no float result of its
  /// own.
  public var isFixedPoint: Bool {
    switch self {
    case .pillowBilinear, .pillowBicubic, .pillowLanczos, .pillowBox: true
    default: false
    }
  }
}
