internal import EvalCore
internal import Foundation

/// Linear-light-free 8-bit RGB in 0…1.
struct Colour: Sendable, Hashable {
  var red: Double
  var green: Double
  var blue: Double

  /// Hue in turns, saturation and value in 0…1.
  init(hue: Double, saturation: Double, value: Double) {
    let sector = fraction(hue) * 6
    func channel(_ offset: Double) -> Double {
      let k = (offset + sector).truncatingRemainder(dividingBy: 6)
      return value - value * saturation * max(0, min(min(k, 4 - k), 1))
    }
    red = channel(5)
    green = channel(3)
    blue = channel(1)
  }

  init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  func darkened(_ factor: Double) -> Colour {
    Colour(red: red * factor, green: green * factor, blue: blue * factor)
  }

  /// The colour as stored, 0…255 per channel.
  var bytes: (red: UInt8, green: UInt8, blue: UInt8) {
    func byte(_ value: Double) -> UInt8 { UInt8(max(0, min(255, (value * 255).rounded()))) }
    return (byte(red), byte(green), byte(blue))
  }

  /// Weighted RGB distance ("redmean", a cheap stand-in for perceived difference), 0…about 3.
  func distance(to other: Colour) -> Double {
    let mean = (red + other.red) / 2
    let dr = red - other.red
    let dg = green - other.green
    let db = blue - other.blue
    return ((2 + mean) * dr * dr + 4 * dg * dg + (3 - mean) * db * db).squareRoot()
  }
}

/// What a colour is for; harmonious palettes keep scenery calmer than characters.
enum ColourUse: Sendable {
  case character, skin, eyeWhite, sky, far, scenery, ground, light
}

/// The colours of one clip: every group draws at random and keeps its distance from all earlier ones, so that
/// a sketch says nothing about the colours and a reference says all.
struct Palette: Sendable {
  /// Colour per group; 0 is the ink.
  private(set) var colours: [Colour]
  private let harmonious: Bool
  private let baseHue: Double
  private let hueSteps: [Double]
  private let night: Bool
  private var rng: SplitMix64

  init(harmonious: Bool, ink: Colour, rng: SplitMix64) {
    self.rng = rng
    self.harmonious = harmonious
    colours = [ink]
    baseHue = self.rng.unit()
    hueSteps = self.rng.pick([
      [0, 0.08, -0.08, 0.5], [0, 0.33, 0.67], [0, 0.5, 0.42, 0.58], [0, 0.25, 0.5, 0.75],
    ])
    night = self.rng.chance(0.16)
  }

  /// A new colour group. The best of several candidates by distance to the nearest colour so far.
  mutating func group(_ use: ColourUse) -> Int {
    var best = candidate(use)
    var bestDistance = nearest(best)
    // More tries once the palette is full; random palettes need few since they may use the whole cube.
    for attempt in 1..<48 {
      if attempt >= (harmonious ? 10 : 12) && bestDistance > Self.wantedDistance { break }
      let other = attempt < 24 ? candidate(use) : anything()
      let distance = nearest(other)
      if distance > bestDistance { (best, bestDistance) = (other, distance) }
    }
    colours.append(best)
    return colours.count - 1
  }

  /// Distance at which the search stops early.
  private static let wantedDistance = 0.22

  private func nearest(_ colour: Colour) -> Double {
    colours.reduce(.infinity) { min($0, $1.distance(to: colour)) }
  }

  private mutating func anything() -> Colour {
    Colour(hue: rng.unit(), saturation: rng.uniform(0.1, 0.95), value: rng.uniform(0.25, 1))
  }

  private mutating func candidate(_ use: ColourUse) -> Colour {
    guard harmonious else {
      return Colour(hue: rng.unit(), saturation: rng.uniform(0, 1), value: rng.uniform(0.12, 1))
    }
    let step = rng.pick(hueSteps)
    let hue = baseHue + step + rng.uniform(-0.06, 0.06)
    func tone(_ s0: Double, _ s1: Double, _ v0: Double, _ v1: Double, _ hue: Double) -> Colour {
      Colour(hue: hue, saturation: rng.uniform(s0, s1), value: rng.uniform(v0, v1))
    }
    let dim = night ? 0.55 : 1
    switch use {
    case .character:
      let free = rng.chance(0.45) ? rng.unit() : hue
      return rng.chance(0.2) ? tone(0.02, 0.35, 0.25, 1, free) : tone(0.45, 0.9, 0.45, 1, free)
    case .skin:
      let natural = rng.chance(0.55) ? rng.uniform(0.02, 0.1) : rng.unit()
      return tone(0.15, 0.5, 0.72, 1, natural)
    case .eyeWhite: return tone(0, 0.12, 0.93, 1, hue)
    case .sky: return tone(night ? 0.4 : 0.1, 0.55, 0.85 * dim * dim, dim, hue)
    case .far: return tone(0.15, 0.5, 0.6 * dim, 0.92 * dim, hue)
    case .scenery: return tone(0.2, 0.6, 0.4 * dim, 0.95 * dim, rng.chance(0.3) ? rng.unit() : hue)
    case .ground: return tone(0.2, 0.55, 0.5 * dim, 0.9 * dim, hue)
    case .light: return tone(0.05, 0.35, 0.92, 1, hue)
    }
  }
}
