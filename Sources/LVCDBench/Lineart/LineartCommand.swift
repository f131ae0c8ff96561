internal import ArgumentParser
internal import EvalCore
internal import Foundation
internal import Media
internal import Perception
internal import TensorCore

/// `lvcd-bench lineart`: lineart of an image, a folder of frames or a video.
struct LineartCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "lineart",
    abstract: "Extract lineart: dark lines on white.",
    discussion: """
      INPUT is a PNG file, a folder of PNG frames or a video. OUT is a .png file for one frame, a .mkv \
      file for lossless video, else a folder that gets frames 00000.png, 00001.png, ...
      """)

  @Argument(help: "PNG file, folder of PNG frames, or video.")
  var input: String

  @Option(name: [.customShort("o"), .long], help: "A .png file, a .mkv file, or a folder.")
  var output: String

  @Option(help: "Extractor: \(LineartExtractors.names.joined(separator: ", ")).")
  var extractor = "inklines"

  @Option(help: "Weight file of an extractor that is a network. (default: the one in the cache)")
  var weights: String?

  @Option(
    help: "Make lines solid: ink where the strength exceeds this number, 0 to 1. Default: keep soft edges.")
  var threshold: Double?

  @OptionGroup var dryRun: DryRunOption
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let threshold, !(threshold >= 0 && threshold < 1) {
      throw ValidationError("--threshold \(threshold) is out of range; give a number from 0 to below 1")
    }
  }

  func run() throws { try reporting { try extract() } }

  private func extract() throws {
    let weights = try common.lineartWeights(of: extractor, given: self.weights)
    try refuseOverwriting([URL(fileURLWithPath: input)] + [weights].compactMap(\.self), by: [output])
    ComputeBudget.threadCount = common.jobCount
    let extractor = try LineartExtractors.named(self.extractor, weights: weights)
    let source = try FrameSources.open(URL(fileURLWithPath: input))
    if dryRun.isDryRun {
      return try answer("\(source.name): \(source.count) frames for \(extractor.name); nothing was written")
    }
    let sink = try LineartSink(output: URL(fileURLWithPath: output), source: source)
    do {
      let reader = try source.makeReader()
      while let frame = try reader.next() {
        let lineart = try extractor.lineart(of: frame)
        try sink.write(threshold.map { solid(lineart, $0) } ?? lineart)
      }
      try sink.finish()
    } catch {
      sink.abandon()
      throw error
    }
  }

  /// Black where the 8-bit ink strength exceeds `threshold`, else white.
  private func solid(_ lineart: Frame, _ threshold: Double) -> Frame {
    Frame(
      width: lineart.width, height: lineart.height,
      rgb: lineart.rgb.map { 1 - Double($0) / 255 > threshold ? 0 : 255 })
  }
}

/// Writes frames where the output path's form says.
private final class LineartSink {
  private enum Form {
    case image, video, folder
  }

  private let url: URL
  private let form: Form
  private let frameRate: Rational
  /// Frames gather here and get the folder's name when all are there, so that no half-filled folder looks
  /// whole.
  private let gathering: URL
  private var video: VideoWriter?
  private var count = 0

  init(output url: URL, source: any FrameSource) throws {
    self.url = url
    gathering = url.deletingLastPathComponent().appendingPathComponent(
      ".\(url.lastPathComponent).\(getpid()).part", isDirectory: true)
    frameRate = (source as? VideoFile)?.frameRate ?? Rational(24)
    switch url.pathExtension.lowercased() {
    case "png":
      guard source.count == 1 else {
        throw ValidationError(
          "\(url.path): \(source.name) has \(source.count) frames, a .png file holds one; "
            + "name a folder or a .mkv file"
        )
      }
      form = .image
    case "mkv": form = .video
    default:
      form = .folder
      let manager = FileManager.default
      if manager.fileExists(atPath: url.path) {
        let found = try manager.contentsOfDirectory(atPath: url.path)
        guard found.isEmpty else {
          throw ValidationError(
            "\(url.path): the folder holds \(found.count) files already; name a new or an empty folder")
        }
      }
      try manager.createDirectory(at: gathering, withIntermediateDirectories: true)
    }
  }

  func write(_ frame: Frame) throws {
    switch form {
    case .image: try writeGray(frame, to: url)
    case .video:
      let writer = try video ?? VideoWriter(url, size: frame.size, frameRate: frameRate, codec: .grayFFV1)
      video = writer
      try writer.append(frame)
    case .folder:
      try writeGray(frame, to: gathering.appendingPathComponent(String(format: "%05d.png", count)))
    }
    count += 1
  }

  /// The three channels of lineart are equal; one is kept.
  private func writeGray(_ frame: Frame, to url: URL) throws {
    let values = stride(from: 0, to: frame.rgb.count, by: 3).map { frame.rgb[$0] }
    try PNGFile.writeGray(width: frame.width, height: frame.height, values: values, to: url)
  }

  func finish() throws {
    try video?.finish()
    guard form == .folder else { return }
    // An empty folder of the name may be replaced; a filled one was refused.
    guard rename(gathering.path, url.path) == 0 else {
      throw MediaError.notWritten(path: url.path, cause: String(cString: strerror(errno)).lowercased())
    }
  }

  /// Removes what was gathered so far.
  func abandon() {
    guard form == .folder else { return }
    do { try FileManager.default.removeItem(at: gathering) } catch {
      FileHandle.standardError.write(Data("lvcd-bench: \(gathering.path): cannot be removed\n".utf8))
    }
  }
}
