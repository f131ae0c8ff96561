internal import ArgumentParser
internal import ClipBuilding
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import SceneCuts

/// `lvcd-bench clips build`: test sets from films, as the paper makes its own.
struct ClipsBuildCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Cut films into a test set.",
    discussion: """
      Finds scene cuts, drops shots that are too short or too long, takes clips evenly over all films, resizes them, \
      draws their lines and writes a suite that 'run' takes. Run the same command again after an interruption: \
      finished work is kept. See Docs/build-your-own-test-set.md.
      """)

  @Argument(help: "Films.", completion: .file()) var movies: [String]
  @Option(name: [.customShort("o"), .customLong("output")], help: "Folder of the suite; made if missing.")
  var output: String
  @Option(name: .long, help: "Name of the set.") var name: String = "clips"
  @Option(name: .long, help: "Heading in tables. (default: the name)") var title: String?
  @Option(name: .long, help: "Licence and attribution of the films, kept in the suite.") var licence: String =
    ""
  @Option(name: .customLong("clips"), help: "Clips to take, evenly over all films. (default: all)") var count:
    Int?
  @Option(name: .long, help: "Size WxH the clips are stretched to, or 'film' for the film's own.")
  var size: String = "576x320"
  @Option(name: .customLong("min-length"), help: "Drop shots with fewer frames.") var shortest: Int = 15
  @Option(name: .customLong("max-length"), help: "Drop shots with more frames.") var longest: Int = 200
  @Option(name: .long, help: "Histogram distance above which a cut is seen.")
  var threshold: Double = SceneCutDetector.paperThreshold
  @Option(
    name: .long,
    help: "How cuts are found: paper (neighbouring frames), or window, which knows fades, flashes and pans.")
  var cuts: String = CutDetector.Rule.paper.rawValue
  @Option(
    name: .customLong("flash-frames"),
    help: "A change that is taken back within so many frames is a flash, no cut. (default: paper 0, window 3)"
  )
  var flashFrames: Int?
  @OptionGroup var drawing: LineOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !movies.isEmpty else { throw ValidationError("name at least one film") }
    guard shortest >= 1, shortest <= longest else {
      throw ValidationError(
        "--min-length \(shortest) and --max-length \(longest) must be at least 1 and ascending")
    }
    if let count, count < 1 { throw ValidationError("--clips must be at least 1, got \(count)") }
    guard threshold.isFinite, threshold > 0 else {
      throw ValidationError("--threshold must be above 0, got \(threshold)")
    }
    guard let rule = CutDetector.Rule(rawValue: cuts) else {
      throw ValidationError("--cuts '\(cuts)': expected paper or window")
    }
    try CutDetector.check(flashFrames: flashFrames, rule: rule)
    let isLegal = name.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || [45, 46, 95].contains(byte)
    }
    guard isLegal, !name.isEmpty, !name.hasPrefix(".") else {
      throw ValidationError(
        "--name '\(name)' must be made of letters, digits, '-', '_' and '.', not starting with '.'")
    }
  }

  func run() throws { try reporting { try build() } }

  private var detector: CutDetector {
    CutDetector(.init(rawValue: cuts) ?? .paper, threshold: threshold, flashFrames: flashFrames)
  }

  private func build() throws {
    let lines = try drawing.lines(common)
    let target = size == "film" ? nil : try FrameSize(argument: size)
    let urls = movies.map { URL(fileURLWithPath: $0) }
    let names = try MovieName.names(of: urls)
    // Every film is opened before any work, so that a refused one is told at once.
    let films = try urls.map { try MovieFile($0) }
    let progress = common.progress
    for film in films { warnAboutShape(of: film, target: target, progress) }
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    let interruption = Interruption()
    interruption.listen { progress.warn($0) }
    let scanner = MovieScanner(
      folder: folder.appendingPathComponent(".build", isDirectory: true),
      detector: detector, threads: common.jobCount)
    do {
      var shots: [[Range<Int>]] = []
      for (film, name) in zip(films, names) {
        progress.begin("cuts of \(name)", total: film.estimatedFrames)
        let scan = try scanner.scan(film, name: name) { done in
          progress.update(done: done, total: max(film.estimatedFrames, done + 1), detail: "frames")
          try interruption.check()
        }
        shots.append(scan.detector.shots)
      }
      let selection = try ClipSelection(shots: shots, lengths: shortest...longest, count: count)
      try lines.check(clips: selection.chosen.map { ClipCutter.id($0.frames, names[$0.movie]) })
      let cutter = ClipCutter(folder: folder, size: target, lines: lines, threads: common.jobCount)
      var clips: [MovieClip] = []
      for (index, film) in films.enumerated() {
        let ranges = selection.chosen.filter { $0.movie == index }.map(\.frames)
        guard !ranges.isEmpty else { continue }
        progress.begin("clips of \(names[index])", total: ranges.count)
        clips += try cutter.cut(ranges, of: film, name: names[index]) { done in
          progress.update(done: done, total: ranges.count, detail: "clips")
          try interruption.check()
        }
      }
      try finish(clips, selection: selection, folder: folder)
    } catch is CancellationError {
      throw ExitCode(interruption.exitCode ?? ExitStatus.internalError.rawValue)
    }
  }

  /// Stretching by more than a twentieth is seen.
  private func warnAboutShape(of film: MovieFile, target: FrameSize?, _ progress: ProgressReporter) {
    guard let target else { return }
    let stretch =
      Double(film.size.width * target.height) / Double(film.size.height * target.width)
    guard abs(stretch - 1) > 0.05 else { return }
    progress.warn(
      "\(film.url.path): \(film.size) is stretched to \(target); choose a --size of its shape to keep proportions"
    )
  }

  private func finish(_ clips: [MovieClip], selection: ClipSelection, folder: URL) throws {
    let suiteClips = clips.map { clip in
      var entry = SuiteClip(
        id: clip.id, frames: "\(clip.id)/color.mkv", sketch: "\(clip.id)/lineart.mkv", first: 0,
        count: clip.count)
      entry.sha256 = clip.sha256
      entry.sketchSHA256 = clip.lineartSHA256
      entry.provenance = [
        "film": clip.film, "first_frame": "\(clip.firstFrame)", "time_code": clip.timeCode,
        "lineart": clip.lineart, "notes": clip.notes.joined(separator: ","),
        "cuts": detector.label,
      ]
      return entry
    }
    let suite = Suite(
      name: name, title: title ?? name, framesPerSecond: clips.first?.frameRate ?? 24, licence: licence,
      root: folder, clips: suiteClips, fullCount: suiteClips.count)
    let file = folder.appendingPathComponent("\(name).suite.json")
    try AtomicFile.write(try suite.encoded(root: "."), to: file)
    let lengths = clips.map(\.count).sorted()
    let frames = lengths.reduce(0, +)
    let gaps = max(1, frames - clips.count)
    let held = Double(clips.reduce(0) { $0 + $1.heldFrames }) / Double(gaps)
    try answer(
      """
      \(file.path): \(clips.count) clips, \(frames) frames
      shots: \(selection.shots), shorter than \(shortest) frames: \(selection.tooShort), \
      longer than \(longest): \(selection.tooLong), left out by selection: \(selection.leftOut)
      lengths: \(lengths.first ?? 0) to \(lengths.last ?? 0), mean \
      \(String(format: "%.1f", Double(frames) / Double(clips.count))), median \(lengths[lengths.count / 2])
      held frames: \(String(format: "%.1f", 100 * held)) %
      """)
  }
}
