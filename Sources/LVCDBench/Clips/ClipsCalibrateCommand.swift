internal import ArgumentParser
internal import EvalCore
internal import Foundation
internal import SceneCuts

/// `lvcd-bench clips calibrate`: how well cuts are found on generated films.
struct ClipsCalibrateCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Print precision and recall of the rules that find scene cuts.",
    discussion: """
      Films with hard cuts, fades, dissolves, flashes and fast pans are generated; their cuts are known. The settings \
      of the rule 'window' are fitted to the first --films films of each kind; all numbers are of the next --films, \
      which the fit has not seen. The last table shows how the normalisation of the histograms decides what a \
      threshold of 30.0 means for the paper's rule.
      """)

  @Option(name: .customLong("films"), help: "Films of each kind, to fit and again to test.") var films: Int =
    20
  @Option(name: .long, help: "Seed of the first film.") var seed: UInt64 = 0
  @Option(name: .long, help: "Histogram distance above which a cut is seen.")
  var threshold: Double = SceneCutDetector.paperThreshold
  @Option(
    name: .customLong("flash-frames"), help: "Longest flash that is no cut. (default: paper 0, window 3)")
  var flashFrames: Int?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...10_000).contains(films) else {
      throw ValidationError("--films must lie between 1 and 10000, got \(films)")
    }
    guard seed < 1 << 40 else { throw ValidationError("--seed must be below 2^40, got \(seed)") }
    guard threshold.isFinite, threshold > 0 else {
      throw ValidationError("--threshold must be above 0, got \(threshold)")
    }
    try CutDetector.check(flashFrames: flashFrames, rule: .window)
  }

  func run() throws {
    try reporting {
      let fitting = try CutCalibration(perKind: films, firstSeed: seed)
      let testing = try CutCalibration(perKind: films, firstSeed: seed + UInt64(films))
      var start = WindowedCutDetector.Settings(threshold: threshold)
      if let flashFrames { start.flashFrames = flashFrames }
      let fit = fitting.fitted(start)
      let last = seed + UInt64(films) - 1
      let shipped = CutDetector(.window, threshold: threshold, flashFrames: flashFrames)
      try answer(
        "window, fitted to seeds \(seed) to \(last): prominence \(fit.settings.prominence), plain share "
          + "\(fit.settings.plainShare); used: \(shipped.label)")
      try answer("tested on seeds \(last + 1) to \(last + UInt64(films))")
      let paper = CutDetector(.paper, threshold: threshold, flashFrames: flashFrames)
      try table("paper", paper, testing)
      try table("window", shipped, testing)
      if fit.settings != start { try table("fitted", .window(WindowedCutDetector(fit.settings)), testing) }
      try answer("\npixels\tfound\tmissed\twrong\tprecision\trecall")
      for exponent in 10...16 {
        let pixels = Double(1 << exponent)
        let detector = CutDetector(.paper, threshold: threshold, flashFrames: flashFrames, pixels: pixels)
        let mark = pixels == ColourHistogram.pixels ? " (used)" : ""
        try answer(Self.line("\(Int(pixels))\(mark)", testing.total(detector)))
      }
    }
  }

  private func table(_ rule: String, _ detector: CutDetector, _ films: CutCalibration) throws {
    let scores = films.scores(detector)
    try answer("\n\(rule)\tfound\tmissed\twrong\tprecision\trecall")
    for kind in TransitionFilm.Kind.allCases {
      try answer(Self.line(kind.rawValue, scores[kind] ?? CutScore()))
    }
    try answer(Self.line("all", films.total(detector)))
  }

  private static func line(_ name: String, _ score: CutScore) -> String {
    let shares = [score.precision, score.recall].map { $0.map { String(format: "%.3f", $0) } ?? "–" }
    return ([name, "\(score.found)", "\(score.missed)", "\(score.wrong)"] + shares).joined(separator: "\t")
  }
}

extension CutDetector {
  /// Throws what is wrong with `--flash-frames`.
  static func check(flashFrames: Int?, rule: Rule) throws {
    let longest = rule == .window ? longestFlash : 100
    guard let flashFrames, !(0...longest).contains(flashFrames) else { return }
    throw ValidationError(
      "--flash-frames must lie between 0 and \(longest) for the rule '\(rule.rawValue)', got \(flashFrames)")
  }
}
