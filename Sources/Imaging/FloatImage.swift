public import EvalCore

/// A picture in 32-bit floats: channels interleaved, rows from the top, no padding; values usually 0…255.
public struct FloatImage: Sendable, Hashable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// Values per pixel.
  public let channels: Int
  /// `height * width * channels` values.
  public var values: [Float]

  /// Makes an image; `values` must hold exactly `width * height * channels` numbers.
  public init(width: Int, height: Int, channels: Int, values: [Float]) {
    precondition(
      width > 0 && height > 0 && channels > 0 && values.count == width * height * channels,
      "a \(width)x\(height)x\(channels) image needs \(width * height * channels) values, got \(values.count)")
    self.width = width
    self.height = height
    self.channels = channels
    self.values = values
  }

  /// The frame's values 0…255 as floats, three channels.
  public init(_ frame: Frame) {
    self.init(width: frame.width, height: frame.height, channels: 3, values: frame.rgb.map(Float.init))
  }

  /// Rounds to 8 bits, half to even, clamped to 0…255. Needs three channels.
  public func rounded() -> Frame {
    precondition(channels == 3, "an RGB frame needs 3 channels, got \(channels)")
    let rgb = [UInt8](unsafeUninitializedCapacity: values.count) { buffer, count in
      values.withUnsafeBufferPointer { source in
        for index in 0..<source.count {
          buffer.initializeElement(
            at: index, to: UInt8(min(255, max(0, source[index])).rounded(.toNearestOrEven)))
        }
      }
      count = values.count
    }
    return Frame(width: width, height: height, rgb: rgb)
  }
}
