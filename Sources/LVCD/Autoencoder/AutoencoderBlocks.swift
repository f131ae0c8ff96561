internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// Sizes of an autoencoder.
struct AutoencoderSizes: Sendable {
  var channels: Int
  var multipliers: [Int]
  var residualBlocks: Int
  var latentChannels: Int
  var groups: Int
}

/// A residual block in space. sgm `ResnetBlock`.
struct AutoencoderResidualBlock: Sendable {
  private let norm1: GroupNorm
  private let conv1: Conv2D
  private let norm2: GroupNorm
  private let conv2: Conv2D
  private let shortcut: Conv2D?

  init(_ w: WeightScope, groups: Int, inputs: Int, outputs: Int) throws(CheckpointError) {
    norm1 = try GroupNorm(
      w / "norm1", groups: groups, channels: inputs, epsilon: 1e-6, activation: .silu)
    conv1 = try Conv2D(w / "conv1", inputs, outputs, kernel: 3, padding: 1)
    norm2 = try GroupNorm(
      w / "norm2", groups: groups, channels: outputs, epsilon: 1e-6, activation: .silu)
    conv2 = try Conv2D(w / "conv2", outputs, outputs, kernel: 3, padding: 1)
    shortcut = inputs == outputs ? nil : try Conv2D(w / "nin_shortcut", inputs, outputs, kernel: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let change = conv2(norm2(conv1(norm1(x))))
    return (shortcut.map { $0(x) } ?? x) + change
  }
}

/// A residual block in space followed by one in time. sgm `VideoResBlock` of the temporal decoder; its
/// learned share belongs to the temporal branch, other than in the UNet.
struct TemporalResidualBlock: Sendable {
  private let spatial: AutoencoderResidualBlock
  private let inNorm: GroupNorm
  private let inConv: ClipConvolution
  private let outNorm: GroupNorm
  private let outConv: ClipConvolution
  private let timeShare: Float

  init(_ w: WeightScope, groups: Int, inputs: Int, outputs: Int) throws(CheckpointError) {
    spatial = try AutoencoderResidualBlock(w, groups: groups, inputs: inputs, outputs: outputs)
    let time = w / "time_stack"
    inNorm = try GroupNorm(time / "in_layers.0", groups: groups, channels: outputs, activation: .silu)
    inConv = try ClipConvolution(time / "in_layers.2", outputs, outputs)
    outNorm = try GroupNorm(time / "out_layers.0", groups: groups, channels: outputs, activation: .silu)
    outConv = try ClipConvolution(time / "out_layers.3", outputs, outputs)
    timeShare = try mixingShare(w)
  }

  /// Frames `[T, C, H, W]` of one clip. Takes them, as there is hardly room for two of the largest.
  func callAsFunction(_ x: consuming Tensor) -> Tensor {
    let frames = x.sampleBySample { spatial($0) }
    _ = consume x
    let hidden = inConv(inNorm(frames, samplesTogether: frames.shape[0]))
    let change = outConv(outNorm(hidden, samplesTogether: frames.shape[0]))
    // α (s + change) + (1 - α) s with the sum taken out.
    return frames.adding(change, times: timeShare)
  }
}

/// Self-attention of one head over all positions of each frame. sgm `AttnBlock`.
struct AutoencoderAttention: Sendable {
  private let norm: GroupNorm
  private let query: Conv2D
  private let key: Conv2D
  private let value: Conv2D
  private let output: Conv2D

  init(_ w: WeightScope, groups: Int, channels: Int) throws(CheckpointError) {
    norm = try GroupNorm(w / "norm", groups: groups, channels: channels, epsilon: 1e-6)
    query = try Conv2D(w / "q", channels, channels, kernel: 1)
    key = try Conv2D(w / "k", channels, channels, kernel: 1)
    value = try Conv2D(w / "v", channels, channels, kernel: 1)
    output = try Conv2D(w / "proj_out", channels, channels, kernel: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (count, channels, area) = (x.shape[0], x.shape[1], x.shape[2] * x.shape[3])
    let normal = norm(x)
    func tokens(_ images: Tensor) -> Tensor { images.reshaped(count, channels, area).permuted(0, 2, 1) }
    let attended = tokens(query(normal)).attention(
      keys: tokens(key(normal)), values: tokens(value(normal)), heads: 1)
    return x + output(attended.permuted(0, 2, 1).reshaped(x.shape))
  }
}
