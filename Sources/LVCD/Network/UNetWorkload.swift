internal import Checkpoints
public import Foundation
public import TensorCore

/// The video UNet alone on noise: what benchmarks set beside other implementations of Stable Video Diffusion's network.
public struct UNetWorkload: Sendable {
  private let unet: VideoUNet
  private let conditions: NetworkConditions
  private let input: Tensor

  /// Frames of a call, channels, height and width of its latents.
  public var shape: [Int] { input.shape }

  /// Opens a file that holds at least `model.diffusion_model.*`, and prepares a call for `frames` frames of the
  /// configuration's own latent size, all of them video: no reference frames, no ControlNet.
  ///
  /// - Throws: `ModelError` or `CheckpointError`.
  public init(weights: [URL], frames: Int) throws {
    let files = try WeightFiles(weights)
    let configuration = try files.configuration()
    unet = try VideoUNet(
      WeightScope(LayeredTensorSource(files.files)) / "model.diffusion_model", configuration)
    var noise = TorchNoise(seed: 1)
    input = noise.normal(
      frames, 2 * configuration.latentChannels, configuration.latentHeight, configuration.latentWidth)
    conditions = unet.prepare(
      context: noise.normal(1, configuration.contextWidth),
      vector: noise.normal(1, 3 * configuration.vectorEmbedderWidth),
      routing: .selfAttention(references: 0, videoFrames: frames))
  }

  /// The network's output, `[T, C, h, w]`.
  public func callAsFunction() -> Tensor { unet(input, noise: 0.5, conditions: conditions) }
}
