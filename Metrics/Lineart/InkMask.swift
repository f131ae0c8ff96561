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

/// Resizes one channel by exact box coverage: each output value is the mean over the area it covers.
func areaResized(_ values: [Double], from size: FrameSize, to target: FrameSize) -> [Double] {
  guard size != target else { return values }
  let columns = boxTaps(from: size.width, to: target.width)
  let rows = boxTaps(from: size.height, to: target.height)
  var narrow = [Double](repeating: 0, count: size.height * target.width)
  for y in 0..<size.height {
    for (x, taps) in columns.enumerated() {
      var sum = 0.0
      for (position, weight) in taps { sum += weight * values[y * size.width + position] }
      narrow[y * target.width + x] = sum
    }
  }
  var output = [Double](repeating: 0, count: target.height * target.width)
  for (y, taps) in rows.enumerated() {
    for (position, weight) in taps {
      for x in 0..<target.width {
        output[y * target.width + x] += weight * narrow[position * target.width + x]
      }
    }
  }
  return output
}

/// For each output position the input positions it covers and the share of each.
private func boxTaps(from count: Int, to target: Int) -> [[(position: Int, weight: Double)]] {
  let scale = Double(count) / Double(target)
  return (0..<target).map { index in
    let begin = Double(index) * scale
    let end = min(Double(count), begin + scale)
    let first = Int(begin)
    let last = min(count - 1, Int(end.rounded(.up)) - 1)
    let taps = (first...max(first, last)).map { position in
      let covered = min(end, Double(position + 1)) - max(begin, Double(position))
      return (position: position, weight: covered)
    }
    let sum = taps.reduce(0) { $0 + $1.weight }
    return taps.map { (position: $0.position, weight: $0.weight / sum) }
  }
}
