internal import EvalCore
internal import Foundation
internal import Synchronization

/// The passage of clips through colouring and scoring.
extension Runner {
  typealias HeldClip = (clip: SuiteClip, owner: ClaimBoard.Owner)

  /// Clips of one batch per thread, where colouring and scoring take turns.
  private static let clipsPerThread = 4

  /// A clip with the rows whose frames are there.
  private struct ReadyClip: Sendable {
    let clip: SuiteClip
    /// Pieces of work, those that failed included.
    let count: Int
    let rows: [Row]

    struct Row: Sendable {
      let work: ClipWork
      let outputs: ClipScorer.Outputs
      let secondsPerFrame: Double?
    }
  }

  /// Goes over `open` once; returns the clips that other processes hold.
  ///
  /// Each thread takes a clip, colours and scores it, then the next: reading, models and metrics of different clips
  /// overlap. A colorizer that spreads one clip over the cores is alone while it works, since its times are measured.
  /// Scoring one clip at a time beside it would leave cores idle: so a batch is coloured, then scored side by side.
  func pass(over open: [OpenClip], suite: Suite, total: Int, count: Counter) throws -> [HeldClip] {
    let isWide = open.contains { $0.work.contains { $0.row.colorizer?.spreadsOverThreads ?? false } }
    let threads = try affordable(jobs, suite: suite)
    let held = Mutex<[HeldClip]>([])
    let size = isWide ? Self.clipsPerThread * jobs : 1
    let batches = stride(from: 0, to: open.count, by: size).map { open[$0..<min($0 + size, open.count)] }
    @Sendable func work(_ batch: ArraySlice<OpenClip>, colouring: Int, scoring: Int) throws {
      let claims = Mutex<[String]>([])
      let ready = Mutex<[ReadyClip]>([])
      defer { for claim in claims.withLock({ $0 }) { folder.claims.release(claim) } }
      try Workers.run(batch.count, threads: colouring) { index in
        try interruption.check()
        let item = batch[batch.startIndex + index]
        let name = "\(suite.name)/\(item.clip.id)"
        if case .held(let owner) = try folder.claims.take(name) {
          return held.withLock { $0.append((item.clip, owner)) }
        }
        claims.withLock { $0.append(name) }
        let clip = try clock.measure(.clips) { try colour(item, suite: suite) }
        ready.withLock { $0.append(clip) }
      }
      let clips = ready.withLock { $0 }
      try Workers.run(clips.count, threads: scoring) { index in
        try interruption.check()
        let clip = clips[index]
        try clock.measure(.clips) { try score(clip, suite: suite) }
        progress.update(done: count.add(clip.count), total: total, detail: clip.clip.id)
      }
    }
    if isWide {
      for batch in batches { try work(batch, colouring: 1, scoring: threads) }
    } else {
      try Workers.run(batches.count, threads: threads) { try work(batches[$0], colouring: 1, scoring: 1) }
    }
    return held.withLock { $0 }.sorted { $0.clip.id < $1.clip.id }
  }

  /// Clips at a time within the memory budget, judged by the size of the suite's first readable frame.
  private func affordable(_ threads: Int, suite: Suite) throws -> Int {
    guard let clip = suite.clips.first else { return threads }
    let size: FrameSize
    do {
      guard let frame = try suite.openFrames(of: clip).makeReader().next() else { return threads }
      size = frame.size
    } catch {
      // The clip itself will fail by name when its turn comes.
      progress.detail("\(suite.name)/\(clip.id): no frame to judge memory by (\(error))")
      return threads
    }
    let models = try rows.compactMap(\.colorizer).filter { !$0.spreadsOverThreads }.map { try $0.memoryPerClip(size) }
    let allowed = try memory.jobs(threads, frame: size, rows: rows.count, model: models.max() ?? 0)
    if allowed < threads {
      progress.note(
        "\(suite.name): \(allowed) of \(threads) clips at a time, to stay within \(memory.bytes >> 20) MiB")
    }
    return allowed
  }

  /// The rows that still lack the clip with their frames, coloured where this program colours them.
  private func colour(_ item: OpenClip, suite: Suite) throws -> ReadyClip {
    let clip = item.clip
    // Between listing and claiming another process may have finished the clip.
    let left = item.work.compactMap { ClipWork(row: $0.row, clip: clip, suite: suite, runner: self) }
    var ready: [ReadyClip.Row] = []
    let inputs = ClipInputs(suite: suite, clip: clip, clock: clock)
    for item in left {
      do {
        let (outputs, seconds) = try item.outputs(inputs)
        ready.append(ReadyClip.Row(work: item, outputs: outputs, secondsPerFrame: seconds))
      } catch {
        try item.fail(error, stage: item.isColorized ? "colorize" : "read")
      }
    }
    return ReadyClip(clip: clip, count: item.work.count, rows: ready)
  }

  /// Scores all rows of the clip in one pass and writes their records.
  private func score(_ ready: ReadyClip, suite: Suite) throws {
    guard !ready.rows.isEmpty else { return }
    let scorer = ClipScorer(
      suite: suite, clip: ready.clip, metrics: metrics, frameProtocol: configuration.frameProtocol,
      filter: filter, clock: clock, features: features)
    let outcomes: [ClipScorer.Outcome]
    do {
      outcomes = try scorer.score(
        ready.rows.map { $0.work.entry(outputs: $0.outputs) }, interruption: interruption)
    } catch {
      for row in ready.rows { try row.work.fail(error, stage: "read") }
      return
    }
    for (row, outcome) in zip(ready.rows, outcomes) {
      switch outcome {
      case .success(let record): try row.work.store(record, secondsPerFrame: row.secondsPerFrame)
      case .failure(let error): try row.work.fail(error, stage: "score")
      }
    }
  }
}
