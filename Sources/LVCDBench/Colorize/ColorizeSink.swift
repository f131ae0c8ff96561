internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media

/// Writes coloured frames where the output path's form says, and tells how far the work is.
final class ColorizeSink: ColorizationSink {
  private static let keyName = "request"
  private let url: URL
  private let state: URL
  private let isVideo: Bool
  private let frameRate: Rational
  private let progress: ProgressReporter
  private let interruption: Interruption
  private var video: VideoWriter?
  private var phase = ""
  private(set) var framesAlreadyWritten = 0

  /// Goes on with the frames in a folder when `key` is the request that made them; refuses a folder of other
  /// frames.
  init(
    output url: URL, state: URL, key: String, source: any FrameSource, progress: ProgressReporter,
    interruption: Interruption
  ) throws {
    self.url = url
    self.state = state
    self.progress = progress
    self.interruption = interruption
    frameRate = (source as? VideoFile)?.frameRate ?? Rational(24)
    isVideo = url.pathExtension.lowercased() == "mkv"
    let files = FileManager.default
    let keyFile = state.appendingPathComponent(Self.keyName)
    let isSameRequest = files.contents(atPath: keyFile.path) == Data(key.utf8)
    if !isVideo {
      try files.createDirectory(at: url, withIntermediateDirectories: true)
      let found = try files.contentsOfDirectory(atPath: url.path)
      guard isSameRequest || found.isEmpty else {
        throw ValidationError(
          "\(url.path): the folder holds \(found.count) other files; name an empty folder"
        )
      }
      while files.fileExists(atPath: file(framesAlreadyWritten).path) { framesAlreadyWritten += 1 }
    }
    try files.createDirectory(at: state, withIntermediateDirectories: true)
    if !isSameRequest { try Data(key.utf8).write(to: keyFile, options: .atomic) }
  }

  func write(_ frame: Frame, at index: Int) throws {
    if isVideo {
      let writer = try video ?? VideoWriter(url, size: frame.size, frameRate: frameRate, codec: .ffv1)
      video = writer
      try writer.append(frame)
    } else {
      try PNGFile.write(frame, to: file(index))
    }
    framesAlreadyWritten += 1
  }

  func report(stage: String, completed: Int, total: Int) {
    let phase = stage == "decode" ? "decoding" : "sampling"
    if phase != self.phase {
      self.phase = phase
      progress.begin(phase, total: total)
    }
    progress.update(done: completed, total: total, detail: stage)
  }

  func checkCancellation() throws { try interruption.check() }

  /// Completes the output and removes the state.
  func finish() throws {
    try video?.finish()
    try FileManager.default.removeItem(at: state)
  }

  private func file(_ index: Int) -> URL {
    let digits = "\(index)"
    return url.appendingPathComponent(
      String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".png")
  }
}
