public import Checkpoints
internal import NeuralLayers
public import TensorCore

/// Sizes of a `PatchAutoencoder`; channels are listed from full resolution down, and an empty list stands for
/// the linear part alone.
public struct CodecConfiguration: Sendable, Hashable, Codable {
  /// Pixels per latent along each side.
  public var patchSize: Int
  /// Channels of a latent.
  public var latentChannels: Int
  /// Channels of the encoder's correction.
  public var encoderChannels: [Int]
  /// Channels of the decoder's correction.
  public var decoderChannels: [Int]
  /// Whether the decoder's correction sees the frame's lineart. JSON: optional, false.
  public var decoderLineart: Bool

  /// Names in JSON.
  public enum CodingKeys: String, CodingKey {
    /// Pixels per latent.
    case patchSize = "patch_size"
    /// Latent channels.
    case latentChannels = "latent_channels"
    /// Encoder channels.
    case encoderChannels = "encoder_channels"
    /// Decoder channels.
    case decoderChannels = "decoder_channels"
    /// Lineart in the decoder.
    case decoderLineart = "decoder_lineart"
  }

  /// Reads the JSON object `codec` of a configuration.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    patchSize = try values.decode(Int.self, forKey: .patchSize)
    latentChannels = try values.decode(Int.self, forKey: .latentChannels)
    encoderChannels = try values.decode([Int].self, forKey: .encoderChannels)
    decoderChannels = try values.decode([Int].self, forKey: .decoderChannels)
    decoderLineart = try values.decodeIfPresent(Bool.self, forKey: .decoderLineart) ?? false
  }

  /// What no codec can have, in words; nil when all is possible.
  var problem: String? {
    let depth = max(encoderChannels.count, decoderChannels.count - 1)
    if patchSize < 1 || latentChannels < 1 || (encoderChannels + decoderChannels).contains(where: { $0 < 1 })
    {
      return "'codec' holds a size below 1"
    }
    return patchSize % (1 << depth) == 0
      ? nil : "'codec.patch_size' \(patchSize) does not halve \(depth) times"
  }
}

/// A small autoencoder without temporal layers: a linear map of square patches, corrected by convolutions
/// without normalization. It carries small models, where the official autoencoder would be larger than the
/// network. Its decoder may be told the lineart: few latents need not describe lines that are known anyway.
public struct PatchAutoencoder: Autoencoder {
  /// Pixels per latent along each side.
  public var spatialFactor: Int { configuration.patchSize }
  /// Channels of a latent.
  public var latentChannels: Int { configuration.latentChannels }
  /// Factor between these latents and those of the network.
  public let scale: Float
  private let configuration: CodecConfiguration
  private let encoder: PatchEncoder
  private let decoder: PatchDecoder

  /// Takes `encoder.*` and `decoder.*`.
  public init(_ w: WeightScope, _ configuration: CodecConfiguration, scale: Float) throws(CheckpointError) {
    self.configuration = configuration
    self.scale = scale
    encoder = try PatchEncoder(w / "encoder", configuration)
    decoder = try PatchDecoder(w / "decoder", configuration)
  }

  /// The latents of each picture; there is no noise to them.
  public func encode(_ frames: Tensor, noise: Tensor?) -> Tensor { frames.frameByFrame { encoder($0) } }

  /// As configured.
  public var decodesWithLineart: Bool { configuration.decoderLineart && !configuration.decoderChannels.isEmpty }

  /// Pictures, each decoded alone.
  public func decode(_ latents: Tensor, lineart: Tensor?) -> Tensor {
    guard decodesWithLineart else { return latents.frameByFrame { decoder($0, hint: nil) } }
    guard let lineart, lineart.shape[0] == latents.shape[0] else {
      preconditionFailure("this decoder needs the lineart of every frame")
    }
    let pictures = (0..<latents.shape[0]).map { index in
      decoder(
        latents.slice(axis: 0, index..<index + 1),
        hint: lineart.slice(axis: 0, index..<index + 1).slice(axis: 1, 0..<1))
    }
    return Tensor.concatenation(pictures, axis: 0)
  }
}

/// Two convolutions that add to their input, without normalization.
private struct CodecBlock: Sendable {
  private let first: Conv2D
  private let second: Conv2D

