internal import ArgumentParser
internal import Cartoon
internal import EvalCore
internal import Foundation
internal import Media
internal import Synchronization

/// `lvcd-bench clips generate`: procedural cartoon clips with everything known about them.
struct ClipsGenerateCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate cartoon clips with exact lineart, flow, part maps and a suite file.",
    discussion: """
      Clips are a pure function of seed and options. Seeds below 2^32 are for training, seeds from 2^32 for tests. \
      A second run with the same flags keeps what is complete.
      """)

  /// How clips are stored.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case png, video, training
  }

  /// The embedded sets.
  enum Preset: String, ExpressibleByArgument, CaseIterable {
    case similar, general
  }

  @Option(help: "Make an embedded set, as lossless video; overrides all flags that describe clips.")
  var suitePreset: Preset?

  @Option(help: "Style family: similar or general.")
  var family: String = CartoonFamily.similar.rawValue

  @Option(help: "Seed of the first clip; clip i has seed S + i.")
  var seed: UInt64 = 1

  @Option(help: "Number of clips.")
  var count: Int = 1

  @Option(help: "Frames per clip, or a range L:L2 from which each clip draws.")
  var length: String = "40"

  @Option(help: "Frame size WxH in pixels.")
  var size: String = "256x256"

  @Option(help: "Speed of everything; 1 moves like the paper's test sets, 0 to 4.")
  var motion: Double = 1

  @Option(help: "Colours: harmonious, random or mixed.")
  var palette: String = CartoonPalette.harmonious.rawValue

  @Flag(help: "Write exact optical flow to the next frame, with visibility.")
  var flow = false

  @Flag(help: "Write exact optical flow to the frame before, with visibility; not in training shards.")
  var backwardFlow = false

  @Flag(help: "Write part and colour-group maps.")
  var parts = false

  @Flag(inversion: .prefixedNo, help: "Write lineart.")
  var lineart = true

  @Option(help: "How to store: png, video (lossless) or training (safetensors shards).")
  var format: Format = .png

  @Option(help: "Clips per training shard.")
  var shardClips: Int = 8

  @Option(help: "Keep only this many frames of each clip, drawn by its seed; training shards without flow.")
  var keep: Int?

  @Option(help: "Name of the set, also of its suite file.")
  var name: String?

  @Option(name: [.short, .customLong("output")], help: "Folder to write into; made if missing.")
  var output: String

  @OptionGroup var dryRun: DryRunOption
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...10_000_000).contains(count) else {
      throw ValidationError("--count is \(count), must be 1 to 10000000")
    }
    guard shardClips > 0 else { throw ValidationError("--shard-clips is \(shardClips), must be at least 1") }
    if let keep {
      guard keep > 0 else { throw ValidationError("--keep is \(keep), must be at least 1") }
      guard format == .training, !flow, suitePreset == nil else {
        throw ValidationError("--keep needs --format training, and neither --flow nor --suite-preset")
      }
    }
    guard !backwardFlow || (format != .training && suitePreset == nil) else {
      throw ValidationError("--backward-flow needs --format png or video, and no --suite-preset")
    }
    guard seed <= UInt64.max - UInt64(count) else {
      throw ValidationError("--seed \(seed) leaves no room for \(count) clips")
    }
    let batch = try makeBatch()
    do {
      for extreme in [batch.shortest, batch.longest] {
        var options = batch.options
        options.length = extreme
        try options.validate()
      }
    } catch { throw ValidationError("\(error)") }
    let allowed = batch.name.utf8.allSatisfy { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_.".utf8.contains(byte)
    }
    guard allowed, !batch.name.isEmpty, !batch.name.hasPrefix(".") else {
      throw ValidationError(
        "--name '\(batch.name)' must be made of letters, digits, '-', '_' and '.', not starting with '.'")
    }
  }

  func run() throws { try reporting { try generate() } }

  private func generate() throws {
    let batch = try makeBatch()
    if dryRun.isDryRun {
      return try answer(
        "\(batch.name): \(batch.count) clips from seed \(batch.firstSeed); nothing was written")
    }
    let directory = URL(fileURLWithPath: output, isDirectory: true)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    if format == .training && suitePreset == nil {
      let writer = TrainingShardWriter(
        directory: directory, batch: batch, clipsPerShard: shardClips, contents: contents,
        kept: keep)
      try inParallel(writer.shardCount, unit: "shards") { try writer.write($0) }
      return
    }
    // A suite's clips lie in a folder of its name beside the suite file.
    let isPreset = suitePreset != nil
    let folder = isPreset ? directory.appendingPathComponent(batch.name, isDirectory: true) : directory
    let writer = ClipFolderWriter(directory: folder, contents: contents)
    let records = Mutex([ClipRecord?](repeating: nil, count: batch.count))
    try inParallel(batch.count, unit: "clips") { index in
      let record = try writer.write(try batch.clip(index))
      records.withLock { $0[index] = record }
    }
    let complete = records.withLock { $0.compactMap(\.self) }
    let suite = GeneratedSuite(
      name: batch.name, title: batch.title, root: isPreset ? batch.name : ".",
      clips: complete.map(writer.suiteClip))
    try AtomicFile.write(
      clipsJSON(ClipList(clips: complete)), to: folder.appendingPathComponent("clips.json"))
    guard contents.contains(.lineart) else { return }
    try AtomicFile.write(clipsJSON(suite), to: directory.appendingPathComponent("\(batch.name).suite.json"))
  }

  private var contents: ClipContents {
    if suitePreset != nil { return [.lineart, .video] }
    var contents: ClipContents = []
    if lineart { contents.insert(.lineart) }
    if flow { contents.insert(.flow) }
    if backwardFlow { contents.insert(.backwardFlow) }
    if parts { contents.insert(.parts) }
    if format == .video { contents.insert(.video) }
    return contents
  }

  private func makeBatch() throws -> CartoonBatch {
    switch suitePreset {
    case .similar: return .embeddedSimilar
    case .general: return .embeddedGeneral
    case nil: break
    }
    guard let family = CartoonFamily(rawValue: family) else {
      throw ValidationError("--family is '\(family)', must be similar or general")
    }
    guard let palette = CartoonPalette(rawValue: palette) else {
      throw ValidationError("--palette is '\(palette)', must be harmonious, random or mixed")
    }
    let lengths = length.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(lengths.count), let shortest = lengths[0],
      let longest = lengths[lengths.count - 1],
      shortest <= longest
    else { throw ValidationError("--length is '\(length)', must be a number or a range such as 15:60") }
    let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let width = sides[0], let height = sides[1] else {
      throw ValidationError("--size is '\(size)', must be two numbers such as 256x256")
    }
    return CartoonBatch(
      name: name ?? family.rawValue, title: "Generated \(family.rawValue)", firstSeed: seed, count: count,
      shortest: shortest, longest: longest,
      options: CartoonOptions(
        family: family, size: FrameSize(width: width, height: height), length: shortest, motion: motion,
        palette: palette))
  }

  /// Runs `work` for 0..<count on several threads; the first error stops the rest and is thrown.
  private func inParallel(_ count: Int, unit: String, _ work: @Sendable (Int) throws -> Void) throws {
    let state = Mutex((next: 0, done: 0, failure: (any Error)?.none))
    DispatchQueue.concurrentPerform(iterations: min(common.jobCount, count)) { _ in
      while let index = state.withLock({ state -> Int? in
        guard state.failure == nil, state.next < count else { return nil }
        state.next += 1
        return state.next - 1
      }) {
        do {
          try work(index)
          let done = state.withLock { state in
            state.done += 1
            return state.done
          }
          if done == count || done.isMultiple(of: 25) {
            FileHandle.standardError.write(Data("generated \(done) of \(count) \(unit)\n".utf8))
          }
        } catch {
          state.withLock { if $0.failure == nil { $0.failure = error } }
        }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
