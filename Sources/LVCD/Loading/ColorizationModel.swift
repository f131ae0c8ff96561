public import Checkpoints

/// A complete model: autoencoder, conditioner, UNet and ControlNet.
public struct ColorizationModel: Sendable {
  /// Its sizes and constants.
  public let configuration: ModelConfiguration
  /// Pictures to latents and back.
  public let autoencoder: any Autoencoder
  let conditioner: Conditioner
  let denoiser: Denoiser

  /// Tensors of the official files that inference does not need: the conditioner's decoder and the text half
  /// of the image encoder.
  public static let ignoredPrefixes =
    ["decoder.", "post_quant_conv."].map { "conditioner.embedders.3.encoder.\($0)" }
    + [
      "positional_embedding", "text_projection", "logit_scale", "token_embedding.", "ln_final.",
      "transformer.",
    ]
    .map { "conditioner.embedders.0.open_clip.model.\($0)" }

  /// Builds the model from tensors with official names; every tensor but those ignored on purpose must have a
  /// layer.
  ///
  /// - Throws: `missingTensor`, `wrongShape` or `unusedTensors`.
  public init(_ w: WeightScope, _ configuration: ModelConfiguration) throws(CheckpointError) {
    self.configuration = configuration
    let autoencoder = try Self.autoencoder(w, configuration)
    self.autoencoder = autoencoder
    conditioner = try Conditioner(w / "conditioner", configuration, autoencoder: autoencoder)
    denoiser = try Denoiser(w, configuration)
    try w.requireAllUsed(ignoring: Self.ignoredPrefixes)
  }

  /// The official autoencoder, or the small one where the configuration has one.
  private static func autoencoder(
    _ w: WeightScope, _ configuration: ModelConfiguration
  ) throws(CheckpointError) -> any Autoencoder {
    guard let codec = configuration.codec else {
      return try TemporalAutoencoder(w / "first_stage_model", configuration)
    }
    return try PatchAutoencoder(w / "codec", codec, scale: Float(configuration.scaleFactor))
  }
}
