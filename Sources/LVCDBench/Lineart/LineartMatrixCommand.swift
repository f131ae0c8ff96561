internal import ArgumentParser
internal import ClipBuilding
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import Perception
internal import Reports
internal import WeightStore

/// `lvcd-bench lineart-matrix`: the same clips coloured from the lines of each extractor.
struct LineartMatrixCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "lineart-matrix",
    abstract: "Colour clips from the lines of every extractor and compare the scores.",
    discussion: """
      The robustness study of the paper (section 6.5) as numbers. Frames, reference and metrics are the same in all \
      rows; only the lines differ: those of the set itself ('own'), of every extractor whose weights are there, and \
      wider ones. What cannot be run is named with the reason. Finished work is kept; run the same command again.
      """)

  @Argument(help: "Suite file or embedded set.") var suite = "similar"
  @Option(
    name: .long,
    help:
      "Lines, separated by commas: own, \(LineartExtractors.names.joined(separator: ", ")); NAME+2px for wider ones. (default: all, inklines+1px, inklines+3px)"
  )
  var lines: String?
  @Option(
    name: .long, help: "Folder of drawings of the set's clips, a row of its own (see 'clips lines').",
    completion: .directory)
  var drawn: String?
  @Option(name: .long, help: "Method to colour with, repeatable. (default: lvcd)") var method: [String] = []
  @Option(name: .long, help: "Steps per segment of lvcd. (default: the model's, officially 25)") var steps:
    Int?
  @Option(name: .long, help: "Seed of every method.") var seed: Int?
  @Option(name: [.customShort("o"), .customLong("output")], help: "Folder of sets, run and tables.")
  var output: String
  @OptionGroup var files: WeightOptions
  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var common: CommonOptions

  /// What stands in the first column of the set's own lines and of drawings.
  private static let ownLabel = "own"
  private static let drawnLabel = "drawn"

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1, got \(steps)") }
    if let seed, seed < 0 { throw ValidationError("--seed must not be negative, got \(seed)") }
  }

  func run() throws { try reporting { try study() } }

  /// Lines asked for, in order, each once.
  private var asked: [String] {
    let all = [Self.ownLabel] + LineartExtractors.names + ["inklines+1px", "inklines+3px"]
    let names = lines?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? all
    return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
      + (drawn == nil ? [] : [Self.drawnLabel])
  }

  private func study() throws {
    let progress = common.progress
    let interruption = Interruption()
    interruption.listen { progress.warn($0) }
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    do {
      let (sets, missing) = try makeSets(
        folder.appendingPathComponent("sets", isDirectory: true), progress, interruption)
      guard !sets.isEmpty else {
        let reasons = missing.map { "\($0.label): \($0.reason)" }.joined(separator: "; ")
        throw SuiteError.empty(file: output, detail: "none of the lines can be had (\(reasons))")
      }
      let results = try colour(sets, folder, progress, interruption)
      let table = LineartMatrixTable(results, lines: sets.map(\.row), missing: missing)
      try AtomicFile.write(Data(table.markdown.utf8), to: folder.appendingPathComponent("matrix.md"))
      try AtomicFile.write(Data(table.csv.utf8), to: folder.appendingPathComponent("matrix.csv"))
      try answer(common.plain ? table.csv : table.text)
      try scoring.refuseTestWeights(results, progress)
      if !results.failures.isEmpty { throw ExitCode(ExitStatus.clipsFailed.rawValue) }
    } catch is CancellationError {
      throw ExitCode(interruption.exitCode ?? ExitStatus.internalError.rawValue)
    }
  }

  private typealias LinedSet = (row: LineartMatrixTable.Lines, file: String)

  /// One set per kind of lines that can be had, and why the others cannot.
  private func makeSets(
    _ folder: URL, _ progress: ProgressReporter, _ interruption: Interruption
  ) throws -> (sets: [LinedSet], missing: [LineartMatrixTable.Missing]) {
    let suite = try selected()
    let relining = try SuiteRelining(suite, into: folder)
    var sets: [LinedSet] = []
    var missing: [LineartMatrixTable.Missing] = []
    for name in asked {
      if name == Self.ownLabel {
        if suite.clips.allSatisfy({ $0.sketch != nil }) {
          sets.append((.init(label: name, suite: suite.name), self.suite))
        } else {
          missing.append(.init(label: name, reason: "the set has no lineart"))
        }
        continue
      }
      let lines: ClipLines
      do { lines = try self.lines(name) } catch let error as WeightStoreError {
        missing.append(.init(label: name, reason: "\(error)"))
        continue
      }
      progress.begin("lines of \(name)", total: suite.clips.count)
      let setName = "\(suite.name)-\(name.replacingOccurrences(of: "+", with: "-"))"
      let file = try relining.write(name: setName, title: "\(suite.title), \(name)", lines: lines) {
        done, clip in
        progress.update(done: done, total: suite.clips.count, detail: clip)
        try interruption.check()
      }
      sets.append((.init(label: name, suite: setName), file.path))
    }
    return (sets, missing)
  }

  private func lines(_ name: String) throws -> ClipLines {
    if name == Self.drawnLabel, let drawn {
      return .drawn(folder: URL(fileURLWithPath: drawn, isDirectory: true), .auto)
    }
    return try common.extractedLines(name)
  }

  /// The clips that will be coloured; lines of others are not drawn.
  private func selected() throws -> Suite {
    var suite = try common.library.suite(self.suite)
    if let pattern = scoring.clips { suite.clips.removeAll { fnmatch(pattern, $0.id, 0) != 0 } }
    if let limit = scoring.limit { suite.clips = Array(suite.clips.prefix(limit)) }
    guard !suite.clips.isEmpty else {
      throw SuiteError.empty(
        file: self.suite, detail: "no clip id fits '\(scoring.clips ?? "*")'; 'suites show' lists them")
    }
    return suite
  }

  private func colour(
    _ sets: [LinedSet], _ folder: URL, _ progress: ProgressReporter, _ interruption: Interruption
  ) throws -> RunResults {
    let methods = try (method.isEmpty ? [Colorizers.modelName] : method).map { name in
      var spec = try MethodSpec(argument: name)
      if case .colorizer(Colorizers.modelName, var settings) = spec.source, let steps {
        settings["steps"] = "\(steps)"
        spec.source = .colorizer(Colorizers.modelName, settings: settings)
      }
      return spec.document
    }
    var document: [String: JSONValue] = [
      "suites": .array(sets.map { .string($0.file) }), "methods": .array(methods),
    ]
    if let seed { document["seed"] = .number(Double(seed)) }
    if !files.weights.isEmpty {
      document["weights"] = .object([Colorizers.modelName: .string(files.weights.joined(separator: ","))])
    }
    let base = ConfigurationLayer(origin: .flag("lineart-matrix"), document: .object(document))
    let configuration = try ResolvedConfiguration(layers: [base] + scoring.layers).configuration
    let runner = try common.runner(
      configuration, folder: RunFolder(folder.appendingPathComponent("run", isDirectory: true)),
      progress: progress,
      interruption: interruption)
    // A further kind of lines, or a metric, may be added to a study.
    return try runner.run(allowsNewRows: true)
  }
}
