internal import ArgumentParser

@main
struct LVCDBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lvcd-bench",
    abstract: "Evaluation and benchmarking of reference-based lineart video colorization.",
    subcommands: [ClipsCommand.self])
}
