internal import EvalCore
internal import Foundation

/// How far a run is, clip by clip.
public struct RunStatus: Sendable {
  /// What is known of one clip over all rows.
  public enum State: String, Sendable, Codable, CaseIterable {
    /// Every row has a whole record.
    case done
    /// Some row failed, the others are done or failed.
    case failed
    /// Some row has neither record nor failure.
    case missing
  }

  /// One clip.
  public struct Entry: Sendable, Hashable, Codable {
    /// The test set's name.
    public var suite: String
    /// The clip.
    public var clip: String
    /// The worst over the rows.
    public var state: State
  }

  /// All clips, sets in report order, clips in suite order.
  public let entries: [Entry]
  /// Parts that the clips were last dealt into; nil when they never were.
  public let recordedShards: Int?
  private let runner: Runner

  /// Looks at every record of `runner`'s folder.
  public init(_ runner: Runner) throws {
    self.runner = runner
    recordedShards = try RunDescription.load(runner.folder).shards
    let wanted = runner.metrics.filter { $0.unavailability == nil }.map(\.signature)
    let clips = runner.suites.flatMap { suite in suite.clips.map { (suite: suite, clip: $0) } }
    let states = try Workers.map(clips.count) { index in
      let (suite, clip) = clips[index]
      var worst = State.done
      for row in runner.rows where row.hasRecords {
        let timing = row.clips(of: suite, timingClips: runner.configuration.timingClips)
        guard timing.contains(where: { $0.id == clip.id }) else { continue }
        let state = Self.state(row, suite, clip, wanted: row.isTimingOnly ? [] : wanted, runner.folder)
        if state == .missing || worst == .done { worst = state }
      }
      return worst
    }
    entries = zip(clips, states).map {
      Entry(suite: $0.suite.name, clip: $0.clip.id, state: $1)
    }
  }

  private static func state(
    _ row: Row, _ suite: Suite, _ clip: SuiteClip, wanted: [MetricSignature], _ folder: RunFolder
  ) -> State {
    let file = folder.recordFile(suite: suite.name, row: row.key, clip: clip.id)
    if let data = FileManager.default.contents(atPath: file.path),
      let record = try? ClipRecord.open(data, file: file.path),
      wanted.allSatisfy({ record.measurement($0) != nil })
    {
      return .done
    }
    let failure = folder.failureFile(suite: suite.name, row: row.key, clip: clip.id)
    return FileManager.default.fileExists(atPath: failure.path) ? .failed : .missing
  }

  /// Clips that some row has neither a record nor a failure for.
  public var missing: [Entry] { entries.filter { $0.state == .missing } }

  /// Numbers of the parts that still have work, counted from 0, of `count`.
  ///
  /// - Parameter includesFailed: whether clips that failed count as work too.
  public func openShards(of count: Int, includesFailed: Bool = false) -> [Int] {
    let assignment = ShardAssignment(suites: runner.suites, rows: runner.rows, shards: count)
    let open = entries.filter { $0.state == .missing || (includesFailed && $0.state == .failed) }
    return Set(open.map { assignment.shard(suite: $0.suite, clip: $0.clip) }).sorted()
  }

  /// Ascending numbers as Slurm writes an array: `3,17,20-22`.
  public static func arrayText(_ indices: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for index in indices {
      if let last = ranges.last, last.upperBound + 1 == index {
        ranges[ranges.count - 1] = last.lowerBound...index
      } else {
        ranges.append(index...index)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
