/// How long, how lively and how animated the clips of a test set are, as the paper describes its own (section 6).
public struct SetStatistics: Codable, Sendable, Hashable {
  /// The set's name.
  public var name: String
  /// Its heading.
  public var title: String
  /// The method that found the motion, with its settings.
  public var flow: String
  /// One entry per clip, in the set's order.
  public var clips: [ClipStatistics]

  /// Motion in pixels at 256x256 above which the paper counts a clip as fast, and as very fast.
  public static let motionLimits = [5.0, 10.0]

  /// Makes statistics.
  public init(name: String, title: String, flow: String, clips: [ClipStatistics]) {
    self.name = name
    self.title = title
    self.flow = flow
    self.clips = clips
  }

  /// Frames of every clip.
  public var lengths: [Double] { clips.map { Double($0.frames) } }
  /// Motion of every clip in which something moves.
  public var motions: [Double] { clips.compactMap(\.motion) }
  /// Pairs of neighbouring frames.
  public var pairs: Int { clips.reduce(0) { $0 + max(0, $1.frames - 1) } }
  /// Share of those pairs whose later frame is held; nil where there are none.
  public var heldShare: Double? {
    pairs == 0 ? nil : Double(clips.reduce(0) { $0 + $1.heldFrames }) / Double(pairs)
  }

  /// Share of all clips whose motion exceeds `limit` pixels; nil for an empty set.
  public func share(above limit: Double) -> Double? {
    clips.isEmpty ? nil : Double(motions.count { $0 > limit }) / Double(clips.count)
  }

  /// Share of all frames whose drawing stays for `count` frames, or for `count` or more where `orMore`.
  public func share(onCount count: Int, orMore: Bool = false) -> Double? {
    let all = clips.flatMap(\.exposures)
    let frames = all.reduce(0, +)
    guard frames > 0 else { return nil }
    return Double(all.filter { orMore ? $0 >= count : $0 == count }.reduce(0, +)) / Double(frames)
  }

  /// The clips whose true motion is known.
  public var known: [(clip: ClipStatistics, motion: Double, truth: TrueMotion)] {
    clips.compactMap { clip in clip.truth.map { (clip, clip.motion ?? 0, $0) } }
  }
}

/// One clip in `SetStatistics`.
public struct ClipStatistics: Codable, Sendable, Hashable {
  /// The clip.
  public var id: String
  /// Its frames.
  public var frames: Int
  /// Frames that equal the one before within 1/255 (root mean square).
  public var heldFrames: Int
  /// For how many frames each drawing stays, in order: 2, 2, 2 ... is animation "on twos".
  public var exposures: [Int]
  /// Mean over the pairs of neighbouring frames in which something moves of the mean length of the motion of what
  /// moves, in pixels at 256x256; nil where nothing does.
  public var motion: Double?
  /// The same from motion that is known exactly, where it is.
  public var truth: TrueMotion?

  /// Makes an entry.
  public init(
    id: String, frames: Int, heldFrames: Int, exposures: [Int], motion: Double?, truth: TrueMotion? = nil
  ) {
    self.id = id
    self.frames = frames
    self.heldFrames = heldFrames
    self.exposures = exposures
    self.motion = motion
    self.truth = truth
  }
}

/// A clip's motion by its maker, and how far the estimate is from it.
public struct TrueMotion: Codable, Sendable, Hashable {
  /// As `ClipStatistics.motion`; 0 where nothing moves.
  public var motion: Double
  /// Mean distance of the estimated vectors from the true ones over all positions and pairs, pixels at 256x256.
  public var endPointError: Double

  /// Makes an entry.
  public init(motion: Double, endPointError: Double) {
    self.motion = motion
    self.endPointError = endPointError
  }
}
