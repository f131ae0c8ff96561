internal import EvalCore
internal import Foundation
internal import Imaging
internal import Media
internal import Metrics

/// The first frames of a clip with their lineart, and how long reading one took.
struct FrameSample {
  let frames: [Frame]
  let lineart: [Frame]
  let decodeSeconds: Double

  /// Up to `limit` frames.
  init(_ suite: Suite, _ clip: SuiteClip, limit: Int) throws {
    let start = ContinuousClock.now
    let reader = try suite.openFrames(of: clip).makeReader()
    var frames: [Frame] = []
    while frames.count < limit, let frame = try reader.next() { frames.append(frame) }
    guard !frames.isEmpty else {
      throw FrameCountError(
        file: "\(suite.name)/\(clip.id)", found: 0, expected: clip.count, hint: "the clip has no frame")
    }
    decodeSeconds = (ContinuousClock.now - start) / .seconds(frames.count)
    self.frames = frames
    var lineart: [Frame] = []
    if clip.sketch != nil {
      let reader = try suite.openSketch(of: clip).makeReader()
      while lineart.count < frames.count, let frame = try reader.next() { lineart.append(frame) }
    }
    self.lineart = lineart
  }

  /// Seconds that `colorizer` takes for one of these frames.
  func secondsPerFrame(_ colorizer: any Colorizer) throws -> Double {
    let start = ContinuousClock.now
    let sink = CountingSink()
    try colorizer.colorize(
      ColorizationRequest(clipID: "plan", reference: frames[0], lineart: FrameArray(lineart), seed: 0), to: sink)
    return (ContinuousClock.now - start) / .seconds(max(1, lineart.count))
  }

  /// Takes frames and keeps none.
  private final class CountingSink: ColorizationSink {
    let framesAlreadyWritten = 0
    func write(_ frame: Frame, at index: Int) {}
    func report(stage: String, completed: Int, total: Int) {}
    func checkCancellation() {}
  }
}

/// How long the stages besides colouring take for one frame on one thread of this machine.
struct StageTimes {
  private let runner: Runner

  init(_ runner: Runner) { self.runner = runner }

  /// Frames a metric is shown: FVD works once per window of that many.
  private static let window = 16

  /// Seconds per frame and row of the frame pipeline and of every metric that can be computed; the first frame,
  /// which loads networks, is not counted.
  func secondsPerFrame(_ sample: FrameSample) throws -> Double {
    let resizer = FrameResizer(size: runner.configuration.frameProtocol.size, filter: runner.filter)
    var total = 0.0
    for metric in runner.metrics where metric.unavailability == nil {
      let count = metric.id == .fvd ? Self.window : max(2, sample.frames.count)
      _ = try seconds(metric, sample, resizer, count: count, skipping: 0)
      let time = try seconds(metric, sample, resizer, count: count, skipping: 1)
      // The original's part is done once for all rows; here every row bears it, so that this is an upper bound.
      total += time / Double(metric.id == .fvd ? count : count - 1)
    }
    return total
  }

  private func seconds(
    _ metric: any Metric, _ sample: FrameSample, _ resizer: FrameResizer, count: Int, skipping: Int
  ) throws -> Double {
    let observer = try metric.makeObserver(clipID: "plan")
    let clip = OriginalClip()
    var start = ContinuousClock.now
    for index in 0..<count {
      if index == skipping, metric.id != .fvd { start = .now }
      let stored = sample.frames[index % sample.frames.count]
      // A generated frame that is not the original, so that nothing is taken a short cut through.
      let other = Frame(width: stored.width, height: stored.height, rgb: stored.rgb.map { $0 ^ 16 })
      let lineart = sample.lineart.isEmpty ? nil : sample.lineart[index % sample.lineart.count]
      try observer.observe(
        original: OriginalFrame(
          index: index, frame: resizer(stored), storedFrame: stored, lineart: lineart, clip: clip),
        generated: GeneratedFrame(frame: resizer(other), storedFrame: other))
    }
    _ = try observer.finish()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Seconds of writing one frame.
  static func encodingSeconds(_ frame: Frame) throws -> Double {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lvcd-bench-plan-\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: file) }
    let start = ContinuousClock.now
    try PNGFile.write(frame, to: file)
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
