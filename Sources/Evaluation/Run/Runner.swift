public import EvalCore
internal import Foundation
internal import Imaging
public import Media
internal import Metrics
internal import Synchronization
public import WeightStore

/// Colours and scores what a configuration asks for, into a run folder, doing only what is not there yet.
public struct Runner: Sendable {
  /// What to do.
  public let configuration: RunConfiguration
  /// Where it goes.
  public let folder: RunFolder
  let suites: [Suite]
  let rows: [Row]
  let metrics: [any Metric]
  let filter: ResizeFilter
  let jobs: Int
  let progress: ProgressReporter
  let interruption: Interruption
  let clock = StageClock()
  let warmUps = WarmUps()
  /// Memory that the clips in work may take together.
  public var memory = MemoryBudget.standard
  /// Where features of metrics' networks are kept between runs; nil: nowhere. Changes no value.
  public var features: FeatureCache?
  /// The share of the clips to work on; nil for all.
  public var shard: Shard?

  /// Resolves suites, rows and metrics; nothing is computed yet.
  ///
  /// Throws `ConfigError`, `SuiteError` and the metrics' option errors: what is wrong with the request is
  /// said before any work.
  public init(
    _ configuration: RunConfiguration, folder: RunFolder, library: SuiteLibrary, jobs: Int,
    progress: ProgressReporter,
    interruption: Interruption, weights: WeightStore
  ) throws {
    self.configuration = configuration
    self.folder = folder
    self.jobs = max(1, jobs)
    self.progress = progress
    self.interruption = interruption
    guard let filter = ResizeFilter(rawValue: configuration.frameProtocol.resize) else {
      throw ConfigError.badValue(
        file: "protocol", key: "resize", found: "'\(configuration.frameProtocol.resize)'",
        expected: "one of \(ResizeFilter.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.filter = filter
    suites = try Self.selectSuites(configuration, library: library)
    let colorizers = Colorizers()
    rows = try configuration.rows.map { try Row($0, of: configuration, colorizers: colorizers) }
    try Self.checkLineart(suites, rows)
    metrics = try MetricRegistry.make(
      configuration.metrics, options: configuration.metricOptions, protocol: configuration.frameProtocol,
      weights: weights)
  }

  /// Reads what a run folder holds, without weights of models: for status and results, not for work.
  ///
  /// Throws `RunFolderError` when the folder holds no run or one that this machine measures otherwise, for
  /// example because weights of a metric are missing here.
  public init(
    recorded folder: RunFolder, library: SuiteLibrary, progress: ProgressReporter, weights: WeightStore
  ) throws {
    let description = try RunDescription.load(folder)
    let configuration = try description.resolved(file: folder.runFile.path)
    self.configuration = configuration
    self.folder = folder
    self.progress = progress
    jobs = 1
    interruption = Interruption()
    filter = .bilinearAA
    suites = try Self.selectSuites(configuration, library: library)
    let specs = configuration.rows
    guard let recorded = description.rows, recorded.count == specs.count else {
      throw RunFolderError.damaged(file: folder.runFile.path, detail: "its rows are not listed")
    }
    rows = try zip(recorded, specs).map { try Row(recorded: $0, spec: $1, of: configuration) }
    metrics = try MetricRegistry.make(
      configuration.metrics, options: configuration.metricOptions, protocol: configuration.frameProtocol,
      weights: weights)
    let unlike = metrics.filter { description.signatures[$0.id.rawValue] != $0.signature.description }
    guard unlike.isEmpty else {
      throw RunFolderError.otherConfiguration(
        folder: folder.url.path, keys: unlike.map { "signature of \($0.id.title) on this machine" })
    }
  }

  /// A colorizer without lineart would fail on every clip, and with it every other row: better said before
  /// any work.
  private static func checkLineart(_ suites: [Suite], _ rows: [Row]) throws {
    let colours = rows.contains { row in
      if case .colorizer = row.source { return true }
      return false
    }
    guard colours else { return }
    for suite in suites {
      if let clip = suite.clips.first(where: { $0.sketch == nil }) {
        throw SuiteError.noSketch(suite: suite.name, clip: clip.id)
      }
    }
  }

  private static func selectSuites(_ configuration: RunConfiguration, library: SuiteLibrary) throws -> [Suite]
  {
    var suites: [Suite] = []
    for reference in configuration.suites {
      var suite = try library.suite(reference, relativeTo: configuration.suiteFolder)
      if let pattern = configuration.clipPattern { suite.clips.removeAll { fnmatch(pattern, $0.id, 0) != 0 } }
      if let limit = configuration.limit { suite.clips = Array(suite.clips.prefix(limit)) }
      guard !suite.clips.isEmpty else {
        throw SuiteError.empty(
          file: reference,
          detail: "no clip id fits '\(configuration.clipPattern ?? "*")'; 'suites show' lists them")
      }
      if let twin = suites.first(where: { $0.name == suite.name }) {
        throw ConfigError.badValue(
          file: reference, key: "name", found: "'\(suite.name)', the name of \(twin.root.path) too",
          expected: "suites of different names")
      }
      suites.append(suite)
    }
    guard !suites.isEmpty else {
      throw ConfigError.missingKey(file: "the run configuration", key: "suites")
    }
    return suites
  }

  /// Whether a row's colorizer spreads its work over all threads: clips are then coloured one at a time, and the
  /// program's networks may use all threads. Otherwise each clip has a thread.
  public var spreadsOverThreads: Bool { rows.contains { $0.colorizer?.spreadsOverThreads ?? false } }

  /// Does the work that is left and writes `results.json`.
  ///
  /// Throws what `work` and `finish` throw.
  public func run(allowsNewRows: Bool = false) throws -> RunResults {
    try work(allowsNewRows: allowsNewRows)
    return try finish()
  }

  /// Does the work that is left of this runner's share.
  ///
  /// Clips that fail are recorded and do not stop the others, unless the configuration says so. Throws
  /// `RunFolderError` when the folder cannot take results and `CancellationError` when `interruption` was
  /// requested.
  public func work(allowsNewRows: Bool = false) throws {
    let start = ContinuousClock.now
    try folder.prepare()
    try RunDescription.current(self).claim(folder, allowsNewRows: allowsNewRows)
    try log("start", "clips \(suites.reduce(0) { $0 + $1.clips.count }), rows \(rows.count)")
    var parallel = Duration.zero
    let assignment = shard.map { ShardAssignment(suites: suites, rows: rows, shards: $0.count) }
    for suite in suites {
      let own = suite.clips.filter { clip in
        guard let shard, let assignment else { return true }
        return shard.contains(assignment.shard(suite: suite.name, clip: clip.id))
      }
      parallel += try run(suite, own)
    }
    clock.add(.now - start - parallel, to: .serial)
  }

  /// Writes `results.json` from the records that are there.
  public func finish() throws -> RunResults {
    let results = try clock.measure(.serial) {
      let results = try ResultsBuilder(runner: self).results()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      try folder.write(try encoder.encode(results), to: folder.resultsFile)
      return results
    }
    let found = features?.summary.map { "; features found: \($0)" } ?? ""
    try log("done", "failed clips \(results.failures.count); time: \(clock.summary)\(found)")
    progress.detail("time over all threads: \(clock.summary)")
    if let found = features?.summary { progress.note("features found in the cache: \(found)") }
    return results
  }

  /// Returns how long the clips took on the wall clock.
  private func run(_ suite: Suite, _ clips: [SuiteClip]) throws -> Duration {
    var open = openWork(suite, among: clips)
    guard !open.isEmpty else {
      progress.note("\(suite.name): all \(clips.count) clips are done")
      return .zero
    }
    let start = ContinuousClock.now
    let began = Date()
    let total = open.reduce(0) { $0 + $1.work.count }
    progress.begin(suite.name, total: total)
    let count = Counter()
    var isWaiting = false
    while !open.isEmpty {
      let held = try pass(over: open, suite: suite, total: total, count: count)
      if held.isEmpty { break }
      // Others work on the rest: their records are as good as ours, and their failures too.
      if !isWaiting, let (clip, owner) = held.first {
        progress.note(
          "\(suite.name): waiting for \(held.count) clips that other processes work on "
            + "(\(clip.id): \(owner.host), process \(owner.pid))")
        isWaiting = true
      }
      try interruption.check()
      Thread.sleep(forTimeInterval: 0.2)
      open = openWork(suite, among: held.map(\.clip)).filter { item in
        // A failure that another process wrote while we waited is not tried a second time.
        !item.work.allSatisfy { $0.hasFailed(since: began) }
      }
    }
    return .now - start
  }

  typealias OpenClip = (clip: SuiteClip, work: [ClipWork])

  /// The clips that lack something, with what they lack.
  private func openWork(_ suite: Suite, among clips: [SuiteClip]) -> [OpenClip] {
    clips.compactMap { clip in
      let work = rows.filter { row in
        row.hasRecords
          && row.clips(of: suite, timingClips: configuration.timingClips).contains { $0.id == clip.id }
      }.compactMap { ClipWork(row: $0, clip: clip, suite: suite, runner: self) }
      return work.isEmpty ? nil : (clip, work)
    }
  }

  func log(_ stage: String, _ message: String, suite: String? = nil, clip: String? = nil) throws {
    struct Line: Encodable {
      let time: String, stage: String, message: String
      let suite: String?, clip: String?
    }
    let now = Date().formatted(.iso8601)
    try AppendedLines.rotate(folder.url.appendingPathComponent("log.jsonl"))
    try folder.append(
      Line(time: now, stage: stage, message: message, suite: suite, clip: clip), to: "log.jsonl")
  }
}

/// Counts finished work over threads.
final class Counter: Sendable {
  private let value = Atomic<Int>(0)

  /// Adds `number` and returns the sum.
  func add(_ number: Int) -> Int { value.add(number, ordering: .relaxed).newValue }
}

/// Runs independent pieces of work on a few threads; the first error that is thrown stops the taking of more.
public enum Workers {
  /// Calls `body` with 0 to `count - 1`, on at most `threads` threads.
  public static func run(_ count: Int, threads: Int, _ body: @Sendable (Int) throws -> Void) throws {
    let next = Mutex(0)
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < count, failure.withLock({ $0 == nil }) else { return }
        do { try body(index) } catch { failure.withLock { $0 = $0 ?? error } }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// What `body` makes of 0 to `count - 1`, in order, computed on all cores.
  static func map<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Value) throws -> [Value] {
    let slots = Mutex([Value?](repeating: nil, count: count))
    try run(count, threads: ProcessInfo.processInfo.activeProcessorCount) { index in
      let value = try body(index)
      slots.withLock { $0[index] = value }
    }
    return slots.withLock { $0.compactMap(\.self) }
  }
}
