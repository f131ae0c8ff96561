internal import ArgumentParser

/// `lvcd-bench clips`: test material.
struct ClipsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clips", abstract: "Make clips for tests and training.",
    subcommands: [
      ClipsGenerateCommand.self, ClipsBuildCommand.self, ClipsLinesCommand.self, ClipsStatsCommand.self,
      SuitesCommand.Validate.self, ClipsCalibrateCommand.self, ClipsEmbedCommand.self,
    ])
}
