internal import ArgumentParser
internal import Comparison
internal import Evaluation
internal import Foundation
internal import Reports

/// Baselines: what gates compare with.
struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline", abstract: "Write, renew and show the file that gate reads.",
    subcommands: [Create.self, Update.self, Show.self])

  struct Create: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a baseline from a finished run; a partial run or one with failed clips is refused.")
    @Argument(help: "Run folder.") var source: String
    @Option(name: [.customShort("o"), .customLong("output")], help: "Baseline file to write.") var output:
      String
    @OptionGroup var note: ProvenanceOption
    @OptionGroup var dryRun: DryRunOption
    @OptionGroup var common: CommonOptions

    func run() throws {
      try reporting {
        guard !FileManager.default.fileExists(atPath: output) else {
          throw BaselineError.exists(file: output)
        }
        let evidence = try note.evidence(of: source)
        if !dryRun.isDryRun { try BaselineFile.write(evidence, to: URL(fileURLWithPath: output)) }
        try answer("\(output): \(BaselineText.summary(evidence))")
      }
    }
  }

  struct Update: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replace a baseline by a finished run and show what changes.")
    @Argument(help: "Run folder.") var source: String
    @Argument(help: "Baseline file.") var file: String
    @OptionGroup var note: ProvenanceOption
    @OptionGroup var dryRun: DryRunOption
    @OptionGroup var common: CommonOptions

    func run() throws {
      try reporting {
        let old = try BaselineFile.load(URL(fileURLWithPath: file))
        let new = try note.evidence(of: source)
        if !dryRun.isDryRun { try BaselineFile.write(new, to: URL(fileURLWithPath: file)) }
        try answer(BaselineText.changes(from: old, to: new))
      }
    }
  }

  struct Show: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(abstract: "Show a baseline's values and signatures.")
    @Argument(help: "Baseline file.") var file: String
    @Flag(name: .long, help: "Print JSON.") var json = false
    @OptionGroup var common: CommonOptions

    func run() throws {
      try reporting {
        let evidence = try BaselineFile.load(URL(fileURLWithPath: file))
        if json { try answer(json: evidence) } else { try answer(BaselineText.render(evidence)) }
      }
    }
  }
}

/// Where a baseline's numbers come from, in the user's words.
struct ProvenanceOption: ParsableArguments {
  @Option(
    name: .customLong("note"),
    help: "Where the numbers come from, key=value; repeatable, for example commit=abc.")
  var notes: [String] = []

  func validate() throws {
    for note in notes where !note.contains("=") {
      throw ValidationError("--note '\(note)': expected key=value, for example commit=abc")
    }
  }

  func evidence(of run: String) throws -> Evidence {
    var provenance: [String: String] = [:]
    for note in notes {
      let parts = note.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      provenance[parts[0]] = parts[1]
    }
    return try RunFolder(URL(fileURLWithPath: run, isDirectory: true)).evidence(provenance: provenance)
  }
}
