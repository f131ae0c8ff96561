internal import ArgumentParser
internal import Comparison
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports
internal import Statistics

/// `lvcd-bench compare A B`: paired differences with intervals and a word per metric.
struct CompareCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare two runs, or two rows of one run, over the same clips.",
    discussion: """
      A and B are run folders or baseline files. Rows of the same name are compared; --row-a and --row-b name others. \
      Unequal signatures or clips are refused (exit code 5).
      """)

  @Argument(help: "The older run: a run folder or a baseline file.") var old: String
  @Argument(help: "The newer run.") var new: String

  @Option(name: .customLong("row-a"), help: "Row of the first run.") var oldRow: String?
  @Option(name: .customLong("row-b"), help: "Row of the second run.") var newRow: String?

  @Option(name: .long, help: "A difference that does not matter, metric=size; repeatable.") var margin:
    [String] = []

  @OptionGroup var resampling: ResamplingOptions
  @OptionGroup var common: CommonOptions
  @Flag(name: .long, help: "Print JSON.") var json = false

  func run() throws {
    try reporting {
      let before = try EvidenceSource.load(old)
      let after = try EvidenceSource.load(new)
      var comparison = PairedComparison()
      comparison.settings = resampling.settings
      comparison.allowedMismatches = Set(resampling.allowedMismatches)
      for text in margin {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let quantity = Quantity(name: parts[0]), let size = Double(parts[1]),
          size >= 0
        else {
          throw ValidationError("--margin '\(text)': expected metric=size, for example psnr=0.1")
        }
        comparison.margins[quantity] = size
      }
      let lines = try comparison.differences(before, after, pairs: try pairs(before, after))
      if json {
        try answer(
          json: ComparisonAnswer(
            statistics: comparison.settings, allowedMismatches: resampling.allowedMismatches, lines: lines))
      } else if common.plain {
        try answer(
          lines.map {
            "\($0.suite)\t\($0.newMethod)\t\($0.quantity)\t\($0.old)\t\($0.new)\t\($0.interval.map { "\($0.lower)\t\($0.upper)" } ?? "\t")\t\($0.verdict.rawValue)"
          }.joined(separator: "\n"))
      } else {
        try answer(ComparisonText.render(lines, allowedMismatches: comparison.allowedMismatches))
      }
    }
  }

  private func pairs(_ before: Evidence, _ after: Evidence) throws -> [(old: String, new: String)] {
    if oldRow != nil || newRow != nil {
      guard let first = oldRow ?? newRow, let second = newRow ?? oldRow else { return [] }
      for (row, run) in [(first, before), (second, after)] where !run.methods.contains(row) {
        throw ValidationError("no row '\(row)'; rows: \(run.methods.joined(separator: ", "))")
      }
      return [(first, second)]
    }
    let shared = before.methods.filter(after.methods.contains)
    if shared.isEmpty, before.methods.count == 1, after.methods.count == 1 {
      return [(before.methods[0], after.methods[0])]
    }
    return shared.map { ($0, $0) }
  }
}

/// The answer of `compare --json`.
private struct ComparisonAnswer: Encodable {
  let schema = "comparison/1"
  let statistics: ResamplingSettings
  let allowedMismatches: [String]
  let lines: [PairedDifference]
}

/// Options of what compares.
struct ResamplingOptions: ParsableArguments {
  @Option(name: .customLong("allow-mismatch"), help: "A signature field that may differ; repeatable.")
  var allowedMismatches: [String] = []

  @Option(name: .long, help: "Bootstrap replicates.") var resamples = 2000
  @Option(name: .customLong("statistics-seed"), help: "Seed of the resampling.") var seed: UInt64 = 12345
  @Option(name: .long, help: "Nominal coverage of intervals.") var level = 0.95

  func validate() throws {
    guard (100...1_000_000).contains(resamples) else {
      throw ValidationError("--resamples must lie between 100 and 1000000, got \(resamples)")
    }
    guard level >= 0.5, level <= 0.9999 else {
      throw ValidationError("--level must lie between 0.5 and 0.9999, got \(level)")
    }
  }

  var settings: ResamplingSettings { ResamplingSettings(level: level, resamples: resamples, seed: seed) }
}

/// What can be compared: a run folder or a baseline file.
enum EvidenceSource {
  static func load(_ path: String) throws -> Evidence {
    var isFolder: ObjCBool = false
    let url = URL(fileURLWithPath: path)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw RunFolderError.notARun(folder: path, detail: "nothing is there")
    }
    return isFolder.boolValue ? try RunFolder(url).evidence() : try BaselineFile.load(url)
  }
}
