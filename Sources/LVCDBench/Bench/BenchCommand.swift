internal import ArgumentParser
internal import Foundation

/// `lvcd-bench bench`: the program's arithmetic, timed; the scripts in `Benchmarks` run it beside its peers.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time arithmetic kernels.",
    subcommands: [PixelBenchCommand.self, NetworkBenchCommand.self, UNetBenchCommand.self],
    defaultSubcommand: PixelBenchCommand.self)
}

/// What benchmarks time with.
enum BenchClock {
  /// Processor time of this process, all threads together.
  static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
