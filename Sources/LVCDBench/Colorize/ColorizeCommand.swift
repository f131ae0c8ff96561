internal import ArgumentParser
internal import Checkpoints
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import LVCDModel
internal import Media
internal import TensorCore

/// `lvcd-bench colorize`: colours one clip with the diffusion model.
struct ColorizeCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "colorize",
    abstract: "Colour one clip from a reference frame and lineart.",
    discussion: """
      Frame 0 of the lineart belongs to the reference, or the frame that --reference-index names: frames before it \
      are coloured backwards in time from the same reference. OUT is a folder that gets frames 00000.png, \
      00001.png, ..., or a .mkv file for lossless video. An interrupted clip goes on where it stopped when \
      the same command is run again; its state lies in OUT.state until the clip is finished.

      The network works at the size it was trained for, whatever the size of the frames; results come back \
      at the size of the lineart. --resolution input keeps the frames' size, each side rounded to the \
      nearest multiple that the network can take.
      """)

  @Option(help: "The coloured reference frame: a PNG file, or a folder or video that begins with it.")
  var reference: String

  @Option(help: "Index of the reference frame in the lineart.")
  var referenceIndex = 0

  @Option(help: "Lineart, dark on white: a folder of PNG frames or a video.")
  var lineart: String

  @Option(name: [.customShort("o"), .long], help: "A folder or a .mkv file.")
  var output: String

  @OptionGroup var weights: WeightOptions
  @OptionGroup var method: ModelOptions

  @Option(help: "Seed of the noise.")
  var seed = 1234

  @Option(
    name: .customLong("latents-out"),
    help: "Write noise, conditions, every step's estimate and the final latents to this safetensors file.")
  var latentsOut: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard seed >= 0 else { throw ValidationError("--seed must not be negative, got \(seed)") }
    if let latentsOut, !latentsOut.hasSuffix(".safetensors") {
      throw ValidationError("--latents-out '\(latentsOut)' must end in .safetensors")
    }
  }

  func run() throws { try reporting { try colorize() } }

  private func colorize() throws {
    try refuseOverwriting([reference, lineart].map { URL(fileURLWithPath: $0) }, by: [output])
    try checkLatentsPlace()
    let progress = common.progress
    let interruption = Interruption()
    interruption.listen { progress.warn($0) }
    ComputeBudget.threadCount = common.jobCount
    let source = try FrameSources.open(URL(fileURLWithPath: lineart))
    guard let first = try FrameSources.open(URL(fileURLWithPath: reference)).makeReader().next() else {
      throw ValidationError("\(reference): has no frame")
    }
    let colorizer = try LVCDColorizer(method.settings(weights))
    let place = URL(fileURLWithPath: output)
    let state = place.appendingPathExtension("state")
    let request = ColorizationRequest(
      clipID: place.deletingPathExtension().lastPathComponent, reference: first, referenceIndex: referenceIndex,
      lineart: source, seed: UInt64(seed), stateDirectory: state)
    let sink = try ColorizeSink(
      output: place, state: state, key: try colorizer.requestKey(request), source: source,
      progress: progress, interruption: interruption)
    do {
      try colorizer.colorize(request, to: sink, latentsOut: latentsOut.map { URL(fileURLWithPath: $0) })
    } catch is CancellationError {
      throw ExitCode(interruption.exitCode ?? 130)
    }
    try sink.finish()
    try answer("\(output): \(sink.framesAlreadyWritten) frames")
  }

  /// Latents are written after hours of sampling: that their folder takes a file is asked before.
  private func checkLatentsPlace() throws {
    guard let latentsOut else { return }
    let folder = URL(fileURLWithPath: latentsOut).deletingLastPathComponent().path
    guard access(folder, W_OK) == 0 else {
      let reason = String(cString: strerror(errno)).lowercased()
      throw CheckpointError.unwritable(file: latentsOut, reason: reason)
    }
  }
}

/// The weight files of the model.
struct WeightOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help:
      "Weight files; later ones replace tensors of earlier ones (svd.safetensors lvcd.ckpt). (default: the small model in the program)"
  )
  var weights: [String] = []
}

/// Options that choose how the model samples.
struct ModelOptions: ParsableArguments {
  @Option(help: "Frames shared by neighbouring segments. (default: the model's, officially 4)")
  var overlap: Int?

  @Option(help: "Steps per segment. (default: the model's, officially 25)")
  var steps: Int?

  @Option(help: "Method or ablation: \(SamplingVariant.allCases.map(\.rawValue).joined(separator: ", ")).")
  var variant: String?

  @Option(help: "Factor on the attention to a frame's previous result. (default: the model's, officially 10)")
  var amplification: Double?

  @Option(help: "Working size: native, input or WIDTHxHEIGHT.")
  var resolution = "native"

  /// Whether none was given.
  var isDefault: Bool {
    overlap == nil && steps == nil && variant == nil && amplification == nil && resolution == "native"
  }

  /// The settings as a run configuration would hold them.
  func settings(_ files: WeightOptions) throws -> LVCDSettings {
    var table = ["resolution": resolution]
    table["overlap"] = overlap.map { "\($0)" }
    table["steps"] = steps.map { "\($0)" }
    table["variant"] = variant
    table["amplification"] = amplification.map { "\($0)" }
    let folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
    var settings = try LVCDSettings(table, folder: folder)
    settings.weights = files.weights.map { URL(fileURLWithPath: $0) }
    return settings
  }
}
