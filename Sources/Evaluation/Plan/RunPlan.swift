internal import EvalCore
internal import Foundation
internal import LVCDModel
public import Media
internal import Synchronization
public import WeightStore

/// What a run will take, before anything of it is computed.
public struct RunPlan: Sendable, Encodable {
  /// Schema of this document.
  public let schema = "plan/1"
  /// Clips of all sets.
  public var clips = 0
  /// Frames of all clips.
  public var frames = 0
  /// One entry per row, in report order.
  public var rows: [Row] = []
  /// What the stages were timed with.
  public var basis: [String] = []
  /// Bytes of coloured frames and records, about.
  public var diskBytes = 0
  /// Bytes of memory for one process, about.
  public var memoryBytes = 0
  /// Clips of the run folder that are done already; nil where there is no run.
  public var doneClips: Int?
  /// What the feature cache has of the originals, by kind and by a sample of two frames a suite; nil where there is no
  /// cache.
  public var cached: [String: CacheShare]?

  /// One row.
  public struct Row: Sendable, Encodable {
    /// The row's name.
    public var name: String
    /// Frames that are coloured or scored.
    public var frames: Int
    /// Segments of a model's clips; nil for other rows.
    public var segments: Int?
    /// Core-seconds of each stage: `decode`, `colorize`, `encode`, `measure`.
    public var seconds: [String: Double]

    /// Core-seconds of all stages.
    public var total: Double { seconds.values.reduce(0, +) }
  }

  /// Core-seconds of the whole run.
  public var total: Double { rows.reduce(0) { $0 + $1.total } }
}

/// Makes plans: times each stage on a few frames of the first clip, and counts a model's arithmetic.
public struct RunPlanner {
  private let configuration: RunConfiguration
  private let runner: Runner
  private let rate: Double
  private let features: FeatureCache?

  /// A planner for what `configuration` asks for.
  ///
  /// - Parameters:
  ///   - features: The cache that the run would use; nil: none.
  ///   - rate: FLOPs per second of the model's arithmetic.
  /// - Throws: what is wrong with the request. Weights of models are not read, only their headers.
  public init(
    _ configuration: RunConfiguration, folder: RunFolder, library: SuiteLibrary, progress: ProgressReporter,
    weights: WeightStore, features: FeatureCache?, rate: Double
  ) throws {
    self.configuration = configuration
    self.rate = rate
    self.features = features
    var others = configuration
    others.grid = ParameterGrid()
    others.methods = configuration.rows.filter { !$0.isModel }
    runner = try Runner(
      others, folder: folder, library: library, jobs: 1, progress: progress, interruption: Interruption(),
      weights: weights)
  }

  /// The plan; takes some seconds.
  public func plan() throws -> RunPlan {
    var plan = RunPlan()
    guard let suite = runner.suites.first, let clip = suite.clips.first else { return plan }
    let sample = try FrameSample(suite, clip, limit: 4)
    let decode = sample.decodeSeconds
    let measure = try StageTimes(runner).secondsPerFrame(sample)
    let encode = try StageTimes.encodingSeconds(sample.frames[0])
    plan.basis = [
      "decoding, encoding and metrics: timed now on frames of \(suite.name)/\(clip.id), one thread",
      "models: arithmetic counted from the sizes, at \(Int((rate / 1e9).rounded())) GFLOP/s and what networks were measured to reach of it",
    ]
    for suite in runner.suites {
      plan.clips += suite.clips.count
      plan.frames += suite.frameCount
    }
    let size = sample.frames[0].size
    var coloured = 0
    for spec in configuration.rows {
      if case .published = spec.source { continue }
      let clips = runner.suites.flatMap {
        spec.isTimingOnly ? Array($0.clips.prefix(configuration.timingClips)) : $0.clips
      }
      let frames = clips.reduce(0) { $0 + $1.count }
      var row = RunPlan.Row(name: spec.name, frames: frames, seconds: ["decode": Double(frames) * decode])
      if !spec.isTimingOnly { row.seconds["measure"] = Double(frames) * measure }
      if case .colorizer(let name, let settings) = spec.source {
        row.seconds["encode"] = Double(frames) * encode
        coloured += frames
        if spec.isModel {
          let cost = try ModelCost(settings, configuration: configuration, size: size)
          row.segments = clips.reduce(0) { $0 + cost.segments($1) }
          row.seconds["colorize"] = clips.reduce(0) { $0 + cost.seconds($1, rate: rate) }
          plan.memoryBytes = max(plan.memoryBytes, cost.byteCount)
        } else {
          let colorizer = try Colorizers().make(
            name, settings: settings, folder: configuration.methodFolder)
          row.seconds["colorize"] = Double(frames) * (try sample.secondsPerFrame(colorizer))
        }
      }
      plan.rows.append(row)
    }
    // A lossless picture of a drawing takes about a quarter of its pixels; a record some 100 bytes per frame
    // and metric.
    plan.diskBytes =
      coloured * size.width * size.height * 3 / 4
      + plan.frames * plan.rows.count * runner.metrics.count * 100
    plan.memoryBytes += Int(MemoryBudget.bytesPerClip(frame: size, rows: plan.rows.count))
    if FileManager.default.fileExists(atPath: runner.folder.runFile.path) {
      plan.doneClips = doneClips()
    }
    plan.cached = try features.map { try CacheProbe(runner: runner, cache: $0).shares() }
    return plan
  }

  /// Clips with a record in each row that is there.
  private func doneClips() -> Int? {
    guard let description = try? RunDescription.load(runner.folder), let rows = description.rows else {
      return nil
    }
    let keys = rows.filter { $0.identity.kind != .published && !$0.isTimingOnly }
      .map { RunFolder.rowKey($0.identity) }
    return runner.suites.reduce(0) { sum, suite in
      sum
        + suite.clips.count { clip in
          keys.allSatisfy { key in
            FileManager.default.fileExists(
              atPath: runner.folder.recordFile(suite: suite.name, row: key, clip: clip.id).path)
          }
        }
    }
  }
}

/// What one model row takes per clip.
private struct ModelCost {
  private let model: ModelConfiguration
  private let options: SamplingOptions
  private let size: FrameSize
  /// Memory at the peak.
  let byteCount: Int

  init(_ settings: [String: String], configuration: RunConfiguration, size input: FrameSize) throws {
    var settings = try LVCDSettings(settings, folder: configuration.methodFolder)
    if settings.weights.isEmpty {
      settings.weights = configuration.modelWeights.map {
        URL(fileURLWithPath: $0, relativeTo: configuration.weightFolder).absoluteURL
      }
    }
    let files = try settings.openWeights()
    model = try files.configuration()
    options = try settings.options(model, seed: 0)
    size = try settings.resolution.resolve(input: input, model)
    let cost = CostEstimate(model, size: size, plan: options.plan(frames: model.videoFrames + 1, model))
    byteCount = cost.memoryByteCount(storedWeights: files.storedByteCount)
  }

  func segments(_ clip: SuiteClip) -> Int { plans(clip).reduce(0) { $0 + $1.segments } }

  func seconds(_ clip: SuiteClip, rate: Double) -> Double {
    plans(clip).reduce(0) {
      $0 + CostEstimate(model, size: size, plan: $1).seconds(steps: options.steps, rate: rate)
    }
  }

  private func plans(_ clip: SuiteClip) -> [SequencePlan] {
    options.plans(frames: clip.count, reference: clip.reference, model)
  }
}
