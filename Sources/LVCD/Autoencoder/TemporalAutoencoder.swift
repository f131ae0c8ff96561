public import Checkpoints
public import TensorCore

/// The official autoencoder: a convolutional encoder and a decoder with temporal layers.
public struct TemporalAutoencoder: Autoencoder {
  /// Pixels per latent along each side.
  public let spatialFactor: Int
  /// Channels of a latent.
  public let latentChannels: Int
  /// Factor between these latents and those of the network.
  public let scale: Float
  let encoder: LatentEncoder
  private let decoder: TemporalDecoder

  /// Takes `encoder.*` and `decoder.*`.
  public init(_ w: WeightScope, _ configuration: ModelConfiguration) throws(CheckpointError) {
    let sizes = AutoencoderSizes(configuration, multipliers: configuration.autoencoderMultipliers)
    spatialFactor = configuration.spatialFactor
    latentChannels = configuration.latentChannels
    scale = Float(configuration.scaleFactor)
    encoder = try LatentEncoder(w / "encoder", sizes)
    decoder = try TemporalDecoder(w / "decoder", sizes)
  }

  /// The mean of the latents' distribution, or a sample of it.
  public func encode(_ frames: Tensor, noise: Tensor?) -> Tensor {
    let distribution = LatentDistribution(moments: encoder.moments(frames))
    return noise.map { distribution.sample($0) } ?? distribution.mean
  }

  /// False.
  public var decodesWithLineart: Bool { false }

  /// Pictures of consecutive frames.
  public func decode(_ latents: Tensor, lineart: Tensor?) -> Tensor { decoder(latents) }
}

extension AutoencoderSizes {
  init(_ configuration: ModelConfiguration, multipliers: [Int]) {
    self.init(
      channels: configuration.autoencoderChannels, multipliers: multipliers,
      residualBlocks: configuration.autoencoderResidualBlocks, latentChannels: configuration.latentChannels,
      groups: configuration.groupNormGroups)
  }
}
