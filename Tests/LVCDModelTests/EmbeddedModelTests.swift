import Checkpoints
import EmbeddedModels
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// The models inside the program against the networks they were trained as, on the weights that ship.
@Suite struct EmbeddedModelTests {
  /// Written from the same weights by the training's stage `golden`.
  private static func golden(_ model: String) throws -> CheckpointFile {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try CheckpointFile.open(folder.appendingPathComponent("Golden/\(model).safetensors"))
  }

  private final class Recorder: SequenceObserver {
    private(set) var tensors: [String: Tensor] = [:]
    func record(_ name: @autoclosure () -> String, _ tensor: Tensor) { tensors[name()] = tensor }
    func willStep(_ step: Int, segment: Int) {}
  }

  @Test(arguments: EmbeddedModels.colorizers)
  func firstAndLaterSegmentsEqualTheTrainedNetwork(name: String) throws {
    let file = try Self.golden(name)
    func number(_ name: String) throws -> Int { try #require(file.metadata[name].flatMap { Int($0) }) }
    let model = try WeightFiles(embedded: name).model()
    let settings = try LVCDSettings(["steps": "\(number("steps"))"], folder: URL(fileURLWithPath: "/"))
    let options = try settings.options(model.configuration, seed: UInt64(number("seed")))
    let plan = options.plan(frames: try number("frames"), model.configuration)
    #expect(plan.segments == 2)
    let sampler = SequenceSampler(model: model, options: options, plan: plan)
    var source = TorchNoise(seed: options.seed)
    let noise = SequenceNoise(
      &source, frames: sampler.callFrames, overlap: plan.overlap, channels: model.autoencoder.latentChannels,
      height: model.configuration.latentHeight, width: model.configuration.latentWidth)
    let (reference, lineart) = (try Self.frames(file, "reference_u8"), try Self.frames(file, "lineart_u8"))
    let recorder = Recorder()
    let latents = try sampler.run(
      reference: Picture.tensor(reference[0]), noise: noise, observer: recorder,
      lineart: { numbers in
        Tensor.concatenation(numbers.map { Picture.lineart(lineart[$0]) }, axis: 0)
      })
    try Self.check(latents.slice(axis: 0, 0..<1), file, "reference_latent", limit: Fixture.module)
    try Self.check(try #require(recorder.tensors["crossattn"]), file, "context", limit: Fixture.module)
    try Self.check(latents, file, "latents", limit: Fixture.network)
    let last = latents.slice(axis: 0, latents.shape[0] - 1..<latents.shape[0])
    let drawn = Picture.lineart(lineart[latents.shape[0] - 1])
    try Self.check(
      model.autoencoder.decode(last, lineart: drawn), file, "last_picture", limit: Fixture.network)
  }

  private static func check(_ found: Tensor, _ file: CheckpointFile, _ name: String, limit: Double) throws {
    let expected = try file.tensor(name)
    #expect(found.count == expected.count && found.count > 0, "\(name)")
    let error = Oracle.relativeError(
      found.values.map { name == "last_picture" ? max(-1, min(1, $0)) : $0 },
      expected.values.map(Double.init))
    #expect(error <= limit, "\(name) differs by \(error)")
  }

  /// Pictures `[n, H, W]` or `[H, W, 3]` of bytes.
  private static func frames(_ file: CheckpointFile, _ name: String) throws -> [Frame] {
    let tensor = try file.tensor(name)
    let bytes = tensor.values.map { UInt8($0) }
    if tensor.shape.last == 3 {
      return [Frame(width: tensor.shape[1], height: tensor.shape[0], rgb: bytes)]
    }
    let (height, width) = (tensor.shape[1], tensor.shape[2])
    return (0..<tensor.shape[0]).map { index in
      let gray = bytes[index * height * width..<(index + 1) * height * width]
      return Frame(width: width, height: height, rgb: gray.flatMap { [$0, $0, $0] })
    }
  }

  @Test func coloursWithoutNamedWeights() throws {
    let settings = try LVCDSettings(["steps": "1"], folder: URL(fileURLWithPath: "/"))
    let colorizer = try LVCDColorizer(settings)
    #expect(colorizer.identity.settings["weights"]?.count == 64)
    let size = FrameSize(width: 128, height: 128)
    let frame = Frame(width: size.width, height: size.height, red: 200, green: 90, blue: 30)
    let white = Frame(width: size.width, height: size.height, red: 255, green: 255, blue: 255)
    let sink = MemorySink()
    try colorizer.colorize(
      ColorizationRequest(
        clipID: "plain", reference: frame, lineart: FrameArray([white, white, white]), seed: 1,
        stateDirectory: nil), to: sink)
    #expect(sink.frames.count == 3)
  }

  @Test func absentModelsAreNamed() throws {
    #expect(throws: ModelError.notEmbedded(name: "none", legal: EmbeddedModels.colorizers)) {
      try WeightFiles(embedded: "none")
    }
    #expect(
      EmbeddedModels.colorizers == [EmbeddedModels.standard, EmbeddedModels.withoutReferenceAttention])
  }
}
