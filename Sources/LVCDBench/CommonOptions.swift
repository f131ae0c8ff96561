internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Media
internal import TensorCore
internal import WeightStore

/// Options that every working command has.
struct CommonOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but warnings and the answer.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more on stderr.")
  var verbose = false

  @Flag(name: .customLong("no-progress"), help: "Show no progress.")
  var hidesProgress = false

  @Option(
    name: [.customLong("jobs"), .customLong("threads")], help: "Clips worked on at a time. (default: cores)")
  var jobs: Int?

  @Option(
    name: .customLong("cache-dir"),
    help:
      "Cache folder. (default: $LVCD_BENCH_CACHE, else $XDG_CACHE_HOME/lvcd-bench, else ~/.cache/lvcd-bench)")
  var cacheFolder: String?

  @Flag(
    name: .customLong("no-feature-cache"),
    help: "Neither read nor keep features of metrics in the cache. ($LVCD_BENCH_FEATURE_CACHE: on, off)")
  var bypassesFeatureCache = false

  @Option(
    name: .long,
    help:
      "Memory the run may take, for example 4G. (default: half of the machine's, or of what its control group allows)"
  )
  var memory: String?

  @Flag(name: .long, help: "Print the answer as records, one a line, fields separated by tabs.")
  var plain = false

  @Option(name: .customLong("log-file"), help: "Append every message to this file, one JSON object a line.")
  var logFile: String?

  @Option(
    name: .customLong("log-level"), help: "How much goes into the log file: error, warning, info or debug.")
  var logLevel: String?

  @Flag(
    name: .customLong("no-color"),
    help: "Print no colour; nothing here does, so that logs and pipes stay clean.")
  var hidesColor = false

  @Flag(
    name: .long,
    help: "Open no connection; only 'weights get' ever opens one, and with this option it does not."
  )
  var offline = false

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs must lie between 1 and 1024, got \(jobs)")
    }
    if let text = setting("JOBS"), jobs == nil, !(1...1024).contains(Int(text) ?? 0) {
      throw ValidationError("LVCD_BENCH_JOBS must lie between 1 and 1024, got '\(text)'")
    }
    if let text = memory ?? setting("MEMORY"), MemoryBudget(text) == nil {
      throw ValidationError("--memory '\(text)': expected a size such as 4G, 512M or a number of bytes")
    }
    if let text = setting("CACHE_LIMIT"), MemoryBudget(text) == nil {
      throw ValidationError(
        "LVCD_BENCH_CACHE_LIMIT '\(text)': expected a size such as 4G or a number of bytes")
    }
    if let text = setting("FEATURE_CACHE"), !["on", "off"].contains(text) {
      throw ValidationError("LVCD_BENCH_FEATURE_CACHE '\(text)': expected on or off")
    }
    let levels = LogFile.Level.allCases.map(\.rawValue)
    if let level = logLevel ?? setting("LOG_LEVEL"), !levels.contains(level) {
      throw ValidationError("--log-level '\(level)': expected one of \(levels.joined(separator: ", "))")
    }
  }

  /// The environment's value for an option that is not given.
  private func setting(_ name: String) -> String? {
    let text = ProcessInfo.processInfo.environment[EnvironmentSettings.prefix + name]
    return text?.isEmpty == false ? text : nil
  }

  var jobCount: Int {
    jobs ?? setting("JOBS").flatMap { Int($0) } ?? ProcessInfo.processInfo.activeProcessorCount
  }

  var memoryBudget: MemoryBudget { (memory ?? setting("MEMORY")).flatMap { MemoryBudget($0) } ?? .standard }

  var log: LogFile? {
    let level = (logLevel ?? setting("LOG_LEVEL")).flatMap { LogFile.Level(rawValue: $0) } ?? .info
    return (logFile ?? setting("LOG_FILE")).map { LogFile(URL(fileURLWithPath: $0), level: level) }
  }

  var progress: ProgressReporter {
    ProgressReporter(
      verbosity: quiet ? .quiet : verbose ? .verbose : .normal, showsProgress: !hidesProgress, log: log)
  }

  var cache: URL {
    if let cacheFolder { return URL(fileURLWithPath: cacheFolder, isDirectory: true) }
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["LVCD_BENCH_CACHE"], !path.isEmpty {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    if let path = environment["XDG_CACHE_HOME"], !path.isEmpty {
      return URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent(
        "lvcd-bench", isDirectory: true)
    }
    return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(
      ".cache/lvcd-bench", isDirectory: true)
  }

  /// Results kept by content; `LVCD_BENCH_CACHE_LIMIT` sets its size.
  var contentCache: ContentCache {
    let limit = setting("CACHE_LIMIT").flatMap { MemoryBudget($0) }.map { Int(clamping: $0.bytes) }
    return ContentCache(
      cache.appendingPathComponent("content", isDirectory: true), limit: limit ?? ContentCache.standardLimit)
  }

  /// Features of metrics kept by content; nil where the user wants none.
  func featureCache(warn: @escaping @Sendable (String) -> Void) -> FeatureCache? {
    guard !bypassesFeatureCache, setting("FEATURE_CACHE") != "off" else { return nil }
    return FeatureCache(contentCache, kernels: ComputeBudget.vectorUnit, warn: warn)
  }

  var weights: WeightStore { WeightStore(cache: cache) }

  var library: SuiteLibrary { SuiteLibrary(cache: cache) }

  /// The runner of this command's configuration, with the options that change no value.
  func runner(
    _ configuration: RunConfiguration, folder: RunFolder, progress: ProgressReporter,
    interruption: Interruption
  ) throws -> Runner {
    for line in EnvironmentSettings.unknown(ProcessInfo.processInfo.environment) { progress.warn(line) }
    var runner = try Runner(
      configuration, folder: folder, library: library, jobs: jobCount, progress: progress,
      interruption: interruption, weights: weights)
    if runner.spreadsOverThreads { ComputeBudget.threadCount = jobCount }
    runner.memory = memoryBudget
    runner.features = featureCache { progress.warn($0) }
    return runner
  }
}

extension CommonOptions {
  /// A run folder read back, for status and results.
  func recordedRunner(_ folder: RunFolder) throws -> Runner {
    try Runner(recorded: folder, library: library, progress: progress, weights: weights)
  }
}

/// `-n`, of every command that does work.
struct DryRunOption: ParsableArguments {
  @Flag(
    name: [.customShort("n"), .customLong("dry-run")], help: "Check everything, compute and write nothing.")
  var isDryRun = false
}
