internal import EvalCore

/// Pillow's 8-bit resize: weights of 22 bits, each pass rounded and clipped to 8 bits.
///
/// Source: Pillow, `Resample.c` (`PRECISION_BITS`, `normalize_coeffs_8bpc`, `clip8`).
struct FixedPointResize: Sendable {
  /// 32 bits less 8 for the value and 2 for overshoot.
  private static let precision: Int32 = 22
  private let columns: ResizeTaps
  private let rows: ResizeTaps
  private let columnWeights: [Int32]
  private let rowWeights: [Int32]

  init(horizontal: ResizeTaps, vertical: ResizeTaps) {
    columns = horizontal
    rows = vertical
    columnWeights = horizontal.weights.map(Self.fixed)
    rowWeights = vertical.weights.map(Self.fixed)
  }

  func callAsFunction(_ frame: Frame) -> Frame {
    let width = columns.starts.count
    let height = rows.starts.count
    // Pillow 13 takes the vertical pass first where that drops enough lines; earlier versions never do.
    // With a rounding between the passes the order shows.
    let verticalFirst = height < frame.height && 2 * (frame.width - width) < frame.height - height
    if verticalFirst { return horizontalPass(verticalPass(frame)) }
    return verticalPass(horizontalPass(frame))
  }

  private func horizontalPass(_ frame: Frame) -> Frame {
    let width = columns.starts.count
    var rgb = [UInt8](repeating: 0, count: width * frame.height * 3)
    for y in 0..<frame.height {
      for x in 0..<width {
        let first = (y * frame.width + columns.starts[x]) * 3
        Self.blend(
          frame.rgb, at: first, step: 3, weights: columnWeights, row: x, taps: columns.width,
          into: &rgb, target: (y * width + x) * 3)
      }
    }
    return Frame(width: width, height: frame.height, rgb: rgb)
  }

  private func verticalPass(_ frame: Frame) -> Frame {
    let width = frame.width
    let height = rows.starts.count
    var rgb = [UInt8](repeating: 0, count: width * height * 3)
    for y in 0..<height {
      for x in 0..<width {
        let first = (rows.starts[y] * width + x) * 3
        Self.blend(
          frame.rgb, at: first, step: width * 3, weights: rowWeights, row: y, taps: rows.width,
          into: &rgb, target: (y * width + x) * 3)
      }
    }
    return Frame(width: width, height: height, rgb: rgb)
  }

  private static func blend(
    _ source: [UInt8], at first: Int, step: Int, weights: [Int32], row: Int, taps: Int,
    into result: inout [UInt8], target: Int
  ) {
    for channel in 0..<3 {
      var sum: Int32 = 1 << (precision - 1)
      for tap in 0..<taps {
        let weight = weights[row * taps + tap]
        if weight == 0 { continue }
        sum &+= Int32(source[first + tap * step + channel]) &* weight
      }
      result[target + channel] = UInt8(clamping: sum >> precision)
    }
  }

  private static func fixed(_ weight: Double) -> Int32 {
    Int32((weight * Double(1 << precision)).rounded(.toNearestOrAwayFromZero))
  }
}
