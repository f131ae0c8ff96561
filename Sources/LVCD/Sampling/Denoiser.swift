internal import Checkpoints
internal import TensorCore

/// What all steps of a segment share.
struct SegmentConditions: Sendable {
  let unet: NetworkConditions
  let control: NetworkConditions
  /// Features of the lineart of every frame, `[T, E, h, w]`.
  let hint: Tensor
  /// Condition latents of every frame, unscaled, `[T, C, h, w]`.
  let latents: Tensor
}

/// UNet and ControlNet with the preconditioning around them: an estimate of clean latents from noisy ones.
struct Denoiser: Sendable {
  let unet: VideoUNet
  let control: SketchControlNet

  /// Takes `model.diffusion_model.*` and `control_model.*`.
  init(_ w: WeightScope, _ configuration: ModelConfiguration) throws(CheckpointError) {
    unet = try VideoUNet(w / "model.diffusion_model", configuration)
    control = try SketchControlNet(w / "control_model", configuration)
  }

  /// Does what does not depend on the step.
  ///
  /// - Parameters:
  ///   - lineart: pictures `[F, 3, H, W]`, 1 on lines and 0 on paper.
  ///   - lineartOfFrame: which of them belongs to each frame of the call.
  ///   - latents: condition latents of every frame of the call, `[T, C, h, w]`.
  func prepare(
    context: Tensor, vector: Tensor, routing: FrameRouting, lineart: Tensor, lineartOfFrame: [Int],
    latents: Tensor
  ) -> SegmentConditions {
    let features = control.hintEncoder(lineart)
    let hint = Tensor.concatenation(
      lineartOfFrame.map { features.slice(axis: 0, $0..<$0 + 1) }, axis: 0)
    return SegmentConditions(
      unet: unet.prepare(context: context, vector: vector, routing: routing),
      control: control.prepare(context: context, vector: vector, routing: routing), hint: hint,
      latents: latents)
  }

  /// The estimate for noisy latents `[T, C, h, w]` at the noise level `sigma`, the same for all frames.
  func callAsFunction(_ x: Tensor, sigma: Float, conditions: SegmentConditions) -> Tensor {
    let scaling = Preconditioning(sigma: sigma)
    let input = Tensor.concatenation([x * scaling.cIn, conditions.latents], axis: 1)
    let residuals = control(
      input, noise: scaling.cNoise, hint: conditions.hint, conditions: conditions.control)
    let output = unet(input, noise: scaling.cNoise, conditions: conditions.unet, control: residuals)
    return x * scaling.cSkip + output * scaling.cOut
  }
}
