public import EvalCore
internal import TensorCore

/// What colouring a clip takes: arithmetic and memory, from the sizes alone.
///
/// FLOPs are two per multiplication of convolutions and matrix products; elementwise work is not counted.
public struct CostEstimate: Sendable, Hashable, Codable {
  /// FLOPs of one step: ControlNet and UNet.
  public let stepFLOPs: Double
  /// Steps of the whole clip per step of a segment: the number of segments.
  public let segments: Int
  /// FLOPs of the image encoder, and of the autoencoder on the reference.
  public let referenceFLOPs: Double
  /// FLOPs of decoding the whole clip.
  public let decodingFLOPs: Double
  /// Bytes of activations at the peak of sampling or decoding.
  public let activationByteCount: Int
  /// What the networks reach of a machine's rate.
  public let efficiency: ComputeEfficiency

  /// The estimate for a clip at working size `size`.
  public init(_ configuration: ModelConfiguration, size: FrameSize, plan: SequencePlan) {
    efficiency = ComputeEfficiency(configuration)
    let factor = configuration.spatialFactor
    let height = max(1, size.height / factor)
    let width = max(1, size.width / factor)
    let network = NetworkCost(configuration, height: height, width: width, plan: plan)
    let codec =
      configuration.codec.map { AutoencoderCost($0, height: height, width: width) }
      ?? AutoencoderCost(configuration, height: height, width: width)
    stepFLOPs = network.unetFLOPs + network.controlFLOPs
    segments = plan.segments
    referenceFLOPs = 2 * codec.encodingFLOPs + VisionCost(configuration.imageEncoder).flops
    let chunks = LatentDecoding(configuration).chunks(plan.delivered)
    let decoded = chunks.reduce(0) { $0 + $1.frames.count + configuration.decodeFirst }
    decodingFLOPs = codec.decodingFLOPs * Double(decoded)
    let longest = chunks.map { $0.frames.count + configuration.decodeFirst }.max() ?? 1
    activationByteCount = max(
      plan.segments > 0 ? network.activationByteCount : 0, codec.activationByteCount(frames: longest))
  }

  /// FLOPs of the whole clip with `steps` steps per segment.
  public func totalFLOPs(steps: Int) -> Double {
    stepFLOPs * Double(steps * segments) + referenceFLOPs + decodingFLOPs
  }

  /// Seconds of the whole clip with `steps` steps per segment on a machine that multiplies matrices at `rate` FLOPs per
  /// second.
  public func seconds(steps: Int, rate: Double) -> Double {
    stepSeconds(rate: rate) * Double(steps * segments) + referenceFLOPs / rate + decodingSeconds(rate: rate)
  }

  /// Seconds of one step at such a rate.
  public func stepSeconds(rate: Double) -> Double { stepFLOPs / (rate * efficiency.sampling) }

  /// Seconds of decoding the whole clip at such a rate.
  public func decodingSeconds(rate: Double) -> Double { decodingFLOPs / (rate * efficiency.decoding) }

  /// Bytes that colouring the clip takes: activations, weights in packed form as far as they are kept, and what a process
  /// has besides. Pages of mapped weights are not counted: the system takes them back when it needs them.
  public func memoryByteCount(storedWeights: Int) -> Int {
    // Packed, half precision becomes single, and a 3x3 kernel 36 numbers.
    activationByteCount + min(ComputeBudget.packedWeightLimit, 6 * storedWeights) + Self.processByteCount
  }

  /// The program, its libraries and memory that waits to be used again.
  private static let processByteCount = 1 << 30
}

/// What networks reach of the rate of a matrix product: more than one, as convolutions by transformed tiles multiply
/// less than is counted, less where layers are narrow.
public struct ComputeEfficiency: Sendable, Hashable, Codable {
  /// Of UNet and ControlNet.
  public let sampling: Double
  /// Of the decoder.
  public let decoding: Double

  /// Measured on the official model (`Benchmarks/results/full-size.md`) and on the model inside the program.
  public init(_ configuration: ModelConfiguration) {
    sampling = configuration.isNarrow ? Self.narrow : Self.officialSampling
    decoding = configuration.codec != nil ? Self.narrow : Self.officialDecoding
  }

  private static let officialSampling = 0.86
  private static let officialDecoding = 1.23
  private static let narrow = 0.5
}

extension ModelConfiguration {
  /// Whether layers are so narrow that sharing one operation out over threads gains nothing.
  var isNarrow: Bool { modelChannels < 128 }
}

