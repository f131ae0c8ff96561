internal import ArgumentParser

/// Clips: making and checking them.
struct ClipsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clips", abstract: "Make clips.", subcommands: [ClipsGenerateCommand.self])
}
