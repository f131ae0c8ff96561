internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import Perception
internal import Reports
internal import Synchronization
internal import TensorCore

/// `lvcd-bench clips stats`: what a test set is like, as the paper describes its own.
struct ClipsStatsCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Lengths, motion and held frames of test sets, as table and plot.",
    discussion: """
      Motion is the mean length of the vectors between neighbouring frames at 256x256, static positions left out; the \
      flow is RAFT's, or with '--flow dis' that of dense inverse search (quicker, and short of fast motion), and is \
      named below the table. Clips that 'clips generate --flow' made carry their exact motion: the estimate is compared with it.
      """)

  @Argument(help: "Suite files or embedded sets.") var suites: [String]
  @Option(name: .long, help: "raft or dis.") var flow: FlowChoice = .raft
  @Option(name: .customLong("flow-weights"), help: "Weight file of RAFT. (default: the program's own)")
  var weights: String?
  @Option(name: .long, help: "Only clips whose id fits this pattern (* and ?).") var clips: String?
  @Option(name: .long, help: "Only the first K clips of each set.") var limit: Int?
  @Option(name: .long, help: "text, md, or csv with a line per clip.") var format = "text"
  @Option(name: .long, help: "Also draw lengths and motion into this .svg file.") var plot: String?
  @Flag(name: .long, help: "Print JSON with every clip.") var json = false
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !suites.isEmpty else { throw ValidationError("name at least one set") }
    if flow == .dis, weights != nil {
      throw ValidationError("--flow-weights is for RAFT; leave it or '--flow dis' out")
    }
    guard SetStatisticsTable.Form(rawValue: format) != nil else {
      let legal = SetStatisticsTable.Form.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--format '\(format)': expected one of \(legal)")
    }
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1, got \(limit)") }
    if let plot, !plot.lowercased().hasSuffix(".svg") {
      throw ValidationError("--plot '\(plot)': expected the name of an .svg file")
    }
  }

  func run() throws { try reporting { try measure() } }

  private func measure() throws {
    let estimator = try flow.estimator(weights: weights, iterations: nil)
    // A network's operations spread over the threads themselves.
    if flow == .raft { ComputeBudget.threadCount = common.jobCount }
    let sets = try suites.map { try statistics(of: selected($0), estimator) }
    if let plot {
      try AtomicFile.write(Data(SetStatisticsPlot.svg(sets).utf8), to: URL(fileURLWithPath: plot))
    }
    if json { return try answer(json: sets) }
    let form = SetStatisticsTable.Form(rawValue: common.plain ? "csv" : format) ?? .text
    try answer(SetStatisticsTable.render(sets, form: form))
  }

  private func selected(_ reference: String) throws -> Suite {
    var suite = try common.library.suite(reference)
    if let clips { suite.clips.removeAll { fnmatch(clips, $0.id, 0) != 0 } }
    if let limit { suite.clips = Array(suite.clips.prefix(limit)) }
    guard !suite.clips.isEmpty else {
      throw SuiteError.empty(
        file: reference, detail: "no clip id fits '\(clips ?? "*")'; 'suites show' lists them")
    }
    return suite
  }

  private func statistics(of suite: Suite, _ estimator: any FlowEstimator) throws -> SetStatistics {
    let progress = common.progress
    progress.begin("statistics of \(suite.name)", total: suite.clips.count)
    let entries = Mutex([ClipStatistics?](repeating: nil, count: suite.clips.count))
    let meter = ClipMotion(estimator)
    try Workers.run(suite.clips.count, threads: flow == .dis ? common.jobCount : 1) { index in
      let clip = suite.clips[index]
      let flows = Self.trueFlows(of: clip, suite: suite)
      let found = try meter.statistics(
        of: suite.openFrames(of: clip), id: clip.id,
        truth: flows.map { files in
          { frame in
            let flow = try FloFile.read(files[frame])
            return OpticalFlow(width: flow.size.width, height: flow.size.height, dx: flow.dx, dy: flow.dy)
          }
        })
      let done = entries.withLock { entries in
        entries[index] = found
        return entries.count { $0 != nil }
      }
      progress.update(done: done, total: suite.clips.count, detail: clip.id)
    }
    return SetStatistics(
      name: suite.name, title: suite.title, flow: estimator.name,
      clips: entries.withLock { $0.compactMap(\.self) })
  }

  /// The exact flows that the generator writes beside a clip, one per frame but the last; nil where one is missing.
  private static func trueFlows(of clip: SuiteClip, suite: Suite) -> [URL]? {
    let folder = suite.root.appendingPathComponent("\(clip.id)/flow")
    let files = (0..<max(0, clip.count - 1)).map {
      folder.appendingPathComponent(String(format: "%05d.flo", clip.first + $0))
    }
    return files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) } && !files.isEmpty
      ? files : nil
  }
}
