internal import ArgumentParser
internal import Evaluation

@main
struct LVCDBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lvcd-bench",
    abstract: "Evaluation and benchmarking of reference-based lineart video colorization.",
    version: ProgramVersion.current,
    subcommands: [
      RunCommand.self, ScoreCommand.self, ReportCommand.self, SuitesCommand.self, ClipsCommand.self,
      LineartCommand.self, DistanceMapCommand.self, WeightsCommand.self, DoctorCommand.self,
      BenchCommand.self,
    ])
}
