public import Hashing

/// One picture: 8-bit RGB, interleaved, rows from the top, no padding between rows.
public struct Frame: Hashable, Sendable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// `height * width * 3` values, 0…255.
  public let rgb: [UInt8]

  /// Makes a frame from interleaved RGB values; `rgb` must hold exactly `width * height * 3` bytes.
  public init(width: Int, height: Int, rgb: [UInt8]) {
    precondition(
      width > 0 && height > 0 && rgb.count == width * height * 3,
      "a \(width)x\(height) frame needs \(width * height * 3) bytes, got \(rgb.count)")
    self.width = width
    self.height = height
    self.rgb = rgb
  }

  /// A frame of one colour.
  public init(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) {
    var rgb = [UInt8](repeating: 0, count: width * height * 3)
    for pixel in 0..<(width * height) {
      rgb[3 * pixel] = red
      rgb[3 * pixel + 1] = green
      rgb[3 * pixel + 2] = blue
    }
    self.init(width: width, height: height, rgb: rgb)
  }

  /// Width and height.
  public var size: FrameSize { FrameSize(width: width, height: height) }

  /// Largest root mean square of the differences, values 0...1, of a frame that is held.
  public static let heldDifference = 1.0 / 255

  /// Whether it differs so little from `earlier`, of the same size, that the drawing is the same: animation "on twos".
  public func isHeld(after earlier: Frame) -> Bool {
    precondition(earlier.size == size, "frames of \(earlier.size) and \(size) cannot be compared")
    var sum = 0
    for (a, b) in zip(rgb, earlier.rgb) {
      let difference = Int(a) - Int(b)
      sum += difference * difference
    }
    return (Double(sum) / Double(rgb.count)).squareRoot() / 255 < Self.heldDifference
  }

  /// SHA-256 over "rgb8 <width> <height>\n" and the pixel bytes: the identity of the decoded picture, whatever file it came from.
  public var contentHash: SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update("rgb8 \(width) \(height)\n")
    hasher.update(rgb)
    return hasher.finish()
  }
}

/// Width and height in pixels.
public struct FrameSize: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Width in pixels.
  public var width: Int
  /// Height in pixels.
  public var height: Int

  /// A size of `width` by `height` pixels.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// For example `576x320`.
  public var description: String { "\(width)x\(height)" }
}
