public import EvalCore

/// Right and wrong cuts.
public struct CutScore: Hashable, Sendable {
  /// Cuts that were found.
  public var found = 0
  /// Cuts that were missed.
  public var missed = 0
  /// Cuts seen where there is none, second finds inside one transition included.
  public var wrong = 0

  /// No cuts yet.
  public init() {}

  /// Share of what was seen that is a cut; nil when nothing was seen.
  public var precision: Double? { found + wrong > 0 ? Double(found) / Double(found + wrong) : nil }
  /// Share of the cuts that were seen; nil when there is no cut.
  public var recall: Double? { found + missed > 0 ? Double(found) / Double(found + missed) : nil }
  /// Harmonic mean of precision and recall, 0 when either is missing.
  public var balance: Double {
    guard let precision, let recall, precision + recall > 0 else { return 0 }
    return 2 * precision * recall / (precision + recall)
  }

  /// Adds what `detected` says about a film with at most one cut in `cut`.
  public mutating func add(detected: [Int], cut: ClosedRange<Int>?) {
    let hits = detected.filter { cut?.contains($0) ?? false }.count
    if cut != nil {
      if hits > 0 { found += 1 } else { missed += 1 }
    }
    wrong += detected.count - min(hits, 1)
  }

  /// Adds another score.
  public mutating func add(_ other: CutScore) {
    found += other.found
    missed += other.missed
    wrong += other.wrong
  }
}

/// Measures the detector on generated films whose cuts are known.
public struct CutCalibration: Sendable {
  private struct Film: Sendable {
    let kind: TransitionFilm.Kind
    let histograms: [ColourHistogram]
    let cut: ClosedRange<Int>?
  }

  private let films: [Film]

  /// Makes `perKind` films of every kind; throws what is wrong with the size.
  public init(perKind: Int, firstSeed: UInt64 = 0, size: FrameSize = FrameSize(width: 192, height: 108))
    throws
  {
    films = try TransitionFilm.Kind.allCases.flatMap { kind in
      try (0..<perKind).map { number in
        let film = try TransitionFilm(kind: kind, seed: firstSeed + UInt64(number), size: size)
        return Film(kind: kind, histograms: film.frames.map { ColourHistogram($0) }, cut: film.cut)
      }
    }
  }

  /// The score per kind of film of copies of `detector`, which has seen no frame.
  public func scores(_ detector: CutDetector) -> [TransitionFilm.Kind: CutScore] {
    var scores: [TransitionFilm.Kind: CutScore] = [:]
    for film in films {
      var detector = detector
      for histogram in film.histograms { detector.observe(histogram) }
      scores[film.kind, default: CutScore()].add(detected: detector.cuts, cut: film.cut)
    }
    return scores
  }

  /// The score over all films.
  public func total(_ detector: CutDetector) -> CutScore {
    var sum = CutScore()
    for score in scores(detector).values { sum.add(score) }
    return sum
  }

  /// The settings of the rule `window` that do best on these films: prominence and plain share of a small grid, the
  /// rest as in `start`. Of equal ones the first.
  public func fitted(_ start: WindowedCutDetector.Settings) -> (
    settings: WindowedCutDetector.Settings, score: CutScore
  ) {
    var best: (settings: WindowedCutDetector.Settings, score: CutScore)?
    for prominence in [3.0, 2, 4, 6] {
      for share in [0.95, 0.9, 0.8, 0.99] {
        var settings = start
        settings.prominence = prominence
        settings.plainShare = share
        let score = total(.window(WindowedCutDetector(settings)))
        if score.balance > best?.score.balance ?? -1 { best = (settings, score) }
      }
    }
    return best ?? (start, total(.window(WindowedCutDetector(start))))
  }
}
