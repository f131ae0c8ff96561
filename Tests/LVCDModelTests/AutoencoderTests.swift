import Checkpoints
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// Autoencoder, image encoder and conditioner against the reference implementation.
@Suite struct AutoencoderTests {
  @Test func encodesAndDecodes() throws {
    let fixture = try Fixture("10_vae")
    let weights = try Fixture.weights()
    let autoencoder = try TemporalAutoencoder(weights / "first_stage_model", fixture.configuration)
    let conditioner = try Conditioner(
      weights / "conditioner", fixture.configuration, autoencoder: autoencoder)
    let image = try fixture.picture("image_u8")
    try fixture.check(autoencoder.encoder.moments(image), "moments", limit: Fixture.module)
    let noise = try fixture.tensor("posterior_noise")
    try fixture.check(
      autoencoder.encode(image, noise: noise) * autoencoder.scale, "encoded_sampled_scaled")
    try fixture.check(conditioner.latent(image), "conditioner_encoder_mode")
    let z = try fixture.tensor("z")
    try fixture.check(autoencoder.decode(z, lineart: nil), "decoded")
    try fixture.check(autoencoder.decode(z.slice(axis: 0, 0..<1), lineart: nil), "decoded_single_frame")
    let latents = try fixture.tensor("long_latents_scaled")
    let decoding = LatentDecoding(fixture.configuration)
    let parts = decoding.chunks(latents.shape[0]).map {
      decoding.decode($0, of: latents, with: autoencoder) { _ in latents }
    }
    try fixture.check(Tensor.concatenation(parts, axis: 0), "long_decoded")
  }

  @Test func conditionsOfAReference() throws {
    let fixture = try Fixture("11_conditioner")
    let weights = try Fixture.weights()
    let configuration = fixture.configuration
    let autoencoder = try TemporalAutoencoder(weights / "first_stage_model", configuration)
    let conditioner = try Conditioner(weights / "conditioner", configuration, autoencoder: autoencoder)
    let image = try fixture.picture("image_u8")
    let conditions = conditioner(image)
    try fixture.check(conditions.context, "crossattn", limit: Fixture.network)
    try fixture.check(conditions.latent, "concat", limit: Fixture.network)
    let noise: Double = try fixture.entry("cond_aug")
    try fixture.check(conditioner.vector(noise: noise), "vector_row", limit: Fixture.network)

    let side = configuration.imageEncoder.imageSize
    let small = ImageEncoderInput.prepare(image, side: side)
    try fixture.check(
      small.everyNth(side / fixture.tensor("preprocessed_small_sub").shape[3]), "preprocessed_small_sub",
      limit: Fixture.network)
    let big = Self.bigImage()
    let prepared = ImageEncoderInput.prepare(big, side: side)
    try fixture.check(
      prepared.everyNth(side / fixture.tensor("preprocessed_big_sub").shape[3]), "preprocessed_big_sub",
      limit: Fixture.network)
    try fixture.check(
      conditioner.tower.tokens(prepared), "clip_tokens_after_ln_pre", limit: Fixture.network)
    try fixture.check(conditioner.tower(big), "clip_out_big", limit: Fixture.network)
  }

  /// The picture that the file describes instead of holding it.
  private static func bigImage() -> Tensor {
    let (height, width) = (320, 576)
    return Tensor(shape: [1, 3, height, width]) { target in
      for c in 0..<3 {
        for y in 0..<height {
          for x in 0..<width {
            let t = (3 * y + 5 * x + 40 * c + x * y / 16) % 510
            target[(c * height + y) * width + x] = Float(min(t, 510 - t)) / 255 * 2 - 1
          }
        }
      }
    }
  }

  @Test func chunksDeliverEveryFrameOnce() {
    for (chunk, overlap, anchors) in [(10, 3, 1), (6, 2, 1), (5, 0, 1), (7, 2, 2)] {
      let decoding = LatentDecoding(chunk: chunk, overlap: overlap, anchors: anchors)
      for count in 1...40 {
        let chunks = decoding.chunks(count)
        #expect(chunks.flatMap { Array($0.delivered) } == Array(0..<count))
        #expect(chunks.allSatisfy { $0.frames.count + anchors <= chunk || count <= anchors })
        #expect(chunks.allSatisfy { $0.frames.upperBound == $0.delivered.upperBound || $0.frames.isEmpty })
      }
    }
  }
}

extension Tensor {
  /// Rows and columns 0, `step`, 2 `step`, … of `[N, C, H, W]`.
  func everyNth(_ step: Int) -> Tensor {
    let (planes, height, width) = (shape[0] * shape[1], shape[2], shape[3])
    let rows = (height + step - 1) / step
    let columns = (width + step - 1) / step
    return withUnsafeBufferPointer { source in
      Tensor(shape: [shape[0], shape[1], rows, columns]) { target in
        for plane in 0..<planes {
          for y in 0..<rows {
            for x in 0..<columns {
              target[(plane * rows + y) * columns + x] =
                source[(plane * height + y * step) * width + x * step]
            }
          }
        }
      }
    }
  }
}
