internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports

/// Scores frames that any method made.
struct ScoreCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score the frames of any method; no model is needed.",
    discussion: """
      DIR holds one folder of PNG frames or one video per clip, named by the clip's id; or give a path with %clip, for \
      example 'out/%clip/frames/%05d.png'. With --json one document with per-clip, per-frame values is printed.
      """)

  @Option(name: .long, help: "Outputs of the method: a folder, or a path with %clip.")
  var outputs: String

  @Option(name: .long, help: "Suite file or embedded set.")
  var suite: String

  @Option(name: .long, help: "Row name.")
  var name: String?

  @Option(
    name: .long,
    help:
      "Number of the output's first frame minus that of the clip; needed where it is not the lowest number there."
  )
  var offset: Int?

  @Option(
    name: .customLong("count-policy"), help: "strict or common: what to do with missing or extra frames.")
  var countPolicy = "strict"

  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var common: CommonOptions
  @OptionGroup var dryRun: DryRunOption

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "Keep records and tables in this run folder. (default: keep nothing)")
  var output: String?

  @Flag(name: .long, help: "Print one JSON document with per-frame values.")
  var json = false

  func run() throws {
    try reporting {
      guard let policy = CountPolicy(rawValue: countPolicy) else {
        throw ValidationError("--count-policy '\(countPolicy)': expected strict or common")
      }
      let row = MethodSpec(
        name: name ?? "outputs", source: .outputs(template: outputs, offset: offset, countPolicy: policy))
      let request = ConfigurationLayer(
        origin: .flag("--outputs, --suite"),
        document: .object(["suites": .array([.string(suite)]), "methods": .array([row.document])]))
      let environment = EnvironmentSettings.layers(ProcessInfo.processInfo.environment)
      let configuration = try ResolvedConfiguration(layers: environment + [request] + scoring.layers)
        .configuration
      let temporary = FileManager.default.temporaryDirectory.appendingPathComponent(
        "lvcd-bench-score-\(UUID().uuidString)")
      let keeps = dryRun.isDryRun ? nil : output.map { URL(fileURLWithPath: $0, isDirectory: true) }
      let folder = RunFolder(keeps ?? temporary)
      defer { if keeps == nil { try? FileManager.default.removeItem(at: temporary) } }
      let progress = common.progress
      let interruption = Interruption()
      interruption.listen { progress.warn($0) }
      let runner = try common.runner(
        configuration, folder: folder, progress: progress, interruption: interruption)
      if dryRun.isDryRun {
        return try answer("suite, outputs' pattern and metrics are in order; nothing was computed")
      }
      let results: RunResults
      do { results = try runner.run() } catch is CancellationError {
        throw ExitCode(interruption.exitCode ?? 130)
      }
      if output != nil { try RunReport.write(results, into: folder) }
      if json {
        for document in try runner.scoreDocuments(results) { try answer(json: document) }
      } else if common.plain {
        try answer(Reports.plain(results))
      } else {
        try answer(try ConsoleTable.render(results, layout: .table1))
      }
      try scoring.refuseTestWeights(results, common.progress)
      if !results.failures.isEmpty { throw ExitCode(ExitStatus.clipsFailed.rawValue) }
    }
  }
}
