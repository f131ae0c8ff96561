/// One test set cut into groups, and what the rows scored in each: by motion, by length, or along the clip.
public struct Breakdown: Codable, Sendable, Hashable {
  /// What the groups differ in.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Mean length of the original's motion between neighbouring frames, in pixels at 256x256, positions
    /// without motion left out. Source: LVCD, section 6, limits 5 and 10.
    case motion
    /// Frames of the clip.
    case length
    /// Index of the frame in its clip: how errors grow along a clip.
    case frame
  }

  /// Some clips, or the frames of one index.
  public struct Group: Codable, Sendable, Hashable {
    /// For example `below 5 px`, or the frame's index.
    public var label: String
    /// Clips that entered.
    public var clips: Int

    /// Makes a group.
    public init(label: String, clips: Int) {
      self.label = label
      self.clips = clips
    }
  }

  /// One row's values of one metric over the groups.
  public struct Row: Codable, Sendable, Hashable {
    /// The row's name.
    public var method: String
    /// The metric.
    public var metric: MetricID
    /// Mean per group; nil where no clip has a value.
    public var values: [Double?]
    /// Interval per group; nil where the group has too few clips. Empty along the clip.
    public var intervals: [Interval?]

    /// Makes a row.
    public init(method: String, metric: MetricID, values: [Double?], intervals: [Interval?] = []) {
      self.method = method
      self.metric = metric
      self.values = values
      self.intervals = intervals
    }
  }

  /// The test set's name.
  public var suite: String
  /// What the groups differ in.
  public var kind: Kind
  /// The groups in order.
  public var groups: [Group]
  /// Rows in report order, metrics within.
  public var rows: [Row]
  /// Along the clip: by row, the first new frames of the segments after the first one.
  public var seams: [String: [Int]]?
  /// What a reader must know, for example clips whose motion is not known.
  public var note: String?

  /// Makes a breakdown.
  public init(
    suite: String, kind: Kind, groups: [Group], rows: [Row], seams: [String: [Int]]? = nil, note: String? = nil
  ) {
    self.suite = suite
    self.kind = kind
    self.groups = groups
    self.rows = rows
    self.seams = seams
    self.note = note
  }
}

extension MethodIdentity {
  /// Frames that a segment generates (N) and shares with the one before (o), where the method states them.
  public var segmentation: (window: Int, overlap: Int)? {
    guard let window = settings["window"].flatMap({ Int($0) }),
      let overlap = settings["overlap"].flatMap({ Int($0) }), window > overlap, overlap >= 0
    else { return nil }
    return (window, overlap)
  }

  /// First new frames of the segments after the first one in a clip of `frames` frames: frame 0 is given,
  /// segment n generates N frames from 1 + n (N - o) on, the first o of them once more (LVCD, section 5.1).
  public func seams(frames: Int) -> [Int] {
    guard let (window, overlap) = segmentation else { return [] }
    return Array(stride(from: window + 1, to: frames, by: window - overlap))
  }
}
