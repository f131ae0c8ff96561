public import EvalCore

/// Finds the first frames of shots in a film, frame by frame; holds two histograms. Can be stored and continued.
///
/// Source: LVCD, section 5: a cut lies where the bin-wise RMSE of the colour histograms of consecutive frames exceeds
/// 30.0. `flashFrames` is an addition: a change that is taken back within so many frames is a flash, not a cut.
public struct SceneCutDetector: Codable, Hashable, Sendable {
  /// The paper's threshold.
  public static let paperThreshold = 30.0

  /// Distance above which a cut is seen.
  public let threshold: Double
  /// Longest flash in frames; 0 is the paper's rule, which knows no flashes.
  public let flashFrames: Int
  /// Pixels that histograms are normalised to.
  public let pixels: Double
  /// Frames taken so far.
  public private(set) var frames = 0
  /// Indices of the first frames of shots, ascending; frame 0 is not among them.
  public private(set) var cuts: [Int] = []
  private var last: ColourHistogram?
  private var beforeCut: ColourHistogram?
  private var pendingFrom: Int?

  /// A detector that has seen no frame.
  public init(
    threshold: Double = SceneCutDetector.paperThreshold, flashFrames: Int = 0,
    pixels: Double = ColourHistogram.pixels
  ) {
    self.pixels = pixels
    self.threshold = threshold
    self.flashFrames = flashFrames
  }

  /// The rule with its settings, for provenance: `rgb1000-rmse(pixels=8192,threshold=30.0,flash=0)`.
  public var label: String {
    "rgb1000-rmse(pixels=\(Int(pixels)),threshold=\(threshold),flash=\(flashFrames))"
  }

  /// Takes the next frame.
  public mutating func observe(_ frame: Frame) { observe(ColourHistogram(frame)) }

  /// Takes the next frame's histogram.
  public mutating func observe(_ histogram: ColourHistogram) {
    defer {
      last = histogram
      frames += 1
    }
    guard let last else { return }
    if let start = pendingFrom, let beforeCut {
      if frames - start > flashFrames {
        pendingFrom = nil
      } else if histogram.distance(to: beforeCut, pixels: pixels) <= threshold {
        // What was there before is back: everything since then was a flash.
        cuts.removeAll { $0 >= start }
        pendingFrom = nil
        return
      }
    }
    guard histogram.distance(to: last, pixels: pixels) > threshold else { return }
    cuts.append(frames)
    if pendingFrom == nil, flashFrames > 0 {
      pendingFrom = frames
      beforeCut = last
    }
  }

  /// The shots of the frames taken so far: every frame lies in exactly one.
  public var shots: [Range<Int>] {
    let bounds = [0] + cuts + [frames]
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }.filter { !$0.isEmpty }
  }
}
