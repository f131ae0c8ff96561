internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports
internal import TensorCore

/// Colourises and scores; resumes by itself.
struct RunCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Colour and score clips; resumes by itself.",
    discussion: """
      Without a configuration file, the embedded sets 'similar' and 'general' are scored for the rows copy-first, \
      fill-first, fill-prev, LVCD-mini (the small model in the program) and ground-truth. Records of finished clips are kept in the run folder: running the \
      same command again computes only what is missing.
      """)

  @Argument(help: "Run configuration (schema run/1).")
  var config: String?

  @Option(name: .long, help: "Suite file or embedded set; repeatable. (default: similar, general)")
  var suite: [String] = []

  @Option(
    name: .long,
    help:
      "Rows, repeatable: a colorizer's name, 'ground-truth', 'paper-table1', or NAME=PATH with the outputs of another method (PATH may hold %clip)."
  )
  var method: [String] = []

  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var common: CommonOptions

  @Option(name: [.customShort("o"), .customLong("output")], help: "Run folder.")
  var output = "runs/default"

  @Option(name: .long, help: "Seed of every colorizer.")
  var seed: Int?

  @Option(name: .customLong("set"), help: "Override one key of the configuration, key=value; repeatable.")
  var overrides: [String] = []

  @Flag(
    name: .customLong("new-rows"),
    help: "Allow methods, metrics, suites or clips to be added to an existing run.")
  var allowsNewRows = false

  @Flag(
    name: .customLong("show-config"),
    help: "Print every setting with its origin (default, file, environment, flag) and stop.")
  var showsConfiguration = false

  @OptionGroup var dryRun: DryRunOption

  @Flag(name: .long, help: "Print results.json instead of tables.")
  var json = false

  static let defaultMethods = ["copy-first", "fill-first", "fill-prev", "lvcd", "ground-truth"]

  func run() throws {
    try reporting {
      let resolved = try resolve()
      let configuration = resolved.configuration
      if showsConfiguration {
        if json { try answer(json: resolved.document) } else { try answer(resolved.text) }
        return
      }
      // A model's operations spread over threads themselves; the runner then colours one clip at a time.
      if configuration.methods.contains(where: \.isModel) { ComputeBudget.threadCount = common.jobCount }
      let progress = common.progress
      let interruption = Interruption()
      interruption.listen { progress.warn($0) }
      // A dry run leaves nothing behind, so its folder is a passing one.
      let temporary = FileManager.default.temporaryDirectory
      let scratch =
        dryRun.isDryRun ? temporary.appendingPathComponent("lvcd-bench-\(UUID().uuidString)") : nil
      defer { if let scratch { try? FileManager.default.removeItem(at: scratch) } }
      let folder = RunFolder(scratch ?? URL(fileURLWithPath: output, isDirectory: true))
      let runner = try common.runner(
        configuration, folder: folder, progress: progress, interruption: interruption)
      if dryRun.isDryRun {
        try answer("configuration, suites, rows and metrics are in order; nothing was computed")
        return
      }
      let results: RunResults
      do {
        results = try runner.run(allowsNewRows: allowsNewRows)
      } catch is CancellationError {
        throw ExitCode(interruption.exitCode ?? 130)
      }
      try RunReport.write(results, into: folder)
      if json {
        try answer(json: results)
      } else if common.plain {
        try answer(Reports.plain(results))
      } else {
        try answer(try RunReport.summary(results, folder: folder))
      }
      try scoring.refuseTestWeights(results, common.progress)
      if results.failures.count > configuration.maxFailed { throw ExitCode(ExitStatus.clipsFailed.rawValue) }
    }
  }

  private func resolve() throws -> ResolvedConfiguration {
    var layers: [ConfigurationLayer] = []
    let environment = EnvironmentSettings.layers(ProcessInfo.processInfo.environment)
    if let config {
      let file = try ConfigurationLayer.file(URL(fileURLWithPath: config))
      layers += [file] + environment + [try .overrides(overrides, over: file)]
    } else {
      let rows = try Self.defaultMethods.map { try MethodSpec(argument: $0).document }
      let suites = ["similar", "general"].map(JSONValue.string)
      let defaults = ConfigurationLayer(
        origin: .default, document: .object(["suites": .array(suites), "methods": .array(rows)]))
      layers += [defaults] + environment + [try .overrides(overrides, over: defaults)]
    }
    if !suite.isEmpty {
      layers.append(
        ConfigurationLayer(
          origin: .flag("--suite"), key: "suites", value: .array(suite.map(JSONValue.string))))
    }
    if !method.isEmpty {
      let rows = try method.map { try MethodSpec(argument: $0).document }
      layers.append(ConfigurationLayer(origin: .flag("--method"), key: "methods", value: .array(rows)))
    }
    if let seed {
      guard seed >= 0 else { throw ValidationError("--seed must not be negative, got \(seed)") }
      layers.append(ConfigurationLayer(origin: .flag("--seed"), key: "seed", value: .number(Double(seed))))
    }
    return try ResolvedConfiguration(layers: layers + scoring.layers)
  }
}

extension MethodSpec {
  /// A row as the command line names it.
  init(argument: String) throws {
    if let equals = argument.firstIndex(of: "=") {
      let name = String(argument[..<equals])
      let path = String(argument[argument.index(after: equals)...])
      guard !name.isEmpty, !path.isEmpty else {
        throw ValidationError("--method '\(argument)': expected NAME=PATH")
      }
      self.init(name: name, source: .outputs(template: path, offset: nil, countPolicy: .strict))
    } else if argument == "ground-truth" {
      self.init(name: argument, source: .oracle)
    } else if argument.hasPrefix("paper-table") {
      self.init(name: argument, source: .published(argument))
    } else {
      self.init(name: argument, source: .colorizer(argument, settings: [:]))
    }
  }
}
