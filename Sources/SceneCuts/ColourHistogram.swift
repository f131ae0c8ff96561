public import EvalCore

/// How often each of 1,000 colours occurs in a frame: 10 levels per channel of RGB.
///
/// Source: LVCD, section 5 (colours quantised to 1,000). A level is `value * 10 / 256`. The paper states neither
/// frame size nor normalisation; here counts are those of a frame of `pixels` pixels, so that distances do not depend
/// on the film's size.
public struct ColourHistogram: Hashable, Sendable, Codable {
  /// Pixels that a histogram is normalised to. Chosen on a few generated films with known cuts (`CutCalibration`):
  /// 2,048 missed hard cuts there; fades are still seen as rows of cuts.
  public static let pixels = 8192.0
  /// Number of colours.
  public static let colours = 1000
  /// Pixels of a frame that are looked at, on an even grid; smaller frames are looked at whole.
  public static let largestSample = 65536

  /// Count per colour out of `sampled`, index `100 r + 10 g + b`.
  public let counts: [UInt32]
  /// Pixels that were counted.
  public let sampled: Int

  /// Counts the colours of `frame`.
  public init(_ frame: Frame) {
    // The grid takes every n-th column and row, so that width and height keep their proportion.
    var step = 1
    while (frame.width / step) * (frame.height / step) > Self.largestSample { step += 1 }
    var counts = [UInt32](repeating: 0, count: Self.colours)
    var sampled = 0
    frame.rgb.withUnsafeBufferPointer { rgb in
      for y in stride(from: step / 2, to: frame.height, by: step) {
        for x in stride(from: step / 2, to: frame.width, by: step) {
          let at = 3 * (y * frame.width + x)
          let red = Int(rgb[at]) * 10 / 256
          let green = Int(rgb[at + 1]) * 10 / 256
          let blue = Int(rgb[at + 2]) * 10 / 256
          counts[100 * red + 10 * green + blue] += 1
          sampled += 1
        }
      }
    }
    self.counts = counts
    self.sampled = sampled
  }

  /// Root of the mean over the 1,000 colours of the squared difference of counts, both histograms normalised to
  /// `pixels` pixels. From 0 to `pixels * sqrt(2 / 1000)`.
  public func distance(to other: ColourHistogram, pixels: Double = ColourHistogram.pixels) -> Double {
    let (own, others) = (pixels / Double(sampled), pixels / Double(other.sampled))
    var sum = 0.0
    for (a, b) in zip(counts, other.counts) {
      let difference = Double(a) * own - Double(b) * others
      sum += difference * difference
    }
    return (sum / Double(Self.colours)).squareRoot()
  }
}
