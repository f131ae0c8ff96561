internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// What the network is told about the reference. sgm `GeneralConditioner` with the embedders of the release.
struct ReferenceConditions: Sendable {
  /// The image encoder's vector, `[1, D]`.
  let context: Tensor
  /// Sinusoids of the three scalars, `[1, 3 V]`.
  let vector: Tensor
  /// Unscaled latent of the reference, `[1, C, h, w]`: the mean of the conditioner's own encoder.
  let latent: Tensor
}

/// Turns a reference picture into conditions.
struct Conditioner: Sendable {
  let tower: VisionTower
  /// Nil when the file has no encoder for this purpose; then the autoencoder's mean serves.
  private let encoder: LatentEncoder?
  private let quantization: Conv2D?
  private let autoencoder: any Autoencoder
  private let configuration: ModelConfiguration

  /// Takes `embedders.0` and, where the file has it, `embedders.3`.
  init(
    _ w: WeightScope, _ configuration: ModelConfiguration, autoencoder: any Autoencoder
  ) throws(CheckpointError) {
    self.configuration = configuration
    self.autoencoder = autoencoder
    tower = try VisionTower(w / "embedders.0.open_clip.model.visual", configuration.imageEncoder)
    let scope = w / "embedders.3.encoder"
    guard scope.hasTensor("quant_conv.weight") else {
      encoder = nil
      quantization = nil
      return
    }
    let channels = 2 * configuration.latentChannels
    encoder = try LatentEncoder(
      scope / "encoder", AutoencoderSizes(configuration, multipliers: configuration.conditionMultipliers))
    quantization = try Conv2D(scope / "quant_conv", channels, channels, kernel: 1)
  }

  /// The conditions of a reference `[1, 3, H, W]` in -1…1.
  func callAsFunction(_ image: Tensor) -> ReferenceConditions {
    ReferenceConditions(
      context: tower(image), vector: vector(noise: configuration.conditionAugmentation),
      latent: latent(image))
  }

  /// Sinusoids of frame rate, motion strength and noise strength, side by side.
  func vector(noise: Double) -> Tensor {
    let scalars = [configuration.framesPerSecondID, configuration.motionBucketID, noise]
    return SinusoidalEmbedding.rows(scalars.map(Float.init), width: configuration.vectorEmbedderWidth)
      .reshaped(1, 3 * configuration.vectorEmbedderWidth)
  }

  /// The latent that stands beside the noise.
  func latent(_ image: Tensor) -> Tensor {
    guard let encoder, let quantization else { return autoencoder.encode(image) }
    return LatentDistribution(moments: quantization(encoder.moments(image))).mean
  }
}
