internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The decoder of the autoencoder, with temporal layers. sgm `VideoDecoder`.
struct TemporalDecoder: Sendable {
  private struct Level: Sendable {
    let blocks: [TemporalResidualBlock]
    let upsample: Conv2D?
  }

  private let input: Conv2D
  private let middle1: TemporalResidualBlock
  private let attention: AutoencoderAttention
  private let middle2: TemporalResidualBlock
  /// From the smallest pictures to the largest.
  private let levels: [Level]
  private let outNorm: GroupNorm
  private let output: Conv2D
  private let timeOutput: ClipConvolution

  init(_ w: WeightScope, _ sizes: AutoencoderSizes) throws(CheckpointError) {
    let groups = sizes.groups
    var channels = sizes.channels * (sizes.multipliers.last ?? 1)
    input = try Conv2D(w / "conv_in", sizes.latentChannels, channels, kernel: 3, padding: 1)
    middle1 = try TemporalResidualBlock(
      w / "mid.block_1", groups: groups, inputs: channels, outputs: channels)
    attention = try AutoencoderAttention(w / "mid.attn_1", groups: groups, channels: channels)
    middle2 = try TemporalResidualBlock(
      w / "mid.block_2", groups: groups, inputs: channels, outputs: channels)
    var levels: [Level] = []
    for (index, multiplier) in sizes.multipliers.enumerated().reversed() {
      let scope = w / "up" / index
      var blocks: [TemporalResidualBlock] = []
      for block in 0...sizes.residualBlocks {
        blocks.append(
          try TemporalResidualBlock(
            scope / "block" / block, groups: groups, inputs: channels,
            outputs: sizes.channels * multiplier))
        channels = sizes.channels * multiplier
      }
      let upsample =
        index == 0 ? nil : try Conv2D(scope / "upsample.conv", channels, channels, kernel: 3, padding: 1)
      levels.append(Level(blocks: blocks, upsample: upsample))
    }
    self.levels = levels
    outNorm = try GroupNorm(
      w / "norm_out", groups: groups, channels: channels, epsilon: 1e-6, activation: .silu)
    output = try Conv2D(w / "conv_out", channels, 3, kernel: 3, padding: 1)
    timeOutput = try ClipConvolution(w / "conv_out.time_mix_conv", 3, 3)
  }

  /// Pictures of the unscaled latents `[T, C, H, W]` of consecutive frames.
  func callAsFunction(_ latents: Tensor) -> Tensor {
    var hidden = middle1(input(latents))
    hidden = middle2(hidden.sampleBySample { attention($0) })
    for level in levels {
      for block in level.blocks { hidden = block(consume hidden) }
      if let upsample = level.upsample { hidden = hidden.sampleBySample { upsample($0.doubled()) } }
    }
    return timeOutput(hidden.sampleBySample { output(outNorm($0)) })
  }
}
