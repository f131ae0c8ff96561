public import EvalCore
public import Foundation
internal import Checkpoints
internal import Hashing
internal import Imaging
internal import TensorCore

/// The method `lvcd`: reference-based lineart video colorization by a video diffusion model.
///
/// Source: Huang, Zhang and Liao, "LVCD: Reference-based Lineart Video Colorization with Diffusion Models",
/// 2024, and the authors' release. Frame 0 is delivered as the autoencoder renders it, like all others. The
/// noise is the same for every clip of the same length and seed, as in the release.
public struct LVCDColorizer: Colorizer {
  /// Everything that can change the output but the seed.
  public let identity: MethodIdentity
  /// The network.
  public let model: ColorizationModel
  private let settings: LVCDSettings

  /// Loads the weights that `settings` name, or those inside the program.
  ///
  /// - Throws: `ModelError` or `CheckpointError`.
  public init(_ settings: LVCDSettings) throws {
    let files = try settings.openWeights()
    let model = try files.model()
    try self.init(
      model: model, settings: settings, weightHashes: files.hashes(), embeddedName: settings.embeddedModel)
  }

  /// The setting of `identity` that names the model inside the program, where it colours.
  public static let embeddedSetting = "embedded"

  /// A colorizer with a model at hand; `weightHashes` identify its weights, `embeddedName` is given for weights inside
  /// the program.
  public init(
    model: ColorizationModel, settings: LVCDSettings, weightHashes: [String], embeddedName: String? = nil
  ) throws(ModelError) {
    self.model = model
    self.settings = settings
    let options = try settings.options(model.configuration, seed: 0)
    var identity = MethodIdentity(
      name: "lvcd", kind: .colorizer, provenance: "LVCD, \(options.variant.rawValue), in this program",
      settings: [
        "variant": options.variant.rawValue, "overlap": "\(options.effectiveOverlap)",
        "window": "\(model.configuration.videoFrames)",
        "steps": "\(options.steps)", "amplification": "\(options.amplification)",
        "resolution": settings.resolution.description, "weights": weightHashes.joined(separator: "+"),
      ])
    identity.settings[Self.embeddedSetting] = embeddedName
    self.identity = identity
  }

  /// All that operations may use: they spread over threads by themselves.
  public var threadsPerClip: Int { ComputeBudget.threadCount }

  /// True.
  public var isTimed: Bool { true }

  /// One step of one segment on blank frames: packs the weights for this size.
  public func warmUp(_ size: FrameSize) throws {
    var short = settings
    short.steps = 1
    let blank = Frame(
      width: size.width, height: size.height,
      rgb: [UInt8](repeating: 255, count: 3 * size.width * size.height))
    try LVCDColorizer(model: model, settings: short, weightHashes: []).colorize(
      ColorizationRequest(
        clipID: "warm-up", reference: blank, lineart: FrameArray([blank, blank]), seed: 0),
      to: NoSink())
  }

  /// Takes frames and keeps none.
  private final class NoSink: ColorizationSink {
    let framesAlreadyWritten = 0
    func write(_ frame: Frame, at index: Int) {}
    func report(stage: String, completed: Int, total: Int) {}
    func checkCancellation() {}
  }

  /// Colours the clip; see `colorize(_:to:latentsOut:)`.
  public func colorize(_ request: ColorizationRequest, to sink: any ColorizationSink) throws {
    try colorize(request, to: sink, latentsOut: nil)
  }

  /// Colours the clip.
  ///
  /// A clip that was interrupted goes on at the last whole segment, and its frames behind those already
  /// written, when the request has a state directory.
  ///
  /// - Parameter latentsOut: a safetensors file that gets noise, conditions, the estimate of every step and
  ///   the final latents: `x_T`, `posterior_noise`, `crossattn`, `vector_row`, for each segment k
  ///   `segmentk.x_T`, `segmentk.concat`, `segmentk.denoised_before_blend.i` and `segmentk.x0`, and
  ///   `output_latents`. The clip is then sampled from the start.
  /// - Throws: `ModelError`, errors of the lineart and the sink, `CancellationError`.
  public func colorize(
    _ request: ColorizationRequest, to sink: any ColorizationSink, latentsOut: URL?
  ) throws {
    guard request.referenceIndex == 0 else {
      throw ModelError.referenceNotFirst(clip: request.clipID, index: request.referenceIndex)
    }
    let input = request.reference.size
    let size = try settings.resolution.resolve(input: input, model.configuration)
    let options = try settings.options(model.configuration, seed: request.seed)
    let plan = options.plan(frames: max(1, request.lineart.count), model.configuration)
    try checkMemory(request, size: size, plan: plan)
    let key = try requestKey(request)
    let state =
      latentsOut == nil ? request.stateDirectory.map { SequenceStateFile(folder: $0, key: key) } : nil
    let observer = ColorizationObserver(
      sink: sink, plan: plan, steps: options.steps, keepsTensors: latentsOut != nil)
    let latents = try sample(
      request, size: size, options: options, plan: plan, state: state, observer: observer)
    if let latentsOut {
      try SafetensorsWriter.write(
        observer.tensors, metadata: ["request": key, "seed": "\(options.seed)", "clip": request.clipID],
        to: latentsOut)
    }
    try deliver(latents, of: request, from: size, to: sink)
    try state?.remove()
  }

