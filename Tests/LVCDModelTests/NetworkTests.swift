import Checkpoints
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// UNet and ControlNet as a whole against the reference implementation.
@Suite struct NetworkTests {
  private let unet: VideoUNet
  private let control: SketchControlNet

  init() throws {
    let configuration = try Fixture("07_networks_one_reference").configuration
    let weights = try Fixture.weights()
    unet = try VideoUNet(weights / "model.diffusion_model", configuration)
    control = try SketchControlNet(weights / "control_model", configuration)
  }

  @Test func oneReference() throws {
    let fixture = try Fixture("07_networks_one_reference")
    let x = try fixture.tensor("x")
    let hints = try Fixture.hints(Array(0..<x.shape[0]))
    let features = control.hintEncoder(hints)
    try fixture.check(features.slice(axis: 0, 0..<1), "hint_features_f0")
    try fixture.check(features.slice(axis: 0, x.shape[0] - 1..<x.shape[0]), "hint_features_flast")
    let noise = try fixture.tensor("timesteps").values[0]
    let vector = unet.encoder.vectorEmbedding(try fixture.tensor("y"))
    try fixture.check(unet.encoder.embedding(noise: noise, vector: vector), "unet_emb")
    let refs: Int = try fixture.entry("refs")
    let routing = FrameRouting.firstReference(references: refs, videoFrames: x.shape[0] - refs)
    try check(fixture, hint: features, routing: routing, prefix: "")
  }

  @Test func samplingModes() throws {
    let fixture = try Fixture("08_networks_inference")
    let x = try fixture.tensor("x")
    let features = control.hintEncoder(try Fixture.hints(Array(0..<x.shape[0])))
    let (first, later) = Routings.sampling(fixture.configuration)
    try check(fixture, hint: features, routing: first, prefix: "normal.")
    try check(fixture, hint: features, routing: later, prefix: "prevref.")
  }

  private func check(_ fixture: Fixture, hint: Tensor, routing: FrameRouting, prefix: String) throws {
    let x = try fixture.tensor("x")
    let noise = try fixture.tensor("timesteps").values[0]
    let context = try fixture.tensor("context").reshaped(1, fixture.configuration.contextWidth)
    let vector = try fixture.tensor("y")
    let residuals = control(
      x, noise: noise, hint: hint,
      conditions: control.prepare(context: context, vector: vector, routing: routing))
    let kept: [Int] = try fixture.entry("control_frames_kept")
    for (index, residual) in (residuals.skips + [residuals.middle]).enumerated()
    where fixture.names.contains("\(prefix)control.\(index)") {
      try fixture.check(
        Self.frames(residual, kept), "\(prefix)control.\(index)", limit: Fixture.network)
    }
    let conditions = unet.prepare(context: context, vector: vector, routing: routing)
    try fixture.check(
      unet(x, noise: noise, conditions: conditions), "\(prefix)unet_out_no_control", limit: Fixture.network)
    var blocks: [(String, Tensor)] = []
    let out = unet(x, noise: noise, conditions: conditions, control: residuals) { blocks.append(($0, $1)) }
    try fixture.check(out, "\(prefix)unet_out_with_control", limit: Fixture.network)
    guard prefix == "prevref." else { return }
    let traced: [Int] = try fixture.entry("trace_frames")
    #expect(fixture.names.filter { $0.hasPrefix("trace.") }.count == blocks.count)
    for (name, block) in blocks {
      let channels = try fixture.tensor("trace.\(name)").shape[1]
      try fixture.check(
        Self.frames(block, traced).slice(axis: 1, 0..<channels), "trace.\(name)", limit: Fixture.network)
    }
  }

  private static func frames(_ x: Tensor, _ indices: [Int]) -> Tensor {
    Tensor.concatenation(indices.map { x.slice(axis: 0, $0..<$0 + 1) }, axis: 0)
  }
}
