internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports
internal import TensorCore

/// Colourises and scores; resumes by itself.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Colour and score clips; resumes by itself.",
    discussion: """
      Without a configuration file, the embedded sets 'similar' and 'general' are scored for the rows copy-first, \
      fill-first, fill-prev and ground-truth. Records of finished clips are kept in the run folder: running the \
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

  @Flag(name: .customLong("show-config"), help: "Print the resolved configuration and stop.")
  var showsConfiguration = false

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Check everything, compute nothing.")
  var isDryRun = false

  @Flag(name: .long, help: "Print results.json instead of tables.")
  var json = false

  static let defaultMethods = ["copy-first", "fill-first", "fill-prev", "ground-truth"]

  func run() throws {
    try reporting {
      let configuration = try resolve()
      if showsConfiguration {
        try answer(json: configuration.document)
        return
      }
      // A model's operations spread over threads themselves; the runner then colours one clip at a time.
      if configuration.methods.contains(where: \.isModel) { ComputeBudget.threadCount = common.jobCount }
      let progress = common.progress
      let interruption = Interruption()
      interruption.listen { progress.warn($0) }
      // A dry run leaves nothing behind, so its folder is a passing one.
      let temporary = FileManager.default.temporaryDirectory
      let scratch = isDryRun ? temporary.appendingPathComponent("lvcd-bench-\(UUID().uuidString)") : nil
      defer { if let scratch { try? FileManager.default.removeItem(at: scratch) } }
      let folder = try RunFolder(scratch ?? URL(fileURLWithPath: output, isDirectory: true))
      let runner = try Runner(
        configuration, folder: folder, library: common.library, jobs: common.jobCount, progress: progress,
        interruption: interruption)
      if isDryRun {
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
      } else {
        try answer(try RunReport.summary(results, folder: folder))
      }
      if results.failures.count > configuration.maxFailed { throw ExitCode(ExitStatus.clipsFailed.rawValue) }
    }
  }

  private func resolve() throws -> RunConfiguration {
    var configuration: RunConfiguration
    if let config {
      configuration = try RunConfiguration.load(URL(fileURLWithPath: config), overrides: overrides)
    } else {
      guard overrides.isEmpty else { throw ValidationError("--set needs a configuration file") }
      configuration = RunConfiguration()
      configuration.suites = ["similar", "general"]
      configuration.methods = try Self.defaultMethods.map(MethodSpec.init(argument:))
    }
    if !suite.isEmpty {
      configuration.suites = suite
      configuration.folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
    }
    if !method.isEmpty { configuration.methods = try method.map(MethodSpec.init(argument:)) }
    if let seed {
      guard seed >= 0 else { throw ValidationError("--seed must not be negative, got \(seed)") }
      configuration.seed = UInt64(seed)
    }
    try scoring.apply(to: &configuration)
    try configuration.checkNames(file: "--method")
    return configuration
  }
}

/// Options of every command that computes metrics.
struct ScoringOptions: ParsableArguments {
  @Option(
    name: .long, help: "Metrics, separated by commas: fid, fvd, lpips, psnr, ssim, edmd, tc. (default: all)")
  var metrics: String?

  @Option(
    name: .customLong("metric-option"),
    help: "An option of a metric, metric.name=value; repeatable ('doctor --metrics' lists them).")
  var metricOptions: [String] = []

  @Flag(name: .customLong("include-reference"), help: "Evaluate the reference frame too.")
  var includesReference = false

  @Option(name: .long, help: "Only clips whose id fits this pattern (* and ?).")
  var clips: String?

  @Option(name: .long, help: "Only the first K clips of each suite; the result is marked partial.")
  var limit: Int?

  func apply(to configuration: inout RunConfiguration) throws {
    if let metrics {
      let names = metrics.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      configuration.metrics = try RunConfiguration.metrics(names, file: "--metrics")
    }
    for option in metricOptions {
      let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
      let keys = parts.first?.split(separator: ".", maxSplits: 1).map(String.init) ?? []
      guard parts.count == 2, keys.count == 2, let id = MetricID(rawValue: keys[0]) else {
        throw ValidationError(
          "--metric-option '\(option)': expected metric.name=value, for example edmd.threshold=0.3")
      }
      configuration.metricOptions[id, default: [:]][keys[1]] = parts[1]
    }
    if includesReference { configuration.frameProtocol.evaluatesReference = true }
    if let clips { configuration.clipPattern = clips }
    if let limit {
      guard limit > 0 else { throw ValidationError("--limit must be at least 1, got \(limit)") }
      configuration.limit = limit
    }
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