  init(_ w: WeightScope, channels: Int) throws(CheckpointError) {
    first = try Conv2D(w / "conv1", channels, channels, kernel: 3, padding: 1)
    second = try Conv2D(w / "conv2", channels, channels, kernel: 3, padding: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { x + second(first(x.silu()).silu()) }
}

/// The blocks of one resolution.
private struct CodecLevel: Sendable {
  private static let blockCount = 2
  private let blocks: [CodecBlock]

  init(_ w: WeightScope, channels: Int) throws(CheckpointError) {
    var blocks: [CodecBlock] = []
    for index in 0..<Self.blockCount {
      blocks.append(try CodecBlock(w / "blocks" / index, channels: channels))
    }
    self.blocks = blocks
  }

  func callAsFunction(_ x: Tensor) -> Tensor { blocks.reduce(x) { $1($0) } }
}

private struct PatchEncoder: Sendable {
  private let linear: Conv2D
  private let input: Conv2D?
  private let output: Conv2D?
  private let levels: [(level: CodecLevel, downsample: Conv2D)]
  /// Side of the patches that become channels before the first convolution.
  private let block: Int

  init(_ w: WeightScope, _ configuration: CodecConfiguration) throws(CheckpointError) {
    let (patch, latents) = (configuration.patchSize, configuration.latentChannels)
    let widths = configuration.encoderChannels
    let size = Size2D(height: patch, width: patch)
    linear = try Conv2D(w / "linear", 3, latents, kernel: size, stride: size)
    block = patch >> widths.count
    var levels: [(level: CodecLevel, downsample: Conv2D)] = []
    for (index, width) in widths.enumerated() {
      let next = index + 1 < widths.count ? widths[index + 1] : width
      levels.append(
        (
          try CodecLevel(w / "levels" / index, channels: width),
          try Conv2D(w / "downsamples" / index, width, next, kernel: 3, stride: 2, padding: 1)
        ))
    }
    self.levels = levels
    guard let first = widths.first, let last = widths.last else {
      input = nil
      output = nil
      return
    }
    input = try Conv2D(w / "conv_in", 3 * block * block, first, kernel: 3, padding: 1)
    output = try Conv2D(w / "conv_out", last, latents, kernel: 3, padding: 1)
  }

  func callAsFunction(_ image: Tensor) -> Tensor {
    guard let input, let output else { return linear(image) }
    let hidden = levels.reduce(input(image.pixelsToChannels(block))) { $1.downsample($1.level($0)) }
    return linear(image) + output(hidden.silu())
  }
}

private struct PatchDecoder: Sendable {
  private let linear: Conv2D
  private let input: Conv2D?
  private let output: Conv2D?
  private let levels: [CodecLevel]
  /// Between levels, behind nearest-neighbour doubling.
  private let upsamples: [Conv2D]
  /// From the lineart in squares as large as a level's pixels, added in front of the level; empty without lineart.
  private let lineart: [Conv2D]
  private let patch: Int
  /// Side of the patches that channels become behind the last convolution.
  private let block: Int

  init(_ w: WeightScope, _ configuration: CodecConfiguration) throws(CheckpointError) {
    let latents = configuration.latentChannels
    let widths = Array(configuration.decoderChannels.reversed())
    patch = configuration.patchSize
    linear = try Conv2D(w / "linear", latents, 3 * patch * patch, kernel: 1)
    var levels: [CodecLevel] = []
    var upsamples: [Conv2D] = []
    var lineart: [Conv2D] = []
    for (index, width) in widths.enumerated() {
      levels.append(try CodecLevel(w / "levels" / index, channels: width))
      if index > 0 {
        upsamples.append(
          try Conv2D(w / "upsamples" / (index - 1), widths[index - 1], width, kernel: 3, padding: 1))
      }
      if configuration.decoderLineart {
        let side = patch >> index
        lineart.append(try Conv2D(w / "lineart" / index, side * side, width, kernel: 3, padding: 1))
      }
    }
    self.levels = levels
    self.upsamples = upsamples
    self.lineart = lineart
    guard let first = widths.first, let last = widths.last else {
      input = nil
      output = nil
      block = patch
      return
    }
    block = patch >> (widths.count - 1)
    input = try Conv2D(w / "conv_in", latents, first, kernel: 3, padding: 1)
    output = try Conv2D(w / "conv_out", last, 3 * block * block, kernel: 3, padding: 1)
  }

  /// `hint`: `[1, 1, H, W]`, 1 on lines, where there are layers for it.
  func callAsFunction(_ latents: Tensor, hint: Tensor?) -> Tensor {
    let image = linear(latents).channelsToPixels(patch)
    guard let input, let output else { return image }
    var hidden = input(latents)
    for (index, level) in levels.enumerated() {
      if index > 0 { hidden = upsamples[index - 1](hidden.doubled()) }
      if let hint { hidden = hidden + lineart[index](hint.pixelsToChannels(patch >> index)) }
      hidden = level(hidden)
    }
    return image + output(hidden.silu()).channelsToPixels(block)
  }
}

extension Tensor {
  /// Squares of `side` pixels as channels: `[N, C, H, W]` to `[N, C side², H / side, W / side]`. PyTorch's
  /// `pixel_unshuffle`.
  func pixelsToChannels(_ side: Int) -> Tensor {
    let (count, channels, height, width) = (shape[0], shape[1], shape[2] / side, shape[3] / side)
    return reshaped(count, channels, height, side, width, side).permuted(0, 1, 3, 5, 2, 4)
      .reshaped(count, channels * side * side, height, width)
  }

  /// The inverse of `pixelsToChannels`. PyTorch's `pixel_shuffle`.
  func channelsToPixels(_ side: Int) -> Tensor {
    let (count, channels, height, width) = (shape[0], shape[1] / (side * side), shape[2], shape[3])
    return reshaped(count, channels, side, side, height, width).permuted(0, 1, 4, 2, 5, 3)
      .reshaped(count, channels, height * side, width * side)
  }
}
