internal import EvalCore

/// Which part each clip belongs to: a pure function of suites, rows and the number of parts.
struct ShardAssignment {
  /// Cost of a generated model frame, in frames that are only scored: hundreds of times dearer, so that clips
  /// are dealt by their segments.
  private static let modelFrame = 500

  private let shards: [String: Int]

  /// Deals the clips, dearest first, to the part with the least cost so far; ties by name.
  init(suites: [Suite], rows: [Row], shards count: Int) {
    var clips: [(name: String, cost: Int)] = []
    for suite in suites {
      for (place, clip) in suite.clips.enumerated() {
        var cost = 0
        for row in rows where row.hasRecords && !row.isTimingOnly { cost += Self.cost(clip, row) }
        // Rows that time a few clips make those dearer; how many they are does not matter here.
        if place == 0 { for row in rows where row.isTimingOnly { cost += Self.cost(clip, row) } }
        clips.append(("\(suite.name)/\(clip.id)", cost))
      }
    }
    clips.sort { $0.cost != $1.cost ? $0.cost > $1.cost : $0.name < $1.name }
    var loads = [Int](repeating: 0, count: count)
    var shards: [String: Int] = [:]
    for clip in clips {
      let least = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[least] += clip.cost
      shards[clip.name] = least
    }
    self.shards = shards
  }

  private static func cost(_ clip: SuiteClip, _ row: Row) -> Int {
    guard let (window, overlap) = row.identity.segmentation else { return clip.count }
    let segments = InferenceTimes.segments(length: clip.count, window: window, overlap: overlap)
    return clip.count + segments * window * modelFrame
  }

  /// The part of a clip, counted from 0.
  func shard(suite: String, clip: String) -> Int { shards["\(suite)/\(clip)"] ?? 0 }
}
