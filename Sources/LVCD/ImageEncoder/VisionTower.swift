internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The image half of OpenCLIP: a vision transformer whose first token becomes the picture's vector. open_clip
/// `VisionTransformer`.
struct VisionTower: Sendable {
  private let patches: Conv2D
  private let classToken: Tensor
  private let positions: Tensor
  private let inNorm: LayerNorm
  private let blocks: [VisionBlock]
  private let outNorm: LayerNorm
  /// `[embedding, width]`, the transpose of what the file holds.
  private let projection: PreparedWeight
  private let sizes: ImageEncoderConfiguration

  init(_ w: WeightScope, _ sizes: ImageEncoderConfiguration) throws(CheckpointError) {
    let side = sizes.imageSize / sizes.patchSize
    let patch = Size2D(height: sizes.patchSize, width: sizes.patchSize)
    self.sizes = sizes
    patches = try Conv2D(w / "conv1", 3, sizes.width, kernel: patch, stride: patch, hasBias: false)
    classToken = try w.tensor("class_embedding", sizes.width)
    positions = try w.tensor("positional_embedding", side * side + 1, sizes.width)
    inNorm = try LayerNorm(w / "ln_pre", sizes.width)
    var blocks: [VisionBlock] = []
    for index in 0..<sizes.layers {
      blocks.append(try VisionBlock(w / "transformer.resblocks" / index, sizes))
    }
    self.blocks = blocks
    outNorm = try LayerNorm(w / "ln_post", sizes.width)
    projection = PreparedWeight(
      WeightTensor(try w.tensor("proj", sizes.width, sizes.embeddingWidth).permuted(1, 0)))
  }

  /// The vector `[1, D]` of a picture `[1, 3, H, W]` in -1…1; its length is not normalised.
  func callAsFunction(_ image: Tensor) -> Tensor {
    var tokens = tokens(ImageEncoderInput.prepare(image, side: sizes.imageSize))
    for block in blocks { tokens = block(tokens) }
    return outNorm(tokens.slice(axis: 1, 0..<1)).reshaped(1, sizes.width).linear(weight: projection)
  }

  /// Class token and patches with positions, normalized, `[1, L, width]`.
  func tokens(_ prepared: Tensor) -> Tensor {
    let grid = patches(prepared)
    let patchTokens = grid.reshaped(1, sizes.width, grid.shape[2] * grid.shape[3]).permuted(0, 2, 1)
    let tokens = Tensor.concatenation([classToken.reshaped(1, 1, sizes.width), patchTokens], axis: 1)
    return inNorm(tokens + positions)
  }
}

/// One block of the vision tower. open_clip `ResidualAttentionBlock`.
struct VisionBlock: Sendable {
  private let attentionNorm: LayerNorm
  /// Query, key and value projections one below the other.
  private let inWeight: PreparedWeight
  private let inBias: Tensor
  private let outProjection: Linear
  private let feedForwardNorm: LayerNorm
  private let expand: Linear
  private let contract: Linear
  private let width: Int
  private let heads: Int

  init(_ w: WeightScope, _ sizes: ImageEncoderConfiguration) throws(CheckpointError) {
    width = sizes.width
    heads = sizes.width / sizes.headWidth
    attentionNorm = try LayerNorm(w / "ln_1", width)
    inWeight = PreparedWeight(try (w / "attn").weight("in_proj_weight", 3 * width, width))
    inBias = try (w / "attn").tensor("in_proj_bias", 3 * width)
    outProjection = try Linear(w / "attn.out_proj", width, width)
    feedForwardNorm = try LayerNorm(w / "ln_2", width)
    let hidden = Int((Double(width) * sizes.hiddenRatio).rounded())
    expand = try Linear(w / "mlp.c_fc", width, hidden)
    contract = try Linear(w / "mlp.c_proj", hidden, width)
  }

  /// Tokens `[1, L, width]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let packed = attentionNorm(x).linear(weight: inWeight, bias: inBias)
    let parts = (0..<3).map { packed.slice(axis: 2, $0 * width..<($0 + 1) * width) }
    let attended = x + outProjection(parts[0].attention(keys: parts[1], values: parts[2], heads: heads))
    return attended + contract(expand(feedForwardNorm(attended)).gelu())
  }
}
