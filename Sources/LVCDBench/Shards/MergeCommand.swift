internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports

/// `lvcd-bench merge RUN... -o RUN`: the union of shards.
struct MergeCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join the run folders of shards and write the results.",
    discussion: """
      All shards may have worked in one folder: merge RUN -o RUN then writes its results. With clips missing it \
      ends with exit code 6 and names them; no result is written.
      """)

  @Argument(help: "Run folders of one configuration.") var runs: [String]
  @Option(name: [.customShort("o"), .customLong("output")], help: "Run folder of the union.") var output: String
  @Flag(name: .long, help: "Print results.json instead of tables.") var json = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    try reporting {
      let target = RunFolder(URL(fileURLWithPath: output, isDirectory: true))
      let sources = runs.map { RunFolder(URL(fileURLWithPath: $0, isDirectory: true)) }
      try RunMerger(sources, into: target).joinRecords()
      let runner = try common.recordedRunner(target)
      let missing = try RunStatus(runner).missing
      guard missing.isEmpty else {
        for entry in missing.prefix(20) { common.progress.warn("missing: \(entry.suite)/\(entry.clip)") }
        common.progress.warn(
          "\(missing.count) clips are missing; 'status --retry-array' names the shards to run again")
        throw ExitCode(ExitStatus.incomplete.rawValue)
      }
      let results = try runner.finish()
      try RunReport.write(results, into: target)
      if json { return try answer(json: results) }
      let layout = TableLayout(of: runner.configuration)
      try answer(try RunReport.summary(results, folder: target, layout: layout))
      if results.failures.count > runner.configuration.maxFailed {
        throw ExitCode(ExitStatus.clipsFailed.rawValue)
      }
    }
  }
}
