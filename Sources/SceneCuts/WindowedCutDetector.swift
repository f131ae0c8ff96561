public import EvalCore

/// Finds the first frames of shots from a window of frames around each place; not the paper's rule.
///
/// Three things are told apart that a threshold on neighbouring frames takes for cuts. Fast pans: a cut must stand out
/// from the other distances of its window. Flashes: what was there before a cut must not come back at once. Fades: a
/// run of frames of one colour, with the frames that lead to it and from it, is one cut, and its frames belong to no
/// shot. Dissolves: so is a run of changes between two pictures that differ. Holds `2 reach + 1` histograms. Can be stored and continued.
public struct WindowedCutDetector: Codable, Hashable, Sendable {
  /// What decides.
  public struct Settings: Codable, Hashable, Sendable {
    /// Distance above which a cut may lie.
    public var threshold: Double
    /// How many times the mean distance of the rest of the window a cut must be.
    public var prominence: Double
    /// Frames to either side that a window holds; also the longest way into or out of a fade.
    public var reach: Int
    /// Longest flash in frames; less than `reach`.
    public var flashFrames: Int
    /// Share of the pixels in one of the 1,000 colours from which a frame is of one colour.
    public var plainShare: Double
    /// Pixels that histograms are normalised to.
    public var pixels = ColourHistogram.pixels

    /// Settings; prominence and share are those that did best on the generated films of seeds 0 to 19.
    public init(
      threshold: Double = SceneCutDetector.paperThreshold, prominence: Double = 3, reach: Int = 8,
      flashFrames: Int = 3, plainShare: Double = 0.95
    ) {
      precondition(reach > 0 && flashFrames < reach, "a flash of \(flashFrames) needs a reach above it")
      self.threshold = threshold
      self.prominence = prominence
      self.reach = reach
      self.flashFrames = flashFrames
      self.plainShare = plainShare
    }
  }

  /// What is kept of a frame in the window.
  private struct Entry: Codable, Hashable, Sendable {
    let histogram: ColourHistogram
    /// From the frame before.
    let distance: Double
    let isPlain: Bool
  }

  /// What decides.
  public let settings: Settings
  /// Frames taken so far.
  public private(set) var frames = 0
  private var window: [Entry] = []
  private var judged = Judgement()

  /// A detector that has seen no frame.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The rule with its settings, for provenance.
  public var label: String {
    "rgb1000-window(pixels=\(Int(settings.pixels)),threshold=\(settings.threshold),"
      + "prominence=\(settings.prominence),reach=\(settings.reach),flash=\(settings.flashFrames),"
      + "plain=\(settings.plainShare))"
  }

  /// Takes the next frame.
  public mutating func observe(_ frame: Frame) { observe(ColourHistogram(frame)) }

  /// Takes the next frame's histogram.
  public mutating func observe(_ histogram: ColourHistogram) {
    let distance = window.last.map { self.distance(histogram, $0.histogram) } ?? 0
    let largest = Double(histogram.counts.max() ?? 0) / Double(histogram.sampled)
    window.append(
      Entry(histogram: histogram, distance: distance, isPlain: largest >= settings.plainShare))
    if window.count > 2 * settings.reach + 1 { window.removeFirst() }
    frames += 1
    let centre = frames - 1 - settings.reach
    if centre >= 0 { judge(centre, &judged) }
  }

  /// Everything judged, the last frames with the part of their window that there is.
  private func complete() -> Judgement {
    var judgement = judged
    for centre in max(0, frames - settings.reach)..<max(0, frames) { judge(centre, &judgement) }
    endRun(&judgement)
    if judgement.plainFrom != nil { judgement.fade(from: judgement.fadesFrom, to: frames, at: nil) }
    return judgement
  }

  /// One index per cut: the first frame of a shot, or the middle of a fade; ascending.
  public var cuts: [Int] { complete().cuts.sorted() }

  /// The shots of the frames taken so far; frames of fades lie in none.
  public var shots: [Range<Int>] {
    let judgement = complete()
    let faded = judgement.fades
    let hard = judgement.cuts.filter { cut in !faded.contains { $0.contains(cut) } }
    let edges = ([0, frames] + hard + faded.flatMap { [$0.lowerBound, $0.upperBound] }).sorted()
    return zip(edges, edges.dropFirst()).map { $0..<$1 }
      .filter { range in !range.isEmpty && !faded.contains { $0.contains(range.lowerBound) } }
  }

  private func entry(_ index: Int) -> Entry? {
    let place = index - (frames - window.count)
    return window.indices.contains(place) ? window[place] : nil
  }

  // MARK: - Judging one place

