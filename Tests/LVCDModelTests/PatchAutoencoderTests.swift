import Checkpoints
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// The small autoencoder against the network it is trained as, and models that carry one.
@Suite struct PatchAutoencoderTests {
  @Test(arguments: ["both", "decoder", "linear", "lineart"]) func encodesAndDecodes(tag: String) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/patch-codec.safetensors")
    let file = try CheckpointFile.open(url)
    let json = Data(try #require(file.metadata[tag]).utf8)
    let configuration = try JSONDecoder().decode(CodecConfiguration.self, from: json)
    #expect(configuration.problem == nil)
    let scope = WeightScope(file)
    let codec = try PatchAutoencoder(scope / tag / "codec", configuration, scale: 0.5)
    #expect(scope.unusedNames().filter { $0.hasPrefix("\(tag).codec.") }.isEmpty)
    func check(_ found: Tensor, _ name: String) throws {
      let expected = try file.tensor("\(tag).\(name)")
      #expect(found.shape == expected.shape)
      let error = Oracle.relativeError(found.values, expected.values.map(Double.init))
      #expect(error <= Fixture.module, "\(name) differs by \(error)")
    }
    let image = try file.tensor("\(tag).image")
    try check(codec.encode(image), "encoded")
    #expect(codec.encode(image, noise: try file.tensor("\(tag).latents")) == codec.encode(image))
    #expect(codec.decodesWithLineart == (tag == "lineart"))
    let lineart = try file.tensor("\(tag).lineart")
    try check(codec.decode(try file.tensor("\(tag).latents"), lineart: lineart), "decoded")
  }

  @Test func configurationsOfSmallModels() throws {
    let text = """
      {"video_frames":14,"overlap":4,"group_norm_groups":8,"model_channels":48,"channel_mult":[1,2],
       "num_res_blocks":1,"attention_resolutions":[2,1],"head_channels":48,"context_dim":32,
       "vector_embedder_dim":16,"latent_height":16,"latent_width":16,"sampling_steps":25,"sigma_min":0.002,
       "sigma_max":700.0,"rho":7.0,"amplify":10.0,"amplify_max_ordinal":4,"prev_reference_shift":3,
       "clip":{"embed_dim":32,"head_width":32,"image_size":224,"layers":2,"mlp_ratio":2,"patch_size":32,
               "width":64},
       "codec":{"decoder_channels":[32,64,96],"encoder_channels":[],"group_norm_groups":8,
                "latent_channels":16,"patch_size":8},
       "fps_id":6,"motion_bucket_id":160,"cond_aug":0.0,"scale_factor":1.0,"latent_channels":16,"ff_mult":2,
       "hint_channels":[8,8,16,16,32,32,64],"reference_attention":true}
      """
    let configuration = try ModelConfiguration(json: Data(text.utf8), file: "mini")
    #expect(configuration.spatialFactor == 8 && configuration.sizeGranularity == 16)
    #expect(configuration.decodeChunk == 10 && configuration.decodeOverlap == 0)
    let again = try ModelConfiguration(json: try JSONEncoder().encode(configuration), file: "mini")
    #expect(again == configuration)
    #expect {
      try ModelConfiguration(
        json: Data(text.replacing("\"patch_size\":8", with: "\"patch_size\":16").utf8), file: "mini")
    } throws: { "\($0)".contains("latents are 1/16 of a picture, the lineart's features 1/8") }
    let plan = SequencePlan(frames: 15, videoFrames: 14, overlap: 4)
    let cost = CostEstimate(configuration, size: .init(width: 128, height: 128), plan: plan)
    #expect(cost.stepFLOPs > 1e9 && cost.decodingFLOPs > 1e8 && cost.activationByteCount > 1 << 20)
  }
}
