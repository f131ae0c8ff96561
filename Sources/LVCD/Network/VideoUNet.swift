internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// What the ControlNet adds to the UNet.
struct ControlResiduals {
  /// Added to the encoder features that the decoder reads; one per input block.
  var skips: [Tensor]
  /// Added to the middle block's result.
  var middle: Tensor
}

/// The video UNet. sgm `VideoUNet`.
struct VideoUNet: Sendable {
  private struct DecoderBlock: Sendable {
    let residual: ResidualBlock
    let transformer: SpatioTemporalTransformer?
    /// Follows nearest-neighbour doubling.
    let upsample: Conv2D?
  }

  let encoder: UNetEncoder
  private let decoder: [DecoderBlock]
  private let outNorm: GroupNorm
  private let outConv: Conv2D
  private let transformers: [SpatioTemporalTransformer]

  init(_ w: WeightScope, _ configuration: ModelConfiguration) throws(CheckpointError) {
    let blueprint = UNetBlueprint(configuration)
    encoder = try UNetEncoder(w, configuration, blueprint)
    let builder = BlockBuilder(configuration: configuration, embedding: encoder.embeddingWidth)
    var decoder: [DecoderBlock] = []
    for (index, block) in blueprint.decoder.enumerated() {
      let scope = w / "output_blocks" / index
      decoder.append(
        DecoderBlock(
          residual: try builder.residual(scope / 0, block.inputs, block.outputs),
          transformer: block.attends ? try builder.transformer(scope / 1, block.outputs) : nil,
          upsample: block.upsamples
            ? try Conv2D(
              scope / (block.attends ? 2 : 1) / "conv", block.outputs, block.outputs, kernel: 3, padding: 1)
            : nil))
    }
    self.decoder = decoder
    transformers = encoder.transformers + decoder.compactMap(\.transformer)
    outNorm = try GroupNorm(
      w / "out.0", groups: configuration.groupNormGroups, channels: configuration.modelChannels,
      activation: .silu)
    outConv = try Conv2D(
      w / "out.2", configuration.modelChannels, configuration.latentChannels, kernel: 3, padding: 1)
  }

  /// What all steps of a segment share: `context` is `[1, D]`, `vector` `[1, 3 V]`.
  func prepare(context: Tensor, vector: Tensor, routing: FrameRouting) -> NetworkConditions {
    NetworkConditions(
      vector: encoder.vectorEmbedding(vector),
      transformers: transformers.map { $0.prepare(context: context, routing: routing) }, routing: routing)
  }

  /// The network's output for frames `[T, 2 C, H, W]` at `noise`, `[T, C, H, W]`.
  ///
  /// - Parameter trace: told the result of every block, by its tensor prefix.
  func callAsFunction(
    _ x: Tensor, noise: Float, conditions: NetworkConditions, control: ControlResiduals? = nil,
    trace: (String, Tensor) -> Void = { _, _ in }
  ) -> Tensor {
    let step = NetworkStep(
      embedding: encoder.embedding(noise: noise, vector: conditions.vector).silu(), conditions: conditions)
    var features = encoder(x, step: step)
    for (index, skip) in features.skips.enumerated() { trace("input_blocks.\(index)", skip) }
    trace("middle_block", features.middle)
    var controls = control?.skips
    var hidden = control.map { features.middle + $0.middle } ?? features.middle
    var ordinal = encoder.transformers.count
    for (index, block) in decoder.enumerated() {
      var skip = features.skips.removeLast()
      if let added = controls?.removeLast() { skip = skip + added }
      hidden = step.pass(
        Tensor.concatenation([hidden, skip], axis: 1), block.residual, block.transformer, ordinal: ordinal)
      if block.transformer != nil { ordinal += 1 }
      if let upsample = block.upsample { hidden = upsample(hidden.doubled()) }
      trace("output_blocks.\(index)", hidden)
    }
    return outConv(outNorm(hidden))
  }
}

extension Tensor {
  /// Images `[N, C, H, W]` at twice the size, every pixel four times.
  func doubled() -> Tensor {
    resized(to: Size2D(height: 2 * shape[2], width: 2 * shape[3]), .nearest)
  }
}
