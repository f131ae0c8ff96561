internal import EvalCore
internal import Perception

/// Carries frames along one flow and measures what differs, in double precision.
///
/// Pixel values are 0...1, rounded to float32 once as image tensors hold them.
struct FrameWarp: Sendable {
  /// Below this sum of shares a place reached by no spread pixel is a hole.
  private static let smallestShare = 1e-6
  /// The consistency check of Sundaram et al. 2010: relative and absolute tolerance in squared pixels.
  private static let consistency = (relative: 0.01, absolute: 0.5)

  /// The value of each 8-bit level.
  private static let values = (0...255).map { Double(Float($0) / 255) }

  /// The norms of a pair of frames.
  struct Norms: Sendable {
    /// Root of the sum of squares of what differs.
    let difference: Double
    /// Root of the sum of squares of the later frame.
    let later: Double
    /// The relative warping error; infinite for a black frame.
    var error: Double { difference / later }
  }

  private let flow: OpticalFlow
  private let direction: TCOptions.Direction
  private let readsBorder: Bool
  /// Places that count; nil where all do.
  private let counted: [Bool]?

  /// - Parameters:
  ///   - flow: from the later frame to the earlier one with `.backward`, else from the earlier to the later.
  ///   - reverse: the opposite flow, where occlusion is asked for.
  init(_ flow: OpticalFlow, reverse: OpticalFlow?, options: TCOptions) {
    self.flow = flow
    direction = options.direction
    readsBorder = options.outside != .zeros
    var counted: [Bool]?
    if options.outside == .mask { counted = Self.inside(flow, options.direction) }
    if let reverse {
      let consistent = Self.consistent(flow, reverse)
      counted = counted.map { zip($0, consistent).map { $0 && $1 } } ?? consistent
    }
    self.counted = counted
  }

  /// Compares `earlier` carried to the time of `later` with `later`.
  func norms(earlier: Frame, later: Frame) -> Norms {
    let carried = direction == .forwardSplat ? spread(earlier) : read(earlier)
    var difference = 0.0
    var total = 0.0
    for pixel in 0..<flow.width * flow.height {
      guard counted?[pixel] ?? true, !carried[3 * pixel].isNaN else { continue }
      for channel in 0..<3 {
        let value = Self.values[Int(later.rgb[3 * pixel + channel])]
        let off = carried[3 * pixel + channel] - value
        difference += off * off
        total += value * value
      }
    }
    return Norms(difference: difference.squareRoot(), later: total.squareRoot())
  }

  /// The earlier frame read at `p + flow(p)`, or at `p - flow(p)`; `[H * W * 3]`.
  func read(_ frame: Frame) -> [Double] {
    let (width, height) = (flow.width, flow.height)
    let sign = direction == .backward ? 1.0 : -1.0
    var result = [Double](repeating: 0, count: 3 * width * height)
    frame.rgb.withUnsafeBufferPointer { rgb in
      for pixel in 0..<width * height {
        let x = Double(pixel % width) + sign * Double(flow.dx[pixel])
        let y = Double(pixel / width) + sign * Double(flow.dy[pixel])
        let taps = Taps(x: x, y: y, width: width, height: height, readsBorder: readsBorder)
        taps.forEach { place, share in
          for channel in 0..<3 {
            result[3 * pixel + channel] += share * Self.values[Int(rgb[3 * place + channel])]
          }
        }
      }
    }
    return result
  }

  /// The earlier frame spread to `p + flow(p)`, divided by the shares that arrived; NaN in holes.
  private func spread(_ frame: Frame) -> [Double] {
    let (width, height) = (flow.width, flow.height)
    var sums = [Double](repeating: 0, count: 3 * width * height)
    var shares = [Double](repeating: 0, count: width * height)
    for pixel in 0..<width * height {
      let x = Double(pixel % width) + Double(flow.dx[pixel])
      let y = Double(pixel / width) + Double(flow.dy[pixel])
      Taps(x: x, y: y, width: width, height: height, readsBorder: false).forEach { place, share in
        shares[place] += share
        for channel in 0..<3 {
          sums[3 * place + channel] += share * Self.values[Int(frame.rgb[3 * pixel + channel])]
        }
      }
    }
    for pixel in shares.indices {
      let share = shares[pixel]
      for channel in 0..<3 {
        sums[3 * pixel + channel] = share < Self.smallestShare ? .nan : sums[3 * pixel + channel] / share
      }
    }
    return sums
  }

  /// Places that are read inside the frame.
  private static func inside(_ flow: OpticalFlow, _ direction: TCOptions.Direction) -> [Bool] {
    if direction == .forwardSplat { return [Bool](repeating: true, count: flow.width * flow.height) }
    let sign = direction == .backward ? 1.0 : -1.0
    return (0..<flow.width * flow.height).map { pixel in
      let x = Double(pixel % flow.width) + sign * Double(flow.dx[pixel])
      let y = Double(pixel / flow.width) + sign * Double(flow.dy[pixel])
      return x >= 0 && x <= Double(flow.width - 1) && y >= 0 && y <= Double(flow.height - 1)
    }
  }

  /// Places from which the flow and then the opposite flow lead back.
  private static func consistent(_ flow: OpticalFlow, _ reverse: OpticalFlow) -> [Bool] {
    (0..<flow.width * flow.height).map { pixel in
      let (u, v) = (Double(flow.dx[pixel]), Double(flow.dy[pixel]))
      var (backX, backY) = (0.0, 0.0)
      let taps = Taps(
        x: Double(pixel % flow.width) + u, y: Double(pixel / flow.width) + v, width: flow.width,
        height: flow.height, readsBorder: true)
      taps.forEach { place, share in
        backX += share * Double(reverse.dx[place])
        backY += share * Double(reverse.dy[place])
      }
      let error = (u + backX) * (u + backX) + (v + backY) * (v + backY)
      let lengths = u * u + v * v + backX * backX + backY * backY
      return error <= consistency.relative * lengths + consistency.absolute
    }
  }
}

/// The up to four pixels around a place and their bilinear shares.
private struct Taps {
  private let left: Int
  private let top: Int
  private let fractionX: Double
  private let fractionY: Double
  private let width: Int
  private let height: Int

  /// None for a place that is not a number or reads nothing inside the frame.
  @inline(__always)
  init(x: Double, y: Double, width: Int, height: Int, readsBorder: Bool) {
    self.width = width
    self.height = height
    let px = readsBorder ? min(max(x, 0), Double(width - 1)) : x
    let py = readsBorder ? min(max(y, 0), Double(height - 1)) : y
    guard px > -1, py > -1, px < Double(width), py < Double(height) else {
      (left, top, fractionX, fractionY) = (-2, -2, 0, 0)
      return
    }
    let (wholeX, wholeY) = (px.rounded(.down), py.rounded(.down))
    (left, top) = (Int(wholeX), Int(wholeY))
    (fractionX, fractionY) = (px - wholeX, py - wholeY)
  }

  /// Calls `body` with the index and the share of every pixel inside the frame.
  @inline(__always)
  func forEach(_ body: (_ pixel: Int, _ share: Double) -> Void) {
    for row in top...top + 1 where row >= 0 && row < height {
      let down = row == top ? 1 - fractionY : fractionY
      for column in left...left + 1 where column >= 0 && column < width {
        body(row * width + column, down * (column == left ? 1 - fractionX : fractionX))
      }
    }
  }
}
