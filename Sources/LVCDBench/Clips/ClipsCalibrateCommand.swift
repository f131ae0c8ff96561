internal import ArgumentParser
internal import EvalCore
internal import Foundation
internal import SceneCuts

/// `lvcd-bench clips calibrate`: how well cuts are found on generated films.
struct ClipsCalibrateCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Print precision and recall of the scene-cut detector.",
    discussion: """
      Films with hard cuts, fades, flashes and fast pans are generated; their cuts are known. The second table shows \
      how the normalisation of the histograms decides what a threshold of 30.0 means.
      """)

  @Option(name: .customLong("films"), help: "Films of each kind.") var films: Int = 20
  @Option(name: .long, help: "Seed of the first film.") var seed: UInt64 = 0
  @Option(name: .long, help: "Histogram distance above which a cut is seen.")
  var threshold: Double = SceneCutDetector.paperThreshold
  @Option(name: .customLong("flash-frames"), help: "Longest flash that is no cut; 0: the paper's rule.")
  var flashFrames: Int = 0
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...10_000).contains(films) else {
      throw ValidationError("--films must lie between 1 and 10000, got \(films)")
    }
    guard seed < 1 << 40 else { throw ValidationError("--seed must be below 2^40, got \(seed)") }
    guard threshold.isFinite, threshold > 0, (0...100).contains(flashFrames) else {
      throw ValidationError("--threshold must be above 0 and --flash-frames between 0 and 100")
    }
  }

  func run() throws {
    try reporting {
      let calibration = try CutCalibration(perKind: films, firstSeed: seed)
      let scores = calibration.scores(threshold: threshold, flashFrames: flashFrames)
      try answer("kind\tfound\tmissed\twrong\tprecision\trecall")
      for kind in TransitionFilm.Kind.allCases {
        try answer(Self.line(kind.rawValue, scores[kind] ?? CutScore()))
      }
      try answer(Self.line("all", calibration.total(threshold: threshold, flashFrames: flashFrames)))
      try answer("\npixels\tfound\tmissed\twrong\tprecision\trecall")
      for exponent in 10...16 {
        let pixels = Double(1 << exponent)
        let total = calibration.total(threshold: threshold, flashFrames: flashFrames, pixels: pixels)
        let mark = pixels == ColourHistogram.pixels ? " (used)" : ""
        try answer(Self.line("\(Int(pixels))\(mark)", total))
      }
    }
  }

  private static func line(_ name: String, _ score: CutScore) -> String {
    let shares = [score.precision, score.recall].map { $0.map { String(format: "%.3f", $0) } ?? "–" }
    return ([name, "\(score.found)", "\(score.missed)", "\(score.wrong)"] + shares).joined(separator: "\t")
  }
}
