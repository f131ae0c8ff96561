import EvalCore
import Foundation
import Media

/// Seeded pictures for tests.
enum Pictures {
  /// Independent random values.
  static func noise(_ size: FrameSize, seed: UInt64) -> Frame {
    var generator = SplitMix64(state: seed)
    let rgb = (0..<(size.width * size.height * 3)).map { _ in
      UInt8(truncatingIfNeeded: generator.next() >> 32)
    }
    return Frame(width: size.width, height: size.height, rgb: rgb)
  }

  /// Random values, equal in all channels.
  static func gray(_ size: FrameSize, seed: UInt64) -> Frame {
    var frame = noise(size, seed: seed).rgb
    for pixel in 0..<(size.width * size.height) {
      frame[3 * pixel + 1] = frame[3 * pixel]
      frame[3 * pixel + 2] = frame[3 * pixel]
    }
    return Frame(width: size.width, height: size.height, rgb: frame)
  }

  /// Writes a video.
  static func write(
    _ frames: [Frame], to url: URL, codec: VideoCodec, frameRate: Rational = Rational(24)
  ) throws {
    let writer = try VideoWriter(url, size: frames[0].size, frameRate: frameRate, codec: codec)
    for frame in frames { try writer.append(frame) }
    try writer.finish()
  }
}

/// A small seeded generator (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
