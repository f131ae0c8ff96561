public import EvalCore

/// One frame of a generated clip with everything that is known about it.
public struct CartoonFrame: Sendable {
  /// The coloured picture.
  public let colour: Frame
  /// The exact line drawing: dark lines on white, hidden lines removed; a subset of the picture's outlines.
  public let lineart: Frame
  /// Part per pixel, row-major: which shape is on top. Numbers are stable over the clip.
  public let parts: [UInt16]
  /// Colour group per pixel, row-major: pixels of one group have the same base colour; 0 is ink (outlines, brows, folds).
  public let groups: [UInt16]
}

/// Where each pixel of a frame goes in another frame.
public struct FlowField: Sendable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// Horizontal displacement in pixels, to the right; row-major.
  public let dx: [Float]
  /// Vertical displacement in pixels, down; row-major.
  public let dy: [Float]
  /// Whether the same spot of the same part is seen in the other frame: not hidden, not outside.
  public let visible: [Bool]
}

/// How much a clip moves, as the paper counts it: frame to frame, static positions excluded.
public struct CartoonStatistics: Codable, Hashable, Sendable {
  /// Mean length of the motion vectors over moving positions and frame pairs, pixels per frame.
  public var meanMotion: Double
  /// Share of positions that move.
  public var movingShare: Double
  /// Colour groups in the clip, ink included.
  public var groups: Int
  /// Shapes in the clip.
  public var parts: Int

  /// Motion at or below this length counts as static, pixels per frame.
  public static let staticThreshold = 0.25
}
