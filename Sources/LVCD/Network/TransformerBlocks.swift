internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The spatial transformer block on tokens `[T, L, C]`. sgm `BasicTransformerBlock`.
struct SpatialBlock: Sendable {
  let attention: ReferenceAttention
  let crossAttention: TokenCrossAttention
  let attentionNorm: LayerNorm
  private let feedForward: FeedForward
  private let feedForwardNorm: LayerNorm

  init(_ w: WeightScope, channels: Int, heads: Int, context: Int) throws(CheckpointError) {
    attentionNorm = try LayerNorm(w / "norm1", channels)
    attention = try ReferenceAttention(w / "attn1", channels: channels, heads: heads)
    crossAttention = try TokenCrossAttention(
      w / "attn2", norm: w / "norm2", channels: channels, context: context)
    feedForwardNorm = try LayerNorm(w / "norm3", channels)
    feedForward = try FeedForward(w / "ff", channels: channels)
  }

  /// `context` is the result of `crossAttention`, `[1, C]`.
  func callAsFunction(_ x: Tensor, context: Tensor, routing: FrameRouting, ordinal: Int) -> Tensor {
    let attended = x + attention(attentionNorm(x), routing: routing, ordinal: ordinal) + context
    return attended + feedForward(feedForwardNorm(attended))
  }
}

/// The temporal transformer block on tokens `[T, L, C]`. sgm `VideoTransformerBlock`.
struct TemporalBlock: Sendable {
  let crossAttention: TokenCrossAttention
  private let inNorm: LayerNorm
  private let inFeedForward: FeedForward
  private let attentionNorm: LayerNorm
  private let attention: TemporalAttention
  private let feedForwardNorm: LayerNorm
  private let feedForward: FeedForward

  init(_ w: WeightScope, channels: Int, heads: Int, context: Int) throws(CheckpointError) {
    inNorm = try LayerNorm(w / "norm_in", channels)
    inFeedForward = try FeedForward(w / "ff_in", channels: channels)
    attentionNorm = try LayerNorm(w / "norm1", channels)
    attention = try TemporalAttention(w / "attn1", channels: channels, heads: heads)
    crossAttention = try TokenCrossAttention(
      w / "attn2", norm: w / "norm2", channels: channels, context: context)
    feedForwardNorm = try LayerNorm(w / "norm3", channels)
    feedForward = try FeedForward(w / "ff", channels: channels)
  }

  /// `context` is the result of `crossAttention`, `[1, C]`.
  func callAsFunction(_ x: Tensor, context: Tensor, references: Int) -> Tensor {
    let entered = x + inFeedForward(inNorm(x))
    let attended = entered + attention(attentionNorm(entered), references: references) + context
    return attended + feedForward(feedForwardNorm(attended))
  }
}

/// What a transformer needs that does not change from step to step.
struct TransformerConditions: Sendable {
  /// Result of the spatial cross-attention, `[1, C]`.
  let spatialContext: Tensor
  /// Result of the temporal cross-attention, `[1, C]`.
  let temporalContext: Tensor
  /// Position of every frame in time, `[T, 1, C]`.
  let positions: Tensor
}

/// A spatial and a temporal transformer block between projections, on frames `[T, C, H, W]`. sgm
/// `SpatialVideoTransformer`.
struct SpatioTemporalTransformer: Sendable {
  let spatial: SpatialBlock
  let temporal: TemporalBlock
  private let norm: GroupNorm
  private let projectIn: Linear
  private let projectOut: Linear
  private let positionMLP: EmbeddingMLP
  private let channels: Int
  /// Share of the spatial branch.
  private let spatialShare: Float

  init(
    _ w: WeightScope, groups: Int, channels: Int, headChannels: Int, context: Int
  ) throws(CheckpointError) {
    let heads = channels / headChannels
    norm = try GroupNorm(w / "norm", groups: groups, channels: channels, epsilon: 1e-6)
    projectIn = try Linear(w / "proj_in", channels, channels)
    spatial = try SpatialBlock(
      w / "transformer_blocks.0", channels: channels, heads: heads, context: context)
    temporal = try TemporalBlock(w / "time_stack.0", channels: channels, heads: heads, context: context)
    positionMLP = try EmbeddingMLP(w / "time_pos_embed", inputs: channels)
    projectOut = try Linear(w / "proj_out", channels, channels)
    spatialShare = try mixingShare(w / "time_mixer")
    self.channels = channels
  }

  /// What all steps of a segment share; `context` is `[1, D]`.
  func prepare(context: Tensor, routing: FrameRouting) -> TransformerConditions {
    TransformerConditions(
      spatialContext: spatial.crossAttention(context), temporalContext: temporal.crossAttention(context),
      positions: positions(routing.timePositions).reshaped(routing.frames, 1, channels))
  }

  /// Position vectors of frames, `[T, C]`.
  func positions(_ indices: [Float]) -> Tensor {
    positionMLP(SinusoidalEmbedding.rows(indices, width: channels))
  }

  func callAsFunction(
    _ x: Tensor, conditions: TransformerConditions, routing: FrameRouting, ordinal: Int
  ) -> Tensor {
    let (frames, height, width) = (x.shape[0], x.shape[2], x.shape[3])
    let tokens = norm(x).reshaped(frames, channels, height * width).permuted(0, 2, 1)  // [T, L, C]
    let inSpace = spatial(
      projectIn(tokens), context: conditions.spatialContext, routing: routing, ordinal: ordinal)
    let inTime = temporal(
      inSpace + conditions.positions, context: conditions.temporalContext, references: routing.references)
    let mixed = inSpace.blended(with: inTime, share: spatialShare)
    return x + projectOut(mixed).permuted(0, 2, 1).reshaped(x.shape)
  }
}
