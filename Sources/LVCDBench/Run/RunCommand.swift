internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Reports

/// Colourises and scores; resumes by itself.
struct RunCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Colour and score clips; resumes by itself.",
    discussion: """
      Without a configuration file, the embedded sets 'similar' and 'general' are scored for the rows copy-first, \
      fill-first, fill-prev, lvcd (the small model in the program) and ground-truth. Records of finished clips are kept in the run folder: running the \
      same command again computes only what is missing. The paper's tables are one command each: \
      run --suite paper-table1, with the small model or with --weights FILES.

      With --shard K/N only that share of the clips is worked on, and no table is written: 'merge' does that when \
      all shards are done. Slurm arrays, srun and MPI are recognised by their variables.
      """)

  @OptionGroup var request: RunRequest
  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var execution: RunExecution
  @OptionGroup var common: CommonOptions

  func run() throws {
    try reporting { try execution.run(request.resolve(scoring), scoring: scoring, common: common, self) }
  }
}

/// A run with several rows of one model.
struct SweepCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Run an ablation: every combination of a grid's values is a row.",
    discussion: """
      The configuration's 'grid', or --grid model.overlap=2,4,6,8,10, names settings of the model (variant, overlap, \
      steps, amplification, resolution, seed) and their values. Where the overlap varies, a row without overlap is \
      timed on a few clips, and Table 3's inference times are relative to it. Resumes and shards as 'run' does.
      """)

  @OptionGroup var request: RunRequest
  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var execution: RunExecution
  @OptionGroup var common: CommonOptions

  func run() throws {
    try reporting {
      let resolved = try request.resolve(scoring)
      guard !resolved.configuration.grid.isEmpty else {
        throw ConfigError.missingKey(file: request.config ?? "the command line", key: "grid")
      }
      try execution.run(resolved, scoring: scoring, common: common, self)
    }
  }
}

/// How a run is carried out and what becomes of it.
struct RunExecution: ParsableArguments {
  @Option(name: [.customShort("o"), .customLong("output")], help: "Run folder.")
  var output = "runs/default"

  @Option(
    name: .long,
    help:
      "Work on this share of the clips only: K/N or K-M/N, counted from 1. (default: what Slurm or MPI says)")
  var shard: String?

  @Flag(name: .customLong("merge-when-done"), help: "Write the results when no clip of any shard is missing.")
  var mergesWhenDone = false

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

  func validate() throws {
    if let shard, Shard(shard) == nil {
      throw ValidationError(
        "--shard '\(shard)': expected K/N or K-M/N with 1 <= K <= M <= N, for example 3/16")
    }
  }

  func run(
    _ resolved: ResolvedConfiguration, scoring: ScoringOptions, common: CommonOptions,
    _ command: some ParsableCommand
  ) throws {
    let configuration = resolved.configuration
    if showsConfiguration {
      return json ? try command.answer(json: resolved.document) : try command.answer(resolved.text)
    }
    let progress = common.progress
    let share = try self.share(progress)
    let interruption = Interruption()
    interruption.listen { progress.warn($0) }
    // A dry run leaves nothing behind, so its folder is a passing one.
    let temporary = FileManager.default.temporaryDirectory
    let scratch =
      dryRun.isDryRun ? temporary.appendingPathComponent("lvcd-bench-\(UUID().uuidString)") : nil
    defer { if let scratch { try? FileManager.default.removeItem(at: scratch) } }
    let folder = RunFolder(scratch ?? URL(fileURLWithPath: output, isDirectory: true))
    var runner = try common.runner(
      configuration, folder: folder, progress: progress, interruption: interruption)
    runner.shard = share
    if dryRun.isDryRun {
      return try command.answer("configuration, suites, rows and metrics are in order; nothing was computed")
    }
    do {
      try runner.work(allowsNewRows: allowsNewRows)
      if let share, try !isComplete(runner, share, progress) { return }
      try report(try runner.finish(), folder: folder, resolved, common: common, command)
    } catch is CancellationError {
      throw ExitCode(interruption.exitCode ?? 130)
    }
    let results = try folder.results()
    try scoring.refuseTestWeights(results, progress)
    if results.failures.count > configuration.maxFailed { throw ExitCode(ExitStatus.clipsFailed.rawValue) }
  }

  /// The share that was asked for, or that the scheduler's variables name; nil for everything.
  private func share(_ progress: ProgressReporter) throws -> Shard? {
    if let shard { return Shard(shard).flatMap { $0.isEverything ? nil : $0 } }
    guard let found = try ShardDetection.shard(ProcessInfo.processInfo.environment) else { return nil }
    progress.note("shard \(found.shard) (from \(found.source))")
    return found.shard.isEverything ? nil : found.shard
  }

  /// Whether the results can and shall be written now: the last shard does so only when asked to.
  private func isComplete(_ runner: Runner, _ share: Shard, _ progress: ProgressReporter) throws -> Bool {
    let status = try RunStatus(runner)
    let missing = status.missing.count
    progress.note(
      "shard \(share): done; \(missing == 0 ? "no clip" : "\(missing) clips") of the run missing"
        + (mergesWhenDone ? "" : "; 'merge' writes the results"))
    return mergesWhenDone && missing == 0
  }

  private func report(
    _ results: RunResults, folder: RunFolder, _ resolved: ResolvedConfiguration, common: CommonOptions,
    _ command: some ParsableCommand
  ) throws {
    try RunReport.write(results, into: folder)
    if json {
      try command.answer(json: results)
    } else if common.plain {
      try command.answer(Reports.plain(results))
    } else {
      let layout = TableLayout(of: resolved.configuration)
      try command.answer(try RunReport.summary(results, folder: folder, layout: layout))
    }
  }
}

extension TableLayout {
  /// The paper's table that a run is about.
  init(of configuration: RunConfiguration) {
    let settings = configuration.grid.axes.map(\.setting)
    // Tables 2 and 3 have no column for what a run may be about alone.
    let columns: Set<MetricID> = [.fid, .fvd, .lpips, .edmd, .tc]
    if !settings.isEmpty, columns.isDisjoint(with: configuration.metrics) {
      self = .generic
      return
    }
    self = settings.contains("overlap") ? .table3 : settings.contains("variant") ? .table2 : .table1
  }
}
