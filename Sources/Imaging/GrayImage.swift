public import EvalCore

/// A picture with one `Double` per pixel, rows from the top.
public struct GrayImage: Sendable, Hashable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// `height * width` values.
  public var values: [Double]

  /// Makes an image; `values` must hold exactly `width * height` numbers.
  public init(width: Int, height: Int, values: [Double]) {
    precondition(
      width > 0 && height > 0 && values.count == width * height,
      "a \(width)x\(height) image needs \(width * height) values, got \(values.count)")
    self.width = width
    self.height = height
    self.values = values
  }

  /// Luma 0…255, not rounded: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
  public init(lumaOf frame: Frame) {
    let luma = (0..<(frame.width * frame.height)).map { pixel in
      let red = 0.299 * Double(frame.rgb[3 * pixel])
      let green = 0.587 * Double(frame.rgb[3 * pixel + 1])
      let blue = 0.114 * Double(frame.rgb[3 * pixel + 2])
      return red + green + blue
    }
    self.init(width: frame.width, height: frame.height, values: luma)
  }
}
