internal import ArgumentParser

/// `lvcd-bench bench`: the program's arithmetic, timed; the scripts in `Benchmarks` run it beside its peers.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time arithmetic kernels.",
    subcommands: [PixelBenchCommand.self, NetworkBenchCommand.self, UNetBenchCommand.self],
    defaultSubcommand: PixelBenchCommand.self)
}
