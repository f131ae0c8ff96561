internal import EvalCore
internal import Foundation

/// How a part's colour varies over it, in the part's own coordinates so that the pattern moves with it.
struct Finish: Sendable {
  /// Patterns of the `general` family.
  enum Pattern: Sendable { case none, stripes, dots, checks }

  /// Share of brightness lost from one side to the other; 0 is flat.
  var shade = 0.0
  /// A hard edge between light and shade instead of a gradient.
  var isCel = false
  var pattern = Pattern.none
  /// Brightness factor of the pattern's second tone.
  var tone = 0.86
  /// Pattern repeats per unit of the part's coordinates.
  var frequency = 12.0
  var angle = 0.0

  static let flat = Finish()
  var isFlat: Bool { shade == 0 && pattern == .none }

  init() {}

  /// A finish of the `general` family.
  init(rng: inout SplitMix64, extent: Double) {
    shade = rng.uniform(0.12, 0.38)
    isCel = rng.chance(0.4)
    angle = rng.uniform(0.6, 1.5)
    // Skies and grounds only fade; patterns and hard shadows are for things.
    if extent > 1.5 {
      shade *= 0.6
      isCel = false
    }
    guard rng.chance(0.3), extent < 1.5 else { return }
    pattern = rng.pick([.stripes, .stripes, .dots, .checks])
    tone = rng.chance(0.7) ? rng.uniform(0.72, 0.88) : rng.uniform(1.1, 1.2)
    frequency = rng.uniform(3, 7) / max(extent, 0.02)
  }

  /// Prepares the brightness function of a part: `map` takes the part to pixels, `bounds` is its box.
  func shader(map: Affine, bounds: (low: Point, high: Point)) -> Shader {
    let extent = max(bounds.high.x - bounds.low.x, bounds.high.y - bounds.low.y, 1e-6)
    let pixel = abs(map.determinant).squareRoot()
    let inverse = map.inverse
    let (cosine, sine) = (cos(angle), sin(angle))
    let softness = max(1e-9, 1 / pixel)
    // The position along the shade is linear in the pixel, and so is the ramp before it is clamped.
    let gain = isCel ? 1 / softness : 1 / extent
    let centre = (bounds.low + bounds.high) * 0.5
    let base = inverse * Point(0.5, 0.5) - centre
    let start = (base.x * cosine + base.y * sine) * gain
    return Shader(
      finish: self, inverse: inverse, cosine: cosine, sine: sine, softness: softness,
      rampStart: isCel ? start - 0.18 * extent * gain + 0.5 : start + 0.4,
      rampX: (inverse.a * cosine + inverse.c * sine) * gain,
      rampY: (inverse.b * cosine + inverse.d * sine) * gain)
  }

  /// Brightness per pixel.
  struct Shader {
    let finish: Finish
    let inverse: Affine
    let cosine: Double
    let sine: Double
    /// One pixel in the part's units.
    let softness: Double
    let rampStart: Double
    let rampX: Double
    let rampY: Double

    /// The factor at the pixel centre `(x + 0.5, y + 0.5)`.
    @inline(__always)
    func factor(_ x: Int, _ y: Int) -> Double {
      let ramp = rampStart + rampX * Double(x) + rampY * Double(y)
      let shaded = 1 - finish.shade * min(1, max(0, ramp))
      return finish.pattern == .none ? shaded : shaded * patterned(x, y)
    }

    private func patterned(_ x: Int, _ y: Int) -> Double {
      let p = inverse * Point(Double(x) + 0.5, Double(y) + 0.5)
      switch finish.pattern {
      case .none: return 1
      case .stripes: return blend(wave(p.x * cosine + p.y * sine))
      case .checks: return blend(wave(p.x) * wave(p.y) * 4 * finish.frequency)
      case .dots:
        let u = fraction(p.x * finish.frequency) - 0.5
        let v = fraction(p.y * finish.frequency) - 0.5
        return blend((0.3 - (u * u + v * v).squareRoot()) / finish.frequency)
      }
    }

    /// Signed distance to the edge of the band that `position` lies in, at most a quarter period.
    private func wave(_ position: Double) -> Double {
      let phase = fraction(position * finish.frequency)
      return (0.25 - abs(phase - 0.5)) / finish.frequency
    }

    private func blend(_ inside: Double) -> Double {
      let share = min(1, max(0, inside / softness + 0.5))
      return 1 + (finish.tone - 1) * share
    }
  }
}
