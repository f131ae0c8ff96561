internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The projections of an attention layer. sgm `CrossAttention` without normalization.
struct AttentionProjections: Sendable {
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear

  init(_ w: WeightScope, channels: Int) throws(CheckpointError) {
    query = try Linear(w / "to_q", channels, channels, hasBias: false)
    key = try Linear(w / "to_k", channels, channels, hasBias: false)
    value = try Linear(w / "to_v", channels, channels, hasBias: false)
    output = try Linear(w / "to_out.0", channels, channels)
  }
}

/// Self-attention in space that may read another frame of the same call, on tokens `[T, L, C]`. LVCD, section
/// 4.2.
struct ReferenceAttention: Sendable {
  private let projections: AttentionProjections
  private let heads: Int

  init(_ w: WeightScope, channels: Int, heads: Int) throws(CheckpointError) {
    projections = try AttentionProjections(w, channels: channels)
    self.heads = heads
  }

  /// `ordinal` is the layer's number in its network.
  func callAsFunction(_ x: Tensor, routing: FrameRouting, ordinal: Int) -> Tensor {
    let queries = projections.query(x)
    let keys = projections.key(x)
    let values = projections.value(x)
    let tokens = x.shape[1]
    // Frame by frame: keys and values of two frames side by side never exist for all frames at once.
    let frames = x.shape[0]
    let results = (0..<frames).map { frame in
      let sources = routing.sources(of: frame, ordinal: ordinal)
      let query = queries.slice(axis: 0, frame..<frame + 1)
      var segments = [KeySegment(count: tokens)]
      var sides = [sources.first]
      if let second = sources.second {
        segments.append(KeySegment(count: tokens, bias: sources.bias))
        sides.append(second)
      }
      return query.attention(
        keys: Self.joined(keys, sides), values: Self.joined(values, sides), heads: heads, segments: segments)
    }
    return projections.output(Tensor.concatenation(results, axis: 0))
  }

  /// Tokens of the given frames one after the other, `[1, n L, C]`.
  private static func joined(_ x: Tensor, _ frames: [Int]) -> Tensor {
    Tensor.concatenation(frames.map { x.slice(axis: 0, $0..<$0 + 1) }, axis: 1)
  }
}

/// Self-attention in time on tokens `[T, L, C]`: every position is a sequence of the video frames, which see
/// one another; a reference frame sees itself only, so that its result is its own value. LVCD, section 4.2.
struct TemporalAttention: Sendable {
  private let projections: AttentionProjections
  private let heads: Int

  init(_ w: WeightScope, channels: Int, heads: Int) throws(CheckpointError) {
    projections = try AttentionProjections(w, channels: channels)
    self.heads = heads
  }

  func callAsFunction(_ x: Tensor, references: Int) -> Tensor {
    let sequences = x.slice(axis: 0, references..<x.shape[0]).permuted(1, 0, 2)  // [L, N, C]
    let attended = projections.query(sequences).attention(
      keys: projections.key(sequences), values: projections.value(sequences), heads: heads
    ).permuted(1, 0, 2)
    if references == 0 { return projections.output(attended) }
    let alone = projections.value(x.slice(axis: 0, 0..<references))
    return projections.output(Tensor.concatenation([alone, attended], axis: 0))
  }
}

/// Attention to a context of one token. Softmax over one key is 1, so the result is one vector for all
/// queries, whatever they are; queries and keys are checked but not kept.
struct TokenCrossAttention: Sendable {
  private let value: Linear
  private let output: Linear

  init(_ w: WeightScope, norm: WeightScope, channels: Int, context: Int) throws(CheckpointError) {
    _ = try w.weight("to_q.weight", channels, channels)
    _ = try w.weight("to_k.weight", channels, context)
    _ = try norm.weight("weight", channels)
    _ = try norm.weight("bias", channels)
    value = try Linear(w / "to_v", context, channels, hasBias: false)
    output = try Linear(w / "to_out.0", channels, channels)
  }

  /// `[1, C]` for a context `[1, D]`.
  func callAsFunction(_ context: Tensor) -> Tensor { output(value(context)) }
}