  /// What has been found so far.
  private struct Judgement: Codable, Hashable, Sendable {
    var cuts: [Int] = []
    /// Frames of fades: of one colour, and those that lead to and from them.
    var fades: [Range<Int>] = []
    /// First frame of the run of one colour that is going on.
    var plainFrom: Int?
    /// First frame that leads to that run.
    var fadesFrom = 0
    /// The frame before that one.
    var before: ColourHistogram?
    /// Frames above the threshold, each soon after the one before it, and the frame before them.
    var run: [Int] = []
    var beforeRun: ColourHistogram?

    mutating func fade(from start: Int, to end: Int, at cut: Int?) {
      cuts.removeAll { (start...end).contains($0) }
      fades.append(start..<end)
      if let cut { cuts.append(cut) }
    }
  }

  private func judge(_ centre: Int, _ judgement: inout Judgement) {
    guard let here = entry(centre) else { return }
    if let last = judgement.run.last, here.isPlain || centre - last > Self.longestGap {
      endRun(&judgement)
    }
    if here.isPlain {
      if judgement.plainFrom == nil { begin(centre, &judgement) }
      return
    }
    if let start = judgement.plainFrom {
      judgement.plainFrom = nil
      end(start, at: centre, &judgement)
      return
    }
    // A frame that leads out of a fade begins no shot.
    if let last = judgement.fades.last, last.contains(centre) || last.upperBound == centre { return }
    guard centre > 0, here.distance > settings.threshold else { return }
    if judgement.run.isEmpty { judgement.beforeRun = entry(centre - 1)?.histogram }
    judgement.run.append(centre)
    let others = (centre - settings.reach...centre + settings.reach).filter { $0 > 0 && $0 != centre }
      .compactMap { entry($0)?.distance }
    let mean = others.isEmpty ? 0 : others.reduce(0, +) / Double(others.count)
    guard here.distance >= settings.prominence * mean else { return }
    if !isFlashEdge(centre) { judgement.cuts.append(centre) }
  }

  /// Frames below the threshold that do not end a run of changes.
  private static let longestGap = 3
  /// Changes that make a run; fewer are cuts of their own, or flashes.
  private static let leastChanges = 3

  /// A run of changes is over: one cut where it led to another picture and was short enough for a dissolve.
  private func endRun(_ judgement: inout Judgement) {
    let run = judgement.run
    judgement.run = []
    guard run.count >= Self.leastChanges, let first = run.first, let last = run.last,
      last - first <= 3 * settings.reach, let before = judgement.beforeRun,
      let after = entry(last)?.histogram, distance(after, before) > settings.threshold
    else { return }
    judgement.fade(from: first, to: last, at: (first + last) / 2)
  }

  /// Whether the picture before `centre` is back soon after it, or that of `centre` was there shortly before.
  private func isFlashEdge(_ centre: Int) -> Bool {
    guard settings.flashFrames > 0, let before = entry(centre - 1), let here = entry(centre) else {
      return false
    }
    return (1...settings.flashFrames).contains { length in
      let later = entry(centre + length).map { distance($0.histogram, before.histogram) }
      let earlier = entry(centre - 1 - length).map { distance($0.histogram, here.histogram) }
      return [later, earlier].contains { $0.map { $0 <= settings.threshold } ?? false }
    }
  }

  /// A run of frames of one colour begins at `start`.
  private func begin(_ start: Int, _ judgement: inout Judgement) {
    var from = start
    while from > max(0, start - settings.reach), leads(entry(from - 1), entry(from - 2)) { from -= 1 }
    judgement.plainFrom = start
    judgement.fadesFrom = from
    judgement.before = entry(from - 1)?.histogram
  }

  /// The run of one colour that began at `start` is over: `end` is the first frame after it.
  private func end(
    _ start: Int, at end: Int, _ judgement: inout Judgement
  ) {
    var to = end
    while to < end + settings.reach, leads(entry(to + 1), entry(to + 2)) { to += 1 }
    let isFlash = end - start <= settings.flashFrames
    if isFlash, let before = judgement.before, let after = entry(to)?.histogram,
      distance(after, before) <= settings.threshold
    {
      return
    }
    // What comes before the first shot is no cut.
    let isOpening = judgement.fadesFrom == 0
    judgement.fade(from: judgement.fadesFrom, to: to, at: isOpening ? nil : (start + end) / 2)
  }

  private func distance(_ a: ColourHistogram, _ b: ColourHistogram) -> Double {
    a.distance(to: b, pixels: settings.pixels)
  }

  /// Whether a picture still changes as in a fade: a frame may hold.
  private func leads(_ entry: Entry?, _ next: Entry?) -> Bool {
    [entry, next].contains { ($0?.distance ?? 0) > settings.threshold / 4 }
  }
}
