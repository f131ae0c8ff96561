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

  /// True but for narrow networks: shared out, their short operations take as long on two threads as on one
  /// (`Benchmarks/results/embedded.md`).
  public var spreadsOverThreads: Bool { !model.configuration.isNarrow }

  /// True.
  public var isTimed: Bool { true }

  /// Activations of a segment.
  public func memoryPerClip(_ size: FrameSize) throws -> Int {
    let working = try settings.resolution.resolve(input: size, model.configuration)
    let plan = try settings.options(model.configuration, seed: 0).plan(
      frames: 2 * model.configuration.videoFrames, model.configuration)
    return CostEstimate(model.configuration, size: working, plan: plan).activationByteCount
  }

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

  /// Colours the clip: from its reference on, and, where that is not frame 0, before that from the reference
  /// backwards in time.
  ///
  /// A clip that was interrupted goes on at the last whole segment, and its frames behind those already
  /// written, when the request has a state directory.
  ///
  /// - Parameter latentsOut: a safetensors file that gets noise, conditions, the estimate of every step and
  ///   the final latents: `x_T`, `posterior_noise`, `crossattn`, `vector_row`, for each segment k
  ///   `segmentk.x_T`, `segmentk.concat`, `segmentk.denoised_before_blend.i` and `segmentk.x0`, and
  ///   `output_latents`; of frames before the reference the same with `before.` in front, in the order in which they
  ///   are sampled, the reference first. The clip is then sampled from the start.
  /// - Throws: `ModelError`, errors of the lineart and the sink, `CancellationError`.
  public func colorize(
    _ request: ColorizationRequest, to sink: any ColorizationSink, latentsOut: URL?
  ) throws {
    let size = try settings.resolution.resolve(input: request.reference.size, model.configuration)
    let options = try settings.options(model.configuration, seed: request.seed)
    let key = try requestKey(request)
    let parts = ClipPart.parts(of: request)
    let plans = options.plans(
      frames: request.lineart.count, reference: request.referenceIndex, model.configuration)
    for plan in plans { try checkMemory(request, size: size, plan: plan) }
    var tensors: [String: WeightTensor] = [:]
    for (index, (part, plan)) in zip(parts, plans).enumerated() {
      if latentsOut == nil, part.delivered.upperBound <= sink.framesAlreadyWritten { continue }
      let state =
        latentsOut == nil
        ? request.stateDirectory.map { SequenceStateFile(folder: $0, prefix: part.prefix, key: key) } : nil
      let observer = ColorizationObserver(
        sink: sink, plan: plan, steps: options.steps, prefix: part.prefix, keepsTensors: latentsOut != nil)
      let latents = try sample(
        request, part, size: size, options: options, plan: plan, state: state, observer: observer)
      tensors.merge(observer.tensors) { $1 }
      if let latentsOut, index == parts.count - 1 {
        try SafetensorsWriter.write(
          tensors, metadata: ["request": key, "seed": "\(options.seed)", "clip": request.clipID], to: latentsOut)
      }
      try deliver(latents, of: part, request, from: size, to: sink)
      try state?.remove()
    }
  }

  /// A text that differs whenever anything differs that can change the frames. Reads the lineart once and
  /// checks it.
  ///
  /// - Throws: `ModelError.sizeMismatch`, `ModelError.frameCount`, `ModelError.referenceOutside`, errors of the lineart.
  public func requestKey(_ request: ColorizationRequest) throws -> String {
    let lineart = request.lineart
    guard lineart.count == 0 || (0..<lineart.count).contains(request.referenceIndex) else {
      throw ModelError.referenceOutside(
        clip: request.clipID, index: request.referenceIndex, frames: lineart.count)
    }
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
    if request.referenceIndex > 0 { hasher.update("\(request.referenceIndex)\n") }
    return hasher.finish().description
  }

  private func checkMemory(_ request: ColorizationRequest, size: FrameSize, plan: SequencePlan) throws {
    guard let available = SystemMemory.availableByteCount() else { return }
    // Weights as stored are in memory already, or mapped and can be dropped from it; packed ones have a limit of their
    // own and are few in small models.
    let needed = CostEstimate(model.configuration, size: size, plan: plan).activationByteCount
    guard needed <= available else {
      throw ModelError.memory(clip: request.clipID, needed: needed, available: available)
    }
  }

  private func sample(
    _ request: ColorizationRequest, _ part: ClipPart, size: FrameSize, options: SamplingOptions,
    plan: SequencePlan, state: SequenceStateFile?, observer: ColorizationObserver
  ) throws -> Tensor {
    let sampler = SequenceSampler(model: model, options: options, plan: plan)
    let factor = model.autoencoder.spatialFactor
    var source = TorchNoise(seed: options.seed)
    let noise = SequenceNoise(
      &source, frames: sampler.callFrames, overlap: plan.overlap,
      channels: model.autoencoder.latentChannels, height: size.height / factor, width: size.width / factor)
    let lineart = try LineartWindow(
      part.lineart, clip: request.clipID, from: request.reference.size, to: size)
    return try sampler.run(
      reference: Picture.tensor(Picture.resized(request.reference, to: size)), noise: noise,
      from: try state?.load(), observer: observer, lineart: { try lineart($0) },
      segmentDone: { try state?.store($0) })
  }

  /// Decodes and writes the frames of a part that are not there yet.
  private func deliver(
    _ latents: Tensor, of part: ClipPart, _ request: ColorizationRequest, from working: FrameSize,
    to sink: any ColorizationSink
  ) throws {
    let size = request.reference.size
    let decoding = LatentDecoding(model.configuration)
    let resizer = Resizer(from: working, to: size, filter: .pillowBilinear)
    func window() throws -> LineartWindow {
      try LineartWindow(part.lineart, clip: request.clipID, from: size, to: working)
    }
    let forwards = try window()
    let chunks = decoding.chunks(latents.shape[0])
    ComputeBudget.makeRoomForPackedWeights()
    // Chunks stand alone, so that those of a backward part are decoded in the order of the clip.
    for chunk in part.isBackwards ? chunks.reversed() : chunks {
      let frames = part.clipFrames(chunk.delivered)
      guard frames.upperBound > sink.framesAlreadyWritten else { continue }
      try sink.checkCancellation()
      sink.report(stage: "decode", completed: frames.lowerBound, total: request.lineart.count)
      let lineart = part.isBackwards ? try window() : forwards
      let pictures = try decoding.decode(chunk, of: latents, with: model.autoencoder) { try lineart($0) }
      guard pictures.sum().isFinite else { throw ModelError.diverged(stage: "decoding") }
      let decoded = Picture.frames(pictures)
      // Frame 0 of a backward part is not delivered: it comes last here, beyond the range.
      for (index, frame) in zip(frames, part.isBackwards ? decoded.reversed() : decoded)
      where index >= sink.framesAlreadyWritten {
        try sink.write(resizer(frame), at: index)
      }
      sink.report(stage: "decode", completed: frames.upperBound, total: request.lineart.count)
    }
  }
}
