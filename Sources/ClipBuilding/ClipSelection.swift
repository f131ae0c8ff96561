/// A shot of a film that can become a clip.
public struct ClipCandidate: Hashable, Sendable {
  /// Index of the film in the order in which the films were given.
  public let movie: Int
  /// Frames of the film.
  public let frames: Range<Int>

  /// A candidate.
  public init(movie: Int, frames: Range<Int>) {
    self.movie = movie
    self.frames = frames
  }
}

/// Which shots become clips.
public struct ClipSelection: Hashable, Sendable {
  /// Chosen shots, in the order of the films.
  public let chosen: [ClipCandidate]
  /// Shots of all films.
  public let shots: Int
  /// Shots with fewer frames than the shortest clip.
  public let tooShort: Int
  /// Shots with more frames than the longest clip.
  public let tooLong: Int
  /// Shots of legal length that were left out by the even selection.
  public let leftOut: Int

  /// Drops shots that are shorter or longer than `lengths` and takes `count` of the rest, evenly over all films; nil
  /// takes them all.
  ///
  /// Source: LVCD, sections 5 and 6.1: 15 to 200 frames; the `count` shots are those at places `(i + 1/2) n / count`
  /// of the n that are left, films one behind the other. Throws `ClipBuildError.noClips`.
  public init(shots: [[Range<Int>]], lengths: ClosedRange<Int>, count: Int?) throws(ClipBuildError) {
    let all = shots.enumerated().flatMap { movie, ranges in
      ranges.map { ClipCandidate(movie: movie, frames: $0) }
    }
    let legal = all.filter { lengths.contains($0.frames.count) }
    guard !legal.isEmpty else {
      throw .noClips(shots: all.count, shortest: lengths.lowerBound, longest: lengths.upperBound)
    }
    let taken = min(count ?? legal.count, legal.count)
    chosen = (0..<taken).map { legal[(2 * $0 + 1) * legal.count / (2 * taken)] }
    self.shots = all.count
    tooShort = all.filter { $0.frames.count < lengths.lowerBound }.count
    tooLong = all.filter { $0.frames.count > lengths.upperBound }.count
    leftOut = legal.count - taken
  }
}
