internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// What all steps of a segment share in one network.
struct NetworkConditions: Sendable {
  /// The vector condition's part of the embedding, `[1, E]`.
  let vector: Tensor
  /// One per transformer, in order of encoder, middle and decoder.
  let transformers: [TransformerConditions]
  let routing: FrameRouting
}

/// What the blocks of one call share.
struct NetworkStep {
  /// The embedding of noise level and vector condition through SiLU, `[1, E]`.
  let embedding: Tensor
  let conditions: NetworkConditions

  /// A residual block and its transformer, the `ordinal`-th of the network.
  func pass(_ x: Tensor, _ residual: ResidualBlock, _ transformer: SpatioTemporalTransformer?, ordinal: Int)
    -> Tensor
  {
    let routing = conditions.routing
    let hidden = residual(x, embedding: embedding, references: routing.references)
    guard let transformer else { return hidden }
    return transformer(
      hidden, conditions: conditions.transformers[ordinal], routing: routing, ordinal: ordinal)
  }
}

/// The first half of a UNet: embeddings, input blocks and middle block. UNet and ControlNet both have one.
struct UNetEncoder: Sendable {
  private enum Block: Sendable {
    case convolution(Conv2D)
    case residual(ResidualBlock, SpatioTemporalTransformer?)
  }

  /// Results of all blocks.
  struct Features {
    /// One per input block.
    var skips: [Tensor]
    var middle: Tensor
  }

  private let timeEmbedding: EmbeddingMLP
  private let vectorMLP: EmbeddingMLP
  private let blocks: [Block]
  private let middleIn: ResidualBlock
  private let middleTransformer: SpatioTemporalTransformer
  private let middleOut: ResidualBlock
  private let modelChannels: Int
  /// Width of the embedding.
  let embeddingWidth: Int
  /// In order of input blocks and middle.
  let transformers: [SpatioTemporalTransformer]

  init(
    _ w: WeightScope, _ configuration: ModelConfiguration, _ blueprint: UNetBlueprint
  ) throws(CheckpointError) {
    modelChannels = configuration.modelChannels
    timeEmbedding = try EmbeddingMLP(w / "time_embed", inputs: modelChannels)
    vectorMLP = try EmbeddingMLP(w / "label_emb.0", inputs: 3 * configuration.vectorEmbedderWidth)
    embeddingWidth = try w.shape(of: "time_embed.2.weight").first ?? 0
    let builder = BlockBuilder(configuration: configuration, embedding: embeddingWidth)
    var blocks: [Block] = []
    var transformers: [SpatioTemporalTransformer] = []
    for (index, block) in blueprint.encoder.enumerated() {
      let scope = w / "input_blocks" / index
      switch block {
      case .input(let outputs):
        blocks.append(
          .convolution(
            try Conv2D(scope / 0, 2 * configuration.latentChannels, outputs, kernel: 3, padding: 1)))
      case .downsample(let channels):
        blocks.append(
          .convolution(try Conv2D(scope / "0.op", channels, channels, kernel: 3, stride: 2, padding: 1)))
      case .residual(let inputs, let outputs, let attends):
        let residual = try builder.residual(scope / 0, inputs, outputs)
        let transformer = attends ? try builder.transformer(scope / 1, outputs) : nil
        blocks.append(.residual(residual, transformer))
        if let transformer { transformers.append(transformer) }
      }
    }
    self.blocks = blocks
    let middle = w / "middle_block"
    middleIn = try builder.residual(middle / 0, blueprint.middle, blueprint.middle)
    middleTransformer = try builder.transformer(middle / 1, blueprint.middle)
    middleOut = try builder.residual(middle / 2, blueprint.middle, blueprint.middle)
    self.transformers = transformers + [middleTransformer]
  }

  /// The vector condition's part of the embedding; `vector` is `[1, 3 V]`.
  func vectorEmbedding(_ vector: Tensor) -> Tensor { vectorMLP(vector) }

  /// The embedding of a noise level and the vector condition, before SiLU.
  func embedding(noise: Float, vector: Tensor) -> Tensor {
    timeEmbedding(SinusoidalEmbedding.rows([noise], width: modelChannels)) + vector
  }

  /// All features of frames `[T, C, H, W]`; `hint` is added to the first block's result.
  func callAsFunction(_ x: Tensor, step: NetworkStep, hint: Tensor? = nil) -> Features {
    var hidden = x
    var skips: [Tensor] = []
    var ordinal = 0
    for block in blocks {
      switch block {
      case .convolution(let convolution): hidden = convolution(hidden)
      case .residual(let residual, let transformer):
        hidden = step.pass(hidden, residual, transformer, ordinal: ordinal)
        if transformer != nil { ordinal += 1 }
      }
      if skips.isEmpty, let hint { hidden = hidden + hint }
      skips.append(hidden)
    }
    hidden = step.pass(hidden, middleIn, middleTransformer, ordinal: ordinal)
    return Features(skips: skips, middle: step.pass(hidden, middleOut, nil, ordinal: ordinal))
  }
}

/// Builds blocks that share a configuration.
struct BlockBuilder {
  let configuration: ModelConfiguration
  /// Width of the embedding.
  let embedding: Int

  func residual(_ w: WeightScope, _ inputs: Int, _ outputs: Int) throws(CheckpointError) -> ResidualBlock {
    try ResidualBlock(
      w, groups: configuration.groupNormGroups, inputs: inputs, outputs: outputs, embedding: embedding)
  }

  func transformer(_ w: WeightScope, _ channels: Int) throws(CheckpointError) -> SpatioTemporalTransformer {
    try SpatioTemporalTransformer(
      w, groups: configuration.groupNormGroups, channels: channels,
      headChannels: configuration.headChannels, context: configuration.contextWidth)
  }
}
