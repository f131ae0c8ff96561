internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Perception

/// Test sets.
struct SuitesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suites", abstract: "List, show, check and make test sets.",
    subcommands: [List.self, Show.self, Validate.self, Import.self], defaultSubcommand: List.self)

  struct List: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(abstract: "List the embedded sets.")
    @OptionGroup var common: CommonOptions
    @Flag(name: .long, help: "Print JSON.") var json = false

    func run() throws {
      try reporting {
        let suites = try SuiteLibrary.embeddedNames.map { try common.library.suite($0) }
        if common.plain {
          let lines = suites.map { "\($0.name)\t\($0.clips.count)\t\($0.frameCount)\t\($0.hash)" }
          return try answer(lines.joined(separator: "\n"))
        }
        if json {
          try answer(json: suites.map { SuiteDescription($0, clips: false) })
        } else {
          for suite in suites {
            try answer(
              "\(suite.name)\t\(suite.title)\t\(suite.clips.count) clips, \(suite.frameCount) frames\t\(suite.licence)"
            )
          }
        }
      }
    }
  }

  struct Show: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the clips of a set and where its files lie.")
    @Argument(help: "Suite file or embedded set.") var suite: String
    @OptionGroup var common: CommonOptions
    @Flag(name: .long, help: "Print JSON.") var json = false

    func run() throws {
      try reporting {
        let suite = try common.library.suite(suite)
        if json { return try answer(json: SuiteDescription(suite, clips: true)) }
        if common.plain {
          let lines = suite.clips.map { "\($0.id)\t\($0.count)\t\($0.reference)\t\($0.sha256 ?? "")" }
          return try answer(lines.joined(separator: "\n"))
        }
        try answer(
          "\(suite.title) (\(suite.name)), \(suite.clips.count) clips, \(suite.frameCount) frames, hash \(suite.hash.prefix(12))"
        )
        try answer(
          "licence: \(suite.licence.isEmpty ? "not stated" : suite.licence)\nfiles: \(suite.root.path)")
        for clip in suite.clips {
          try answer(
            "\(clip.id)\t\(clip.count) frames\treference \(clip.reference)\t\(clip.sketch == nil ? "no lineart" : "lineart")"
          )
        }
      }
    }
  }

  struct Validate: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decode every frame of a set and check counts, sizes and hashes.")
    @Argument(help: "Suite file or embedded set.") var suite: String
    @OptionGroup var common: CommonOptions
    @Flag(name: .long, help: "Print JSON.") var json = false

    func run() throws {
      try reporting {
        let suite = try common.library.suite(suite)
        let faults = SuiteValidator(suite: suite).faults(progress: common.progress)
        if json {
          try answer(
            json: SuiteValidation(
              suite: suite.name, clips: suite.clips.count, frames: suite.frameCount, faults: faults))
        } else if common.plain {
          for fault in faults { try answer("\(fault.clip)\t\(ProgressReporter.printable(fault.message))") }
        } else {
          for fault in faults { try answer(Self.line(fault, suite: suite.name)) }
          if faults.isEmpty {
            try answer("\(suite.name): \(suite.clips.count) clips, \(suite.frameCount) frames, all in order")
          }
        }
        guard faults.isEmpty else { throw ExitCode(ExitStatus.badData.rawValue) }
      }
    }

    /// Some messages name the clip themselves.
    private static func line(_ fault: SuiteValidator.Fault, suite: String) -> String {
      let name = "\(suite)/\(fault.clip): "
      return fault.message.hasPrefix(name) ? fault.message : name + fault.message
    }
  }

  /// The answer of `suites validate --json`.
  private struct SuiteValidation: Encodable {
    let suite: String
    let clips: Int, frames: Int
    let faults: [SuiteValidator.Fault]
  }

  struct Import: ParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a set from folders of frames or videos.",
      discussion: """
        Layouts: DIR/<clip>/*.png, DIR/<clip>/color/ with DIR/<clip>/lineart/, DIR/<clip>.mkv with DIR/<clip>.lineart.mkv. \
        Without --size, --clip-length and --extractor the files stay where they are and only the suite file is written.
        """)
    @Argument(help: "Folders or videos.") var sources: [String]
    @Option(name: .long, help: "Name of the set.") var name: String
    @Option(name: .long, help: "Heading in tables. (default: the name)") var title: String?
    @Option(name: .long, help: "Licence and attribution of the frames.") var licence: String = ""
    @Option(name: .long, help: "Frames per second.") var fps: Double = 24
    @Option(
      name: .long,
      help: "Bring all frames to this size, for example 576x320; portrait clips get its sides swapped.")
    var size: String?
    @Option(name: .customLong("clip-length"), help: "Cut longer clips into pieces of this many frames.")
    var clipLength: Int?
    @Option(name: .customLong("min-length"), help: "Drop pieces shorter than this.") var minimumLength = 1
    @Option(name: .long, help: "Make lineart with this extractor where there is none.") var extractor: String?
    @Option(name: [.customShort("o"), .customLong("output")], help: "Folder of the suite file.") var output:
      String
    @OptionGroup var common: CommonOptions
    @OptionGroup var dryRun: DryRunOption
    @Flag(name: .long, help: "Print JSON.") var json = false

    func run() throws {
      try reporting {
        var importer = SuiteImporter(name: name, title: title ?? name, licence: licence)
        importer.framesPerSecond = fps
        importer.minimumLength = minimumLength
        importer.clipLength = clipLength
        if let clipLength, clipLength < 1 {
          throw ValidationError("--clip-length must be at least 1, got \(clipLength)")
        }
        importer.size = try size.map(FrameSize.init(argument:))
        importer.extractor = try extractor.map {
          try LineartExtractors.named($0, weights: common.lineartWeights(of: $0, given: nil))
        }
        let inputs = sources.map { URL(fileURLWithPath: $0) }
        if dryRun.isDryRun {
          let clips = try importer.clips(in: inputs)
          return try answer((clips + ["\(clips.count) clips would be imported"]).joined(separator: "\n"))
        }
        let outcome = try importer.run(
          inputs, into: URL(fileURLWithPath: output, isDirectory: true), progress: common.progress)
        for name in outcome.dropped { common.progress.warn("dropped, too short: \(name)") }
        if json {
          return try answer(
            json: SuiteImport(
              file: outcome.file.path, suite: SuiteDescription(outcome.suite, clips: true),
              dropped: outcome.dropped))
        }
        try answer(
          "\(outcome.file.path): \(outcome.suite.clips.count) clips, \(outcome.suite.frameCount) frames")
      }
    }
  }
}

