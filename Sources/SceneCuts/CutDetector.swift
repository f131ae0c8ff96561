public import EvalCore

/// One of the rules that find cuts. Can be stored and continued.
public enum CutDetector: Codable, Hashable, Sendable {
  /// The paper's: neighbouring frames against a threshold.
  case paper(SceneCutDetector)
  /// Ours: knows pans, flashes and fades.
  case window(WindowedCutDetector)

  /// Names on the command line.
  public enum Rule: String, Sendable, CaseIterable {
    /// The paper's.
    case paper
    /// Ours.
    case window
  }

  /// A detector that has seen no frame. `flashFrames` nil: the rule's own, 0 for the paper's.
  /// Histograms are normalised to `pixels` pixels.
  public init(
    _ rule: Rule, threshold: Double = SceneCutDetector.paperThreshold, flashFrames: Int? = nil,
    pixels: Double = ColourHistogram.pixels
  ) {
    switch rule {
    case .paper:
      self = .paper(SceneCutDetector(threshold: threshold, flashFrames: flashFrames ?? 0, pixels: pixels))
    case .window:
      var settings = WindowedCutDetector.Settings(threshold: threshold)
      settings.pixels = pixels
      if let flashFrames { settings.flashFrames = flashFrames }
      self = .window(WindowedCutDetector(settings))
    }
  }

  /// The longest flash that the rule `window` can know.
  public static let longestFlash = WindowedCutDetector.Settings().reach - 1

  /// The rule with its settings, for provenance.
  public var label: String {
    switch self {
    case .paper(let detector): detector.label
    case .window(let detector): detector.label
    }
  }

  /// Frames taken so far.
  public var frames: Int {
    switch self {
    case .paper(let detector): detector.frames
    case .window(let detector): detector.frames
    }
  }

  /// One index per cut, ascending: the first frame of a shot, or the middle of a fade.
  public var cuts: [Int] {
    switch self {
    case .paper(let detector): detector.cuts
    case .window(let detector): detector.cuts
    }
  }

  /// The shots of the frames taken so far.
  public var shots: [Range<Int>] {
    switch self {
    case .paper(let detector): detector.shots
    case .window(let detector): detector.shots
    }
  }

  /// Takes the next frame.
  public mutating func observe(_ frame: Frame) { observe(ColourHistogram(frame)) }

  /// Takes the next frame's histogram.
  public mutating func observe(_ histogram: ColourHistogram) {
    switch self {
    case .paper(var detector):
      self = .paper(SceneCutDetector())
      detector.observe(histogram)
      self = .paper(detector)
    case .window(var detector):
      // The window is not copied: the case holds another one meanwhile.
      self = .paper(SceneCutDetector())
      detector.observe(histogram)
      self = .window(detector)
    }
  }
}
