internal import EvalCore

/// Watches one row's frames for what often means a mistake: leaked originals, frozen or grey output. Lives on
/// one thread.
///
/// Every finding is a warning beginning with `check: `; counts stand in brackets behind it, so that reports
/// can join the findings of many clips.
struct SanityChecks {
  private var frames = 0
  private var identical = 0
  private var frozen = 0
  private var pairs = 0
  private var heldPairs = 0
  private var previous: (original: Frame, output: Frame)?
  private var originalRange = ColourRange()
  private var outputRange = ColourRange()

  /// Levels of 255 within which the mean colour of an output counts as constant, and which the original must
  /// exceed.
  private static let constant = (output: 0.5, original: 2.0)

  /// Takes a pair of frames as stored, in order, and the same at evaluation size.
  mutating func observe(original: Frame, output: Frame, originalScaled: Frame, outputScaled: Frame) {
    frames += 1
    if output == original { identical += 1 }
    if let previous {
      pairs += 1
      let isHeld = previous.original == original
      if isHeld { heldPairs += 1 }
      if !isHeld, previous.output == output { frozen += 1 }
    }
    previous = (original, output)
    originalRange.extend(to: originalScaled)
    outputRange.extend(to: outputScaled)
  }

  /// What was found; `isOracle` rows are the originals and are not judged by likeness to them.
  func warnings(isOracle: Bool, measurements: [(metric: MetricID, value: Double?)]) -> [String] {
    var found: [String] = []
    if !isOracle {
      if identical > 0 {
        found.append("output frames are identical to the original (\(identical) of \(frames))")
      }
      if frozen > 0 {
        found.append("output frames repeat the one before while the original moves (\(frozen) of \(pairs))")
      }
      if frames > 1, outputRange.width < Self.constant.output, originalRange.width > Self.constant.original {
        found.append("mean colour of the output is nearly constant over the clip")
      }
      if let consistency = measurements.first(where: { $0.metric == .tc })?.value, consistency < 1 {
        found.append("TC below 1: smoother than the original, often frozen or blurred video")
      }
    }
    if heldPairs > 0 { found.append("original frames repeat the one before (\(heldPairs) of \(pairs))") }
    return found.map { "check: \($0)" }
  }

  /// Smallest and largest mean of each channel over the frames seen.
  private struct ColourRange {
    private var low = SIMD3<Double>(repeating: .infinity)
    private var high = SIMD3<Double>(repeating: -.infinity)

    /// The widest of the three ranges, in levels of 255.
    var width: Double { (high - low).max() }

    mutating func extend(to frame: Frame) {
      var sums = SIMD3<Int>.zero
      frame.rgb.withUnsafeBufferPointer { rgb in
        for pixel in 0..<(rgb.count / 3) {
          sums.x &+= Int(rgb[3 * pixel])
          sums.y &+= Int(rgb[3 * pixel + 1])
          sums.z &+= Int(rgb[3 * pixel + 2])
        }
      }
      let count = Double(frame.width * frame.height)
      let mean = SIMD3(Double(sums.x), Double(sums.y), Double(sums.z)) / count
      low = pointwiseMin(low, mean)
      high = pointwiseMax(high, mean)
    }
  }
}
