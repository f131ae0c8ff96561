internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The convolutions that bring lineart at image size to the features of the latents' size. Channels are the
/// file's.
struct HintEncoder: Sendable {
  /// Strides of the eight convolutions. Source: ControlNet, `input_hint_block`.
  private static let strides = [1, 1, 2, 1, 2, 1, 2, 1]
  /// Factor between pixels and features.
  static let reduction = strides.reduce(1, *)
  private let convolutions: [Conv2D]

  init(_ w: WeightScope) throws(CheckpointError) {
    var convolutions: [Conv2D] = []
    for (index, stride) in Self.strides.enumerated() {
      let scope = w / (2 * index)
      let shape = try scope.shape(of: "weight")
      convolutions.append(
        try Conv2D(
          scope, shape.count > 1 ? shape[1] : 0, shape.first ?? 0, kernel: 3,
          stride: Size2D(height: stride, width: stride), padding: 1))
    }
    self.convolutions = convolutions
  }

  /// Features `[T, C, H / 8, W / 8]` of lineart `[T, 3, H, W]`, 1 on lines and 0 on paper; frame by frame.
  func callAsFunction(_ lineart: Tensor) -> Tensor {
    let frames = (0..<lineart.shape[0]).map { frame in
      var hidden = lineart.slice(axis: 0, frame..<frame + 1)
      for (index, convolution) in convolutions.enumerated() {
        if index > 0 { hidden = hidden.silu() }
        hidden = convolution(hidden)
      }
      return hidden
    }
    return Tensor.concatenation(frames, axis: 0)
  }
}

/// The ControlNet that guides by lineart: a second UNet encoder whose features pass pointwise convolutions.
/// LVCD, section 4.1; the authors' `ControlledVideoUNet`.
struct SketchControlNet: Sendable {
  let hintEncoder: HintEncoder
  private let encoder: UNetEncoder
  private let zeroConvolutions: [Conv2D]
  private let middleOut: Conv2D

  init(_ w: WeightScope, _ configuration: ModelConfiguration) throws(CheckpointError) {
    let blueprint = UNetBlueprint(configuration)
    encoder = try UNetEncoder(w, configuration, blueprint)
    hintEncoder = try HintEncoder(w / "input_hint_block")
    var zeroConvolutions: [Conv2D] = []
    for (index, block) in blueprint.encoder.enumerated() {
      zeroConvolutions.append(
        try Conv2D(w / "zero_convs" / index / 0, block.outputs, block.outputs, kernel: 1))
    }
    self.zeroConvolutions = zeroConvolutions
    middleOut = try Conv2D(w / "middle_block_out.0", blueprint.middle, blueprint.middle, kernel: 1)
  }

  /// What all steps of a segment share: `context` is `[1, D]`, `vector` `[1, 3 V]`.
  func prepare(context: Tensor, vector: Tensor, routing: FrameRouting) -> NetworkConditions {
    NetworkConditions(
      vector: encoder.vectorEmbedding(vector),
      transformers: encoder.transformers.map { $0.prepare(context: context, routing: routing) },
      routing: routing)
  }

  /// The residuals for frames `[T, 2 C, H, W]` at `noise`; `hint` is what `hintEncoder` makes of their
  /// lineart.
  func callAsFunction(
    _ x: Tensor, noise: Float, hint: Tensor, conditions: NetworkConditions
  ) -> ControlResiduals {
    let step = NetworkStep(
      embedding: encoder.embedding(noise: noise, vector: conditions.vector).silu(), conditions: conditions)
    let features = encoder(x, step: step, hint: hint)
    return ControlResiduals(
      skips: zip(zeroConvolutions, features.skips).map { $0($1) }, middle: middleOut(features.middle))
  }
}