/// FLOPs of a convolution or matrix product with `positions` results of each of `outputs` channels.
func productFLOPs(_ inputs: Int, _ outputs: Int, taps: Int = 1, positions: Int) -> Double {
  2 * Double(inputs) * Double(outputs) * Double(taps) * Double(positions)
}

/// The cost of one network call.
struct NetworkCost {
  private(set) var unetFLOPs = 0.0
  private(set) var controlFLOPs = 0.0
  private(set) var activationByteCount = 0
  private let frames: Int
  private let references: Int
  private let feedForwardRatio: Int

  init(_ configuration: ModelConfiguration, height: Int, width: Int, plan: SequencePlan) {
    frames = 1 + plan.overlap + plan.videoFrames
    references = 1 + plan.overlap
    feedForwardRatio = configuration.feedForwardRatio
    let blueprint = UNetBlueprint(configuration)
    var encoder = 0.0
    var area = height * width
    var skips = 0
    var controlOutputs = 0.0
    for block in blueprint.encoder {
      switch block {
      case .input(let outputs):
        encoder += productFLOPs(2 * configuration.latentChannels, outputs, taps: 9, positions: frames * area)
      case .residual(let inputs, let outputs, let attends):
        encoder += residual(inputs, outputs, area) + (attends ? transformer(outputs, area) : 0)
      case .downsample(let channels):
        area = (area + 3) / 4
        encoder += productFLOPs(channels, channels, taps: 9, positions: frames * area)
      }
      skips += block.outputs * area
      controlOutputs += productFLOPs(block.outputs, block.outputs, positions: frames * area)
    }
    encoder += 2 * residual(blueprint.middle, blueprint.middle, area) + transformer(blueprint.middle, area)
    controlOutputs += productFLOPs(blueprint.middle, blueprint.middle, positions: frames * area)
    var decoder = 0.0
    var widest = 0
    for block in blueprint.decoder {
      widest = max(widest, block.inputs * area)
      decoder +=
        residual(block.inputs, block.outputs, area) + (block.attends ? transformer(block.outputs, area) : 0)
      if block.upsamples {
        area *= 4
        decoder += productFLOPs(block.outputs, block.outputs, taps: 9, positions: frames * area)
      }
    }
    decoder += productFLOPs(
      configuration.modelChannels, configuration.latentChannels, taps: 9, positions: frames * area)
    unetFLOPs = encoder + decoder
    controlFLOPs = encoder + controlOutputs
    // Features and control residuals that wait for the decoder, and the few tensors a block holds at once.
    activationByteCount = MemoryLayout<Float>.size * frames * (2 * skips + 8 * widest)
  }

  private func residual(_ inputs: Int, _ outputs: Int, _ area: Int) -> Double {
    let positions = frames * area
    let spatial =
      productFLOPs(inputs, outputs, taps: 9, positions: positions)
      + productFLOPs(outputs, outputs, taps: 9, positions: positions)
      + (inputs == outputs ? 0 : productFLOPs(inputs, outputs, positions: positions))
    // Reference frames need the middle of the kernel only.
    let taps = 3 * (frames - references) + references
    return spatial + 2 * productFLOPs(outputs, outputs, positions: taps * area)
  }

  private func transformer(_ channels: Int, _ area: Int) -> Double {
    let positions = frames * area
    let video = frames - references
    let projections = productFLOPs(channels, channels, positions: positions)
    let feedForward =
      productFLOPs(channels, 2 * feedForwardRatio * channels, positions: positions)
      + productFLOPs(feedForwardRatio * channels, channels, positions: positions)
    // Two products with the tokens of one frame for reference frames, of two frames for the others.
    let keys = references * area + video * 2 * area
    let spatialAttention = 2 * productFLOPs(channels, keys, positions: area)
    let temporalProjections =
      productFLOPs(channels, channels, positions: (4 * video + 2 * references) * area)
    let temporalAttention = 2 * productFLOPs(channels, video, positions: video * area)
    return 2 * projections + 4 * projections + spatialAttention + temporalProjections + temporalAttention
      + 3 * feedForward
  }
}

/// The cost of the autoencoder.
struct AutoencoderCost {
  /// One picture.
  private(set) var encodingFLOPs = 0.0
  /// One frame.
  private(set) var decodingFLOPs = 0.0
  private var widest = 0

