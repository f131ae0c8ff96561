public import EvalCore

/// A binary sketch: true where there is ink.
public struct InkMask: Sendable, Hashable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// `height * width` values, row-major: 1 = ink, 0 = paper.
  public let pixels: [UInt8]

  /// Makes a mask from `width * height` values, nonzero = ink.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == width * height, "a \(width)x\(height) mask needs \(width * height) values")
    self.width = width
    self.height = height
    self.pixels = pixels.map { $0 == 0 ? 0 : 1 }
  }

  /// Ink where `strength` is strictly greater than `threshold`.
  public init(width: Int, height: Int, strength: [Float], above threshold: Double) {
    self.init(
      width: width, height: height, pixels: strength.map { Double($0) > threshold ? 1 : 0 })
  }

  /// Ink of a sketch picture: `1 - luma / 255 > threshold`, Rec. 601 luma of a dark drawing on white.
  public init(darkInkOf sketch: Frame, above threshold: Double) {
    let strength = inkStrength(ofSketch: sketch, polarity: .darkOnLight)
    self.init(width: sketch.width, height: sketch.height, pixels: strength.map { $0 > threshold ? 1 : 0 })
  }

  /// Number of ink pixels.
  public var inkCount: Int { pixels.reduce(0) { $0 + Int($1) } }
}

/// How ink stands out in a sketch picture.
public enum SketchPolarity: String, Sendable, CaseIterable {
  /// Black ink on white paper.
  case darkOnLight = "dark-on-light"
  /// Bright edges on black.
  case lightOnDark = "light-on-dark"
}

/// Ink strength 0…1 per pixel of a sketch picture: `1 - luma / 255`, or `luma / 255` for bright lines on
/// black.
func inkStrength(ofSketch sketch: Frame, polarity: SketchPolarity) -> [Double] {
  (0..<sketch.width * sketch.height).map { pixel in
    // Integer weights in thousandths keep grey values exact.
    let red = 299 * Int(sketch.rgb[3 * pixel])
    let green = 587 * Int(sketch.rgb[3 * pixel + 1])
    let blue = 114 * Int(sketch.rgb[3 * pixel + 2])
    let luma = Double(red + green + blue) / 255_000
    return polarity == .darkOnLight ? 1 - luma : luma
  }
}
