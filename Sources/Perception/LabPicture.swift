internal import EvalCore
internal import Foundation

/// A frame in CIE Lab (sRGB primaries, D65): lightness 0…100 and the two opponent channels.
struct LabPicture: Sendable {
  /// Weight of the opponent channels against lightness: chroma carries more noise and compression damage.
  static let chromaWeight = 0.6

  let lightness: Plane
  let greenRed: Plane
  let blueYellow: Plane

  init(_ frame: Frame) {
    let linear = (0...255).map { Self.linear(Double($0) / 255) }
    let count = frame.width * frame.height
    var channels = [[Double]](repeating: [Double](repeating: 0, count: count), count: 3)
    for pixel in 0..<count {
      // Flat colours are the rule in animation: the neighbour's values are this pixel's too.
      if pixel > 0, Self.isRepeated(pixel, in: frame.rgb) {
        for channel in 0..<3 { channels[channel][pixel] = channels[channel][pixel - 1] }
        continue
      }
      let red = linear[Int(frame.rgb[3 * pixel])]
      let green = linear[Int(frame.rgb[3 * pixel + 1])]
      let blue = linear[Int(frame.rgb[3 * pixel + 2])]
      let x = 0.4124564 * red + 0.3575761 * green + 0.1804375 * blue
      let y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
      let z = 0.0193339 * red + 0.1191920 * green + 0.9503041 * blue
      let (fx, fy, fz) = (Self.compressed(x / 0.95047), Self.compressed(y), Self.compressed(z / 1.08883))
      channels[0][pixel] = 116 * fy - 16
      channels[1][pixel] = Self.chromaWeight * 500 * (fx - fy)
      channels[2][pixel] = Self.chromaWeight * 200 * (fy - fz)
    }
    lightness = Plane(width: frame.width, height: frame.height, values: channels[0])
    greenRed = Plane(width: frame.width, height: frame.height, values: channels[1])
    blueYellow = Plane(width: frame.width, height: frame.height, values: channels[2])
  }

  private static func isRepeated(_ pixel: Int, in rgb: [UInt8]) -> Bool {
    rgb[3 * pixel] == rgb[3 * pixel - 3] && rgb[3 * pixel + 1] == rgb[3 * pixel - 2]
      && rgb[3 * pixel + 2] == rgb[3 * pixel - 1]
  }

  var channels: [Plane] { [lightness, greenRed, blueYellow] }

  /// The sRGB transfer function undone.
  private static func linear(_ value: Double) -> Double {
    value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  /// The cube root of CIE Lab with its linear foot.
  private static func compressed(_ value: Double) -> Double {
    value > 0.008856 ? cbrt(value) : 7.787 * value + 16.0 / 116
  }
}