  /// A text that differs whenever anything differs that can change the frames. Reads the lineart once and
  /// checks it.
  ///
  /// - Throws: `ModelError.sizeMismatch`, `ModelError.frameCount`, errors of the lineart.
  public func requestKey(_ request: ColorizationRequest) throws -> String {
    let lineart = request.lineart
    var frames = ClipHasher()
    let reader = try lineart.makeReader()
    while let frame = try reader.next() {
      guard frame.size == request.reference.size else {
        throw ModelError.sizeMismatch(
          clip: request.clipID, lineart: lineart.name, found: frame.size, expected: request.reference.size)
      }
      frames.update(frame)
    }
    guard frames.count == lineart.count, frames.count > 0 else {
      throw ModelError.frameCount(
        clip: request.clipID, lineart: lineart.name, found: frames.count, expected: max(1, lineart.count))
    }
    var hasher = SHA256Hasher()
    for (name, value) in identity.settings.sorted(by: { $0.key < $1.key }) {
      hasher.update("\(name)=\(value)\n")
    }
    hasher.update("\(request.seed)\n\(request.reference.contentHash)\n\(frames.finish())\n")
    return hasher.finish().description
  }

  private func checkMemory(_ request: ColorizationRequest, size: FrameSize, plan: SequencePlan) throws {
    guard let available = SystemMemory.availableByteCount() else { return }
    // Weights are in memory already, or mapped and can be dropped from it.
    let needed = CostEstimate(model.configuration, size: size, plan: plan).activationByteCount
    guard needed <= available else {
      throw ModelError.memory(clip: request.clipID, needed: needed, available: available)
    }
  }

  private func sample(
    _ request: ColorizationRequest, size: FrameSize, options: SamplingOptions, plan: SequencePlan,
    state: SequenceStateFile?, observer: ColorizationObserver
  ) throws -> Tensor {
    let sampler = SequenceSampler(model: model, options: options, plan: plan)
    let factor = model.autoencoder.spatialFactor
    var source = TorchNoise(seed: options.seed)
    let noise = SequenceNoise(
      &source, frames: sampler.callFrames, overlap: plan.overlap,
      channels: model.autoencoder.latentChannels, height: size.height / factor, width: size.width / factor)
    let lineart = try LineartWindow(
      request.lineart, clip: request.clipID, from: request.reference.size, to: size)
    return try sampler.run(
      reference: Picture.tensor(Picture.resized(request.reference, to: size)), noise: noise,
      from: try state?.load(), observer: observer, lineart: { try lineart($0) },
      segmentDone: { try state?.store($0) })
  }

  /// Decodes and writes the frames that are not there yet.
  private func deliver(
    _ latents: Tensor, of request: ColorizationRequest, from working: FrameSize, to sink: any ColorizationSink
  ) throws {
    let size = request.reference.size
    let decoding = LatentDecoding(model.configuration)
    let resizer = Resizer(from: working, to: size, filter: .pillowBilinear)
    let total = latents.shape[0]
    let lineart = try LineartWindow(request.lineart, clip: request.clipID, from: size, to: working)
    for chunk in decoding.chunks(total) where chunk.delivered.upperBound > sink.framesAlreadyWritten {
      try sink.checkCancellation()
      sink.report(stage: "decode", completed: chunk.delivered.lowerBound, total: total)
      let pictures = try decoding.decode(chunk, of: latents, with: model.autoencoder) { try lineart($0) }
      guard pictures.sum().isFinite else { throw ModelError.diverged(stage: "decoding") }
      for (index, frame) in zip(chunk.delivered, Picture.frames(pictures))
      where index >= sink.framesAlreadyWritten {
        try sink.write(resizer(frame), at: index)
      }
      sink.report(stage: "decode", completed: chunk.delivered.upperBound, total: total)
    }
  }
}
