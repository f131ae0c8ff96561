import Checkpoints
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// Denoiser, schedule and sampling of whole clips against the reference implementation.
@Suite struct SamplingTests {
  @Test func schedulesAndScalings() throws {
    let fixture = try Fixture("01_schedule")
    let configuration = fixture.configuration
    for name in fixture.names where name.hasPrefix("sigmas_") {
      let steps = try #require(Int(name.dropFirst("sigmas_".count)))
      let discretization = Discretization(
        steps: steps, minimum: configuration.sigmaMin, maximum: configuration.sigmaMax,
        rho: configuration.rho)
      try fixture.check(Tensor(shape: [steps + 1], discretization.sigmas), name)
    }
    let scalings = try fixture.tensor("scaling_sigma").values.map { Preconditioning(sigma: $0) }
    func check(_ name: String, _ values: [Float]) throws {
      try fixture.check(Tensor(shape: [values.count], values), name)
    }
    try check("c_skip", scalings.map(\.cSkip))
    try check("c_out", scalings.map(\.cOut))
    try check("c_in", scalings.map(\.cIn))
    try check("c_noise", scalings.map(\.cNoise))
    // The loss weight makes an error of the network's output count the same at every level.
    try check("loss_weight", scalings.map { 1 / ($0.cOut * $0.cOut) })
  }

  @Test func denoiser() throws {
    let fixture = try Fixture("09_denoiser_and_loss")
    let denoiser = try Denoiser(try Fixture.weights(), fixture.configuration)
    let x = try fixture.tensor("noised")
    let frames = x.shape[0]
    let refs: Int = try fixture.entry("refs")
    let latent = try fixture.tensor("concat")
    let conditions = denoiser.prepare(
      context: try fixture.tensor("context").reshaped(1, fixture.configuration.contextWidth),
      vector: try fixture.tensor("y"),
      routing: .firstReference(references: refs, videoFrames: frames - refs),
      lineart: try Fixture.hints(Array(0..<frames)), lineartOfFrame: Array(0..<frames),
      latents: Tensor.concatenation(Array(repeating: latent, count: frames), axis: 0))
    let sigma = try fixture.tensor("sigma").values[0]
    try fixture.check(try fixture.tensor("x0") + (try fixture.tensor("noise")) * sigma, "noised")
    let estimate = denoiser(x, sigma: sigma, conditions: conditions)
    try fixture.check(estimate, "denoised")
    let difference = estimate - (try fixture.tensor("x0"))
    let weight = (sigma * sigma + 1) / (sigma * sigma)
    let loss = (difference * difference).reshaped(frames, x.count / frames).mean(axis: 1) * weight
    try fixture.check(loss, "loss_per_frame")
  }

  @Test func clipInSegments() throws {
    let fixture = try Fixture("13_sample_sequence")
    let first = try Fixture("12_sample_first_segment")
    let configuration = fixture.configuration
    let model = try ColorizationModel(try Fixture.weights(), configuration)
    let seed: UInt64 = try fixture.entry("seed")
    var options = SamplingOptions(configuration, seed: seed)
    options.steps = try fixture.entry("steps")
    options.overlap = try fixture.entry("overlap")
    let plan = SequencePlan(
      frames: try fixture.entry("clip_frames"), videoFrames: try fixture.entry("video_frames"),
      overlap: options.overlap, trailing: .drop)
    let segments: Int = try fixture.entry("segments")
    let delivered: Int = try fixture.entry("output_frames")
    #expect(plan.segments == segments && plan.delivered == delivered)
    let sampler = SequenceSampler(model: model, options: options, plan: plan)
    var source = TorchNoise(seed: seed)
    let noise = SequenceNoise(
      &source, frames: sampler.callFrames, overlap: options.overlap,
      channels: configuration.latentChannels, height: configuration.latentHeight,
      width: configuration.latentWidth)
    let recorder = Recorder()
    let latents = try sampler.run(
      reference: try fixture.picture("reference_image_u8"), noise: noise, observer: recorder,
      lineart: Fixture.hints)
    try fixture.check(latents, "output_latents", limit: Fixture.network)
    for name in fixture.names {
      guard let found = recorder.tensors[name] else { continue }
      try fixture.check(found, name, limit: Fixture.network)
    }
    let expected = Set(fixture.names).subtracting(["reference_image_u8"])
    #expect(expected.isSubset(of: recorder.tensors.keys), "\(expected.subtracting(recorder.tensors.keys))")

    for name in ["crossattn", "vector_row"] {
      try first.check(try #require(recorder.tensors[name]), name, limit: Fixture.network)
    }
    let concat = try #require(recorder.tensors["segment0.concat"]).slice(axis: 0, 0..<1)
    try first.check(concat, "concat", limit: Fixture.network)
    for step in 0..<options.steps {
      let found = try #require(recorder.tensors["segment0.denoised_before_blend.\(step)"])
      try first.check(found, "denoised.\(step)", limit: Fixture.network)
    }
    try first.check(try #require(recorder.tensors["segment0.x0"]), "x0", limit: Fixture.network)

    // The state that enters step 1 follows from the noise and the first estimate.
    let euler = EulerSampler(
      discretization: Discretization(
        steps: options.steps, minimum: configuration.sigmaMin, maximum: configuration.sigmaMax,
        rho: configuration.rho))
    _ = try euler(from: try fixture.tensor("x_T")) { x, _, step in
      if step == 1 { try first.check(x, "x_t.1", limit: Fixture.network) }
      return try first.tensor("denoised.\(step)")
    }

    // Shared frames start from the same noise and follow the same estimates: they end where they ended
    // before.
    for segment in 1..<segments {
      let before = try #require(recorder.tensors["segment\(segment - 1).x0"])
      let after = try #require(recorder.tensors["segment\(segment).x0"])
      let shared = after.slice(axis: 0, 1 + options.overlap..<1 + 2 * options.overlap)
      let ended = before.slice(axis: 0, sampler.callFrames - options.overlap..<sampler.callFrames)
      if 2 * options.overlap <= plan.videoFrames { #expect(shared == ended) }
    }
  }
}

/// Keeps everything a run computes.
final class Recorder: SequenceObserver {
  private(set) var tensors: [String: Tensor] = [:]
  private(set) var steps: [String] = []
  /// Stops before this step when set.
  var stopsAt: String?

  func record(_ name: @autoclosure () -> String, _ tensor: Tensor) { tensors[name()] = tensor }

  func willStep(_ step: Int, segment: Int) throws {
    let name = "\(segment).\(step)"
    if name == stopsAt { throw CancellationError() }
    steps.append(name)
  }
}

extension Fixture {
  /// An 8-bit picture `[H, W, 3]` as `[1, 3, H, W]` in -1…1.
  func picture(_ name: String) throws -> Tensor {
    let bytes = try tensor(name)
    return bytes.permuted(2, 0, 1).reshaped(1, 3, bytes.shape[0], bytes.shape[1]).mapped { $0 / 255 * 2 - 1 }
  }
}
