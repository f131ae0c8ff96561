public import EvalCore
internal import Imaging

/// Measures a clip's motion and held frames at 256x256, two frames in memory at a time.
///
/// Source: LVCD, section 6: motion between neighbouring frames, static positions left out. Positions that move by less
/// than half a pixel are static.
public struct ClipMotion: Sendable {
  /// Side of the frames that motion is measured on.
  public static let side = 256

  private let estimator: any FlowEstimator

  /// Measures with `estimator`.
  public init(_ estimator: any FlowEstimator) { self.estimator = estimator }

  /// Statistics of `source`. `truth` gives the exact motion from a frame of the clip to the next, at the clip's own
  /// size, or nil where it is not known for all of them; it is asked for frames 0 to count - 2.
  ///
  /// - Throws: what the reader, `truth` and the estimator throw.
  public func statistics(
    of source: any FrameSource, id: String, truth: ((Int) throws -> OpticalFlow)? = nil
  ) throws -> ClipStatistics {
    let reader = try source.makeReader()
    let side = FrameSize(width: Self.side, height: Self.side)
    var resizer: Resizer?
    var last: (own: Frame, small: Frame)?
    var exposures: [Int] = []
    var found = Motions()
    var exact = Motions()
    var errors: [Double] = []
    var frames = 0
    while let frame = try reader.next() {
      let toSide =
        resizer.flatMap { $0.input == frame.size ? $0 : nil }
        ?? Resizer(from: frame.size, to: side, filter: .bilinearAA)
      resizer = toSide
      let small = toSide(frame)
      defer {
        last = (frame, small)
        frames += 1
      }
      guard let last else {
        exposures.append(1)
        continue
      }
      let isHeld = frame.isHeld(after: last.own)
      if isHeld { exposures[exposures.count - 1] += 1 } else { exposures.append(1) }
      // A held drawing does not move; what the estimator makes of codec noise is no motion.
      let still = [Float](repeating: 0, count: side.width * side.height)
      let flow =
        isHeld
        ? OpticalFlow(width: side.width, height: side.height, dx: still, dy: still)
        : try estimator.flow(from: last.small, to: small)
      found.add(flow)
      if let truth {
        let known = try truth(frames - 1).scaled(to: side)
        exact.add(known)
        errors.append(flow.meanDistance(to: known))
      }
    }
    let isKnown = truth != nil && !errors.isEmpty
    return ClipStatistics(
      id: id, frames: frames, heldFrames: frames - exposures.count, exposures: exposures, motion: found.mean,
      truth: isKnown
        ? TrueMotion(motion: exact.mean ?? 0, endPointError: errors.reduce(0, +) / Double(errors.count)) : nil
    )
  }

  /// Mean over pairs in which something moves.
  private struct Motions {
    private var sum = 0.0
    private var pairs = 0

    mutating func add(_ flow: OpticalFlow) {
      guard let motion = flow.meanMotion else { return }
      sum += motion
      pairs += 1
    }

    var mean: Double? { pairs == 0 ? nil : sum / Double(pairs) }
  }
}

extension OpticalFlow {
  /// The flow of the frames resized to `size`: the vector at each pixel's centre, its length as the sides.
  func scaled(to size: FrameSize) -> OpticalFlow {
    if size == self.size { return self }
    let (growthX, growthY) = (Float(size.width) / Float(width), Float(size.height) / Float(height))
    var dx = [Float](repeating: 0, count: size.width * size.height)
    var dy = dx
    for y in 0..<size.height {
      let row = (2 * y + 1) * height / (2 * size.height) * width
      for x in 0..<size.width {
        let place = row + (2 * x + 1) * width / (2 * size.width)
        dx[y * size.width + x] = self.dx[place] * growthX
        dy[y * size.width + x] = self.dy[place] * growthY
      }
    }
    return OpticalFlow(width: size.width, height: size.height, dx: dx, dy: dy)
  }

  /// Mean distance between the vectors of two flows of one size.
  func meanDistance(to other: OpticalFlow) -> Double {
    precondition(size == other.size, "flows of \(size) and \(other.size) cannot be compared")
    var sum = 0.0
    for index in dx.indices {
      let (x, y) = (Double(dx[index] - other.dx[index]), Double(dy[index] - other.dy[index]))
      sum += (x * x + y * y).squareRoot()
    }
    return sum / Double(max(1, dx.count))
  }
}
