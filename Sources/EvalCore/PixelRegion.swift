/// Pixels of a frame that a metric judges: those whose true colour differs from the reference's at the same place.
///
/// A copied reference has none of them right, and on still backgrounds every method has all others right: averages over
/// whole frames tell methods apart mostly by the share of still background.
public struct PixelRegion: Sendable, Hashable {
  /// Largest difference of a channel, of 255, at which two colours count as the same: 0.12 of the range.
  public static let tolerance = 30

  /// The frame's size.
  public let size: FrameSize
  /// One flag per pixel, row-major.
  public let flags: [Bool]
  /// Pixels within.
  public let count: Int

  /// The pixels of `original` that differ from `reference` by more than `tolerance` in a channel. Both have the same
  /// size.
  public init(changedFrom reference: Frame, to original: Frame) {
    precondition(reference.size == original.size, "frames of \(reference.size) and \(original.size)")
    size = original.size
    flags = Self.differences(reference, original)
    count = flags.count(where: \.self)
  }

  /// The share of the frame's pixels.
  public var share: Double { flags.isEmpty ? 0 : Double(count) / Double(flags.count) }

  /// `generated` within, `original` elsewhere: what is left of the two frames' difference is the region's.
  public func composite(_ generated: Frame, over original: Frame) -> Frame {
    precondition(generated.size == size && original.size == size, "frames of other sizes than \(size)")
    guard count < flags.count else { return generated }
    var rgb = original.rgb
    generated.rgb.withUnsafeBufferPointer { source in
      for (pixel, isWithin) in flags.enumerated() where isWithin {
        for index in 3 * pixel..<3 * pixel + 3 { rgb[index] = source[index] }
      }
    }
    return Frame(width: size.width, height: size.height, rgb: rgb)
  }

  /// The share of right pixels, within `region` (nil: the frame): all channels within `tolerance`. Nil where the region
  /// is empty.
  public static func rightShare(_ generated: Frame, _ original: Frame, in region: PixelRegion? = nil) -> Double? {
    let wrong = differences(generated, original)
    guard let region else {
      return wrong.isEmpty ? nil : 1 - Double(wrong.count(where: \.self)) / Double(wrong.count)
    }
    guard region.count > 0 else { return nil }
    return 1 - Double(zip(wrong, region.flags).count { $0 && $1 }) / Double(region.count)
  }

  private static func differences(_ a: Frame, _ b: Frame) -> [Bool] {
    a.rgb.withUnsafeBufferPointer { a in
      b.rgb.withUnsafeBufferPointer { b in
        (0..<a.count / 3).map { pixel in
          let first = 3 * pixel
          func differs(_ index: Int) -> Bool { abs(Int(a[index]) - Int(b[index])) > tolerance }
          return differs(first) || differs(first + 1) || differs(first + 2)
        }
      }
    }
  }
}
