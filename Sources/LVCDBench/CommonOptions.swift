internal import ArgumentParser
internal import Evaluation
internal import Foundation

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
    name: .customLong("no-color"),
    help: "Print no colour; nothing here does, so that logs and pipes stay clean.")
  var hidesColor = false

  @Flag(
    name: .long, help: "Open no connection; no command but 'make run' fetches anything, so this is always so."
  )
  var offline = false

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs must lie between 1 and 1024, got \(jobs)")
    }
  }

  var jobCount: Int { jobs ?? ProcessInfo.processInfo.activeProcessorCount }

  var progress: ProgressReporter {
    ProgressReporter(verbosity: quiet ? .quiet : verbose ? .verbose : .normal, showsProgress: !hidesProgress)
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

  var library: SuiteLibrary { SuiteLibrary(cache: cache) }
}
