internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// A residual block in space followed by one in time, mixed by a learned share. sgm `VideoResBlock`.
///
/// Frames are `[T, C, H, W]`. `embedding` is `[1, E]` or `[T, E]`, through SiLU already: all blocks share it.
struct ResidualBlock: Sendable {
  private let inNorm: GroupNorm
  private let inConv: Conv2D
  private let projection: Linear
  private let outNorm: GroupNorm
  private let outConv: Conv2D
  private let skip: Conv2D?
  private let timeInNorm: GroupNorm
  private let timeInConv: TemporalConvolution
  private let timeProjection: Linear
  private let timeOutNorm: GroupNorm
  private let timeOutConv: TemporalConvolution
  /// Share of the temporal branch.
  private let timeShare: Float

  init(
    _ w: WeightScope, groups: Int, inputs: Int, outputs: Int, embedding: Int
  ) throws(CheckpointError) {
    inNorm = try GroupNorm(w / "in_layers.0", groups: groups, channels: inputs, activation: .silu)
    inConv = try Conv2D(w / "in_layers.2", inputs, outputs, kernel: 3, padding: 1)
    projection = try Linear(w / "emb_layers.1", embedding, outputs)
    outNorm = try GroupNorm(w / "out_layers.0", groups: groups, channels: outputs, activation: .silu)
    outConv = try Conv2D(w / "out_layers.3", outputs, outputs, kernel: 3, padding: 1)
    skip = inputs == outputs ? nil : try Conv2D(w / "skip_connection", inputs, outputs, kernel: 1)
    let time = w / "time_stack"
    timeInNorm = try GroupNorm(time / "in_layers.0", groups: groups, channels: outputs, activation: .silu)
    timeInConv = try TemporalConvolution(time / "in_layers.2", outputs, outputs)
    timeProjection = try Linear(time / "emb_layers.1", embedding, outputs)
    timeOutNorm = try GroupNorm(time / "out_layers.0", groups: groups, channels: outputs, activation: .silu)
    timeOutConv = try TemporalConvolution(time / "out_layers.3", outputs, outputs)
    timeShare = 1 - (try mixingShare(w / "time_mixer"))
  }

  func callAsFunction(_ x: Tensor, embedding: Tensor, references: Int) -> Tensor {
    let frames = spatial(x, embedding: embedding)
    // α s + (1 - α) (s + change) with the sum taken out.
    return frames.adding(
      temporalChange(frames, embedding: embedding, references: references), times: timeShare)
  }

  /// Every frame for itself.
  func spatial(_ x: Tensor, embedding: Tensor) -> Tensor {
    let hidden = inConv(inNorm(x)) + perChannel(projection(embedding))
    let change = outConv(outNorm(hidden))
    return (skip.map { $0(x) } ?? x) + change
  }

  /// What the temporal branch adds. Its group statistics run over all frames together, reference frames
  /// included.
  func temporalChange(_ x: Tensor, embedding: Tensor, references: Int) -> Tensor {
    let frames = x.shape[0]
    let hidden =
      timeInConv(timeInNorm(x, samplesTogether: frames), references: references)
      + perChannel(timeProjection(embedding))
    return timeOutConv(timeOutNorm(hidden, samplesTogether: frames), references: references)
  }

  private func perChannel(_ rows: Tensor) -> Tensor { rows.reshaped(rows.shape + [1, 1]) }
}

/// α of a learned mix: the share of the branch that the block's formula names first.
func mixingShare(_ w: WeightScope) throws(CheckpointError) -> Float {
  try w.tensor("mix_factor", 1).sigmoid().reshaped([]).scalar
}