/// The answer of `suites import --json`.
private struct SuiteImport: Encodable {
  let file: String
  let suite: SuiteDescription
  let dropped: [String]
}

/// A suite as `--json` prints it.
private struct SuiteDescription: Encodable {
  let name: String, title: String, licence: String, hash: String, root: String
  let clipCount: Int, frames: Int
  let clips: [Clip]?

  struct Clip: Encodable {
    let id: String
    let count: Int, reference: Int
    let hasLineart: Bool
    let sha256: String?
  }

  init(_ suite: Suite, clips showsClips: Bool) {
    name = suite.name
    title = suite.title
    licence = suite.licence
    hash = suite.hash
    root = suite.root.path
    clipCount = suite.clips.count
    frames = suite.frameCount
    clips =
      showsClips
      ? suite.clips.map {
        Clip(
          id: $0.id, count: $0.count, reference: $0.reference, hasLineart: $0.sketch != nil, sha256: $0.sha256
        )
      }
      : nil
  }
}

extension FrameSize {
  /// `WIDTHxHEIGHT`.
  init(argument: String) throws {
    let parts = argument.lowercased().split(separator: "x").compactMap { Int($0) }
    guard parts.count == 2, (1...8192).contains(parts[0]), (1...8192).contains(parts[1]) else {
      throw ValidationError(
        "size '\(argument)': expected WIDTHxHEIGHT with sides from 1 to 8192, for example 576x320")
    }
    self.init(width: parts[0], height: parts[1])
  }
}
