internal import ArgumentParser
internal import CKernels
internal import Evaluation

@main
struct LVCDBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lvcd-bench",
    abstract: "Evaluation and benchmarking of reference-based lineart video colorization.",
    version: ProgramVersion.current,
    subcommands: [
      RunCommand.self, ScoreCommand.self, ReportCommand.self, SuitesCommand.self, ClipsCommand.self,
      LineartCommand.self, FlowCommand.self, DistanceMapCommand.self, WeightsCommand.self, DoctorCommand.self,
      BenchCommand.self,
    ])

  static func main() {
    // Frames are buffers of hundreds of kilobytes that come and go by the thousand: by default the allocator hands each
    // back to the system and faults it in again, which costs more than some metrics.
    ck_keep_freed_memory()
    main(nil)
  }
}