  init(_ configuration: ModelConfiguration, height: Int, width: Int) {
    let channels = configuration.autoencoderChannels
    let levels = configuration.autoencoderMultipliers
    let latents = configuration.latentChannels
    var area = height * width << (2 * (levels.count - 1))
    encodingFLOPs = productFLOPs(3, channels, taps: 9, positions: area)
    var current = channels
    for (level, multiplier) in levels.enumerated() {
      for _ in 0..<configuration.autoencoderResidualBlocks {
        encodingFLOPs += Self.residual(current, channels * multiplier, area)
        current = channels * multiplier
      }
      if level < levels.count - 1 {
        area /= 4
        encodingFLOPs += productFLOPs(current, current, taps: 9, positions: area)
      }
    }
    let middle = 2 * Self.residual(current, current, area) + Self.attention(current, area)
    encodingFLOPs += middle + productFLOPs(current, 2 * latents, taps: 9, positions: area)
    decodingFLOPs =
      productFLOPs(latents, current, taps: 9, positions: area) + middle
      + 4 * productFLOPs(current, current, taps: 3, positions: area)
    for (level, multiplier) in levels.enumerated().reversed() {
      let outputs = channels * multiplier
      for _ in 0...configuration.autoencoderResidualBlocks {
        decodingFLOPs += Self.residual(current, outputs, area)
        decodingFLOPs += 2 * productFLOPs(outputs, outputs, taps: 3, positions: area)
        widest = max(widest, current * area)
        current = outputs
      }
      if level > 0 {
        area *= 4
        decodingFLOPs += productFLOPs(current, current, taps: 9, positions: area)
        widest = max(widest, current * area)
      }
    }
    decodingFLOPs += productFLOPs(current, 3, taps: 9, positions: area)
  }

  /// The small autoencoder: two blocks of two convolutions per level, and the linear part.
  init(_ codec: CodecConfiguration, height: Int, width: Int) {
    let latents = height * width
    let linear = productFLOPs(3 * codec.patchSize * codec.patchSize, codec.latentChannels, positions: latents)
    func levels(_ widths: [Int], finest: Int) -> Double {
      widths.enumerated().reduce(0) { sum, level in
        // Four convolutions of the blocks and one between levels.
        sum + 5 * productFLOPs(level.element, level.element, taps: 9, positions: finest >> (2 * level.offset))
      }
    }
    let decoded = latents << (2 * max(0, codec.decoderChannels.count - 1))
    encodingFLOPs =
      linear + levels(codec.encoderChannels, finest: latents << (2 * codec.encoderChannels.count))
    decodingFLOPs = linear + levels(codec.decoderChannels, finest: decoded)
    if codec.decoderLineart {
      for (level, width) in codec.decoderChannels.enumerated() {
        let positions = decoded >> (2 * level)
        let side = (codec.patchSize << level) >> max(0, codec.decoderChannels.count - 1)
        decodingFLOPs += productFLOPs(side * side, width, taps: 9, positions: positions)
      }
    }
    widest = max(
      3 * latents * codec.patchSize * codec.patchSize, decoded * (codec.decoderChannels.first ?? 0))
  }

  /// Bytes of the few tensors of the widest layer that exist at once while a chunk is decoded.
  func activationByteCount(frames: Int) -> Int { MemoryLayout<Float>.size * frames * widest * 3 }

  private static func residual(_ inputs: Int, _ outputs: Int, _ area: Int) -> Double {
    productFLOPs(inputs, outputs, taps: 9, positions: area)
      + productFLOPs(outputs, outputs, taps: 9, positions: area)
      + (inputs == outputs ? 0 : productFLOPs(inputs, outputs, positions: area))
  }

  private static func attention(_ channels: Int, _ area: Int) -> Double {
    4 * productFLOPs(channels, channels, positions: area) + 2 * productFLOPs(channels, area, positions: area)
  }
}

/// The cost of the image encoder on one picture.
struct VisionCost {
  let flops: Double

  init(_ sizes: ImageEncoderConfiguration) {
    let side = sizes.imageSize / sizes.patchSize
    let tokens = side * side + 1
    let hidden = Int(Double(sizes.width) * sizes.hiddenRatio)
    let block =
      4 * productFLOPs(sizes.width, sizes.width, positions: tokens)
      + 2 * productFLOPs(sizes.width, tokens, positions: tokens)
      + 2 * productFLOPs(sizes.width, hidden, positions: tokens)
    flops =
      block * Double(sizes.layers)
      + productFLOPs(3 * sizes.patchSize * sizes.patchSize, sizes.width, positions: side * side)
  }
}
