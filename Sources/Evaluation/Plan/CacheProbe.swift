internal import EvalCore
internal import Imaging
internal import Media
internal import Metrics
internal import Synchronization

extension RunPlan {
  /// What the feature cache has of one kind, by a sample.
  public struct CacheShare: Sendable, Encodable {
    /// Features looked for.
    public var asked: Int
    /// Features that the cache has.
    public var found: Int
  }
}

/// Looks whether the feature cache has what metrics make of originals. Where features lie is decided by pixels at
/// evaluation size, so that frames must be decoded to know: a few are, of the first clip of each suite.
struct CacheProbe {
  /// Frames of a clip that are looked at, the reference left out; with two neighbours there is a flow.
  private static let sampledFrames = 2

  let runner: Runner
  let cache: any FeatureStore

  /// Found and asked for by kind. What is missing is computed on the way, and not kept.
  func shares() throws -> [String: RunPlan.CacheShare] {
    let store = CountingStore(cache)
    let metrics = runner.metrics.filter { $0.unavailability == nil && [.fid, .tc].contains($0.id) }
    let resizer = FrameResizer(size: runner.configuration.frameProtocol.size, filter: runner.filter)
    for suite in runner.suites {
      guard let first = suite.clips.first else { continue }
      let sample = try FrameSample(suite, first, limit: Self.sampledFrames + 1)
      let indices = sample.frames.indices.filter { $0 != first.reference }
        .prefix(Self.sampledFrames)
      for metric in metrics {
        let observer = try metric.makeObserver(clipID: first.id)
        let clip = OriginalClip(features: store)
        for index in indices {
          let frame = resizer(sample.frames[index])
          try observer.observe(
            original: OriginalFrame(index: index, frame: frame, clip: clip),
            generated: GeneratedFrame(frame: frame))
        }
        _ = try observer.finish()
      }
    }
    return store.shares
  }

  /// Counts each feature once; keeps nothing.
  private final class CountingStore: FeatureStore {
    private let cache: any FeatureStore
    private let answers = Mutex<[FeatureKey: Bool]>([:])

    init(_ cache: any FeatureStore) { self.cache = cache }

    func array(_ key: FeatureKey) -> NumericArray? {
      let found = cache.array(key)
      answers.withLock { $0[key] = found != nil }
      return found
    }

    func keep(_ array: NumericArray, for key: FeatureKey) {}

    var shares: [String: RunPlan.CacheShare] {
      answers.withLock { answers in
        Dictionary(grouping: answers, by: { $0.key.kind.rawValue }).mapValues { answers in
          RunPlan.CacheShare(asked: answers.count, found: answers.count { $0.value })
        }
      }
    }
  }
}
