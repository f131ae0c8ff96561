internal import ArgumentParser
internal import CKernels
internal import EvalCore
internal import Evaluation
internal import Foundation

@main
struct LVCDBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lvcd-bench",
    abstract: "Evaluation and benchmarking of reference-based lineart video colorization.",
    version: ProgramVersion.current,
    subcommands: [
      RunCommand.self, SweepCommand.self, MergeCommand.self, StatusCommand.self, ColorizeCommand.self,
      PlanCommand.self, ScoreCommand.self, ReportCommand.self,
      CompareCommand.self, GateCommand.self, BaselineCommand.self, SuitesCommand.self, ClipsCommand.self,
      LineartCommand.self, LineartMatrixCommand.self, FlowCommand.self, DistanceMapCommand.self,
      WeightsCommand.self,
      CacheCommand.self, DoctorCommand.self, BenchCommand.self, MetricBenchCommand.self,
    ])

  static func main() {
    // Frames are buffers of hundreds of kilobytes that come and go by the thousand: by default the allocator
    // hands each back to the system and faults it in again, which costs more than some metrics.
    ck_keep_freed_memory()
    MatrixLibrary.restartWithBetterKernels()
    suggestCommand()
    main(nil)
  }

  /// A misspelt command gets a hint before the parser's own words, which speak of an unexpected argument.
  private static func suggestCommand() {
    let arguments = CommandLine.arguments.dropFirst()
    guard let word = arguments.first, !word.hasPrefix("-") else { return }
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !names.contains(word) else { return }
    let hint = NearestMatch.hint(word, among: names)
    FileHandle.standardError.write(
      Data(
        "lvcd-bench: error: no command '\(ProgressReporter.printable(word))'\(hint); commands: \(names.joined(separator: ", "))\n"
          .utf8))
    Foundation.exit(64)
  }
}
