internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The encoder of the autoencoder: mean and log-variance of the latents. sgm `Encoder`.
struct LatentEncoder: Sendable {
  private struct Level: Sendable {
    let blocks: [AutoencoderResidualBlock]
    let downsample: Conv2D?
  }

  private let input: Conv2D
  private let levels: [Level]
  private let middle1: AutoencoderResidualBlock
  private let attention: AutoencoderAttention
  private let middle2: AutoencoderResidualBlock
  private let outNorm: GroupNorm
  private let output: Conv2D
  private let latentChannels: Int

  init(_ w: WeightScope, _ sizes: AutoencoderSizes) throws(CheckpointError) {
    let groups = sizes.groups
    latentChannels = sizes.latentChannels
    input = try Conv2D(w / "conv_in", 3, sizes.channels, kernel: 3, padding: 1)
    var levels: [Level] = []
    var channels = sizes.channels
    for (index, multiplier) in sizes.multipliers.enumerated() {
      let scope = w / "down" / index
      var blocks: [AutoencoderResidualBlock] = []
      for block in 0..<sizes.residualBlocks {
        blocks.append(
          try AutoencoderResidualBlock(
            scope / "block" / block, groups: groups, inputs: channels,
            outputs: sizes.channels * multiplier))
        channels = sizes.channels * multiplier
      }
      let isLast = index == sizes.multipliers.count - 1
      // Pads on the right and at the bottom only.
      let downsample =
        isLast
        ? nil
        : try Conv2D(
          scope / "downsample.conv", channels, channels, kernel: 3, stride: 2,
          padding: Padding2D(top: 0, bottom: 1, left: 0, right: 1))
      levels.append(Level(blocks: blocks, downsample: downsample))
    }
    self.levels = levels
    middle1 = try AutoencoderResidualBlock(
      w / "mid.block_1", groups: groups, inputs: channels, outputs: channels)
    attention = try AutoencoderAttention(w / "mid.attn_1", groups: groups, channels: channels)
    middle2 = try AutoencoderResidualBlock(
      w / "mid.block_2", groups: groups, inputs: channels, outputs: channels)
    outNorm = try GroupNorm(
      w / "norm_out", groups: groups, channels: channels, epsilon: 1e-6, activation: .silu)
    output = try Conv2D(w / "conv_out", channels, 2 * latentChannels, kernel: 3, padding: 1)
  }

  /// Moments `[N, 2 C, H / f, W / f]` of pictures `[N, 3, H, W]` in -1…1: means, then log-variances.
  func moments(_ frames: Tensor) -> Tensor {
    frames.sampleBySample { frame in
      var hidden = input(frame)
      for level in levels {
        for block in level.blocks { hidden = block(hidden) }
        if let downsample = level.downsample { hidden = downsample(hidden) }
      }
      return output(outNorm(middle2(attention(middle1(hidden)))))
    }
  }
}

/// A normal distribution of latents. sgm `DiagonalGaussianDistribution`.
struct LatentDistribution {
  let mean: Tensor
  private let logVariance: Tensor

  /// From moments `[N, 2 C, H, W]`.
  init(moments: Tensor) {
    let channels = moments.shape[1] / 2
    mean = moments.slice(axis: 1, 0..<channels)
    logVariance = moments.slice(axis: 1, channels..<2 * channels).clamped(to: -30...20)
  }

  /// The sample that standard normal values give.
  func sample(_ noise: Tensor) -> Tensor { mean + (logVariance * 0.5).exponential() * noise }
}
