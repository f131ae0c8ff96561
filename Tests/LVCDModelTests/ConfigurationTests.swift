import Checkpoints
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// Configurations, settings and values in weight files.
@Suite struct ConfigurationTests {
  private func document(_ change: (inout [String: Any]) -> Void) throws -> Data {
    let data = try JSONEncoder().encode(ModelConfiguration.official)
    var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&object)
    return try JSONSerialization.data(withJSONObject: object)
  }

  @Test func roundTrips() throws {
    let configuration = try ModelConfiguration(json: try document { _ in }, file: "x")
    #expect(configuration == .official)
  }

  @Test func optionalEntriesHaveDocumentedValues() throws {
    let data = try document { object in
      for name in ["condition_vae_mult", "latent_channels", "reference_attention", "total_frames"] {
        object[name] = nil
      }
    }
    #expect(try ModelConfiguration(json: data, file: "x") == .official)
  }

  @Test(
    arguments: [
      ("model_channels", nil, "no entry 'model_channels'"), ("model_channels", "x", "entry 'model_channels'"),
      ("head_channels", 48, "does not divide"), ("sigma_min", 0, "noise levels"),
      ("modelchannels", 1, "unknown entry 'modelchannels'"),
      ("total_frames", 18, "18 frames are not 1 + 4 + 14"),
      ("decode_chunk", 4, "'decode_chunk' is 4"), ("overlap", -1, "'overlap' is -1"),
    ] as [(String, (any Sendable)?, String)])
  func impossibleValuesAreNamed(_ entry: (String, (any Sendable)?, String)) throws {
    let data = try document { object in
      if entry.0 != "total_frames" { object["total_frames"] = nil }
      object[entry.0] = entry.1
    }
    #expect {
      try ModelConfiguration(json: data, file: "weights.safetensors")
    } throws: { error in
      "\(error)".hasPrefix("weights.safetensors: model configuration: ") && "\(error)".contains(entry.2)
    }
  }

  @Test func settingsAreReadAndChecked() throws {
    let folder = URL(fileURLWithPath: "/models", isDirectory: true)
    let table = [
      "weights": "a.safetensors, /b.ckpt", "variant": "prev-sample", "overlap": "2", "steps": "10",
      "amplification": "5.5", "resolution": "512x256",
    ]
    let settings = try LVCDSettings(table, folder: folder)
    #expect(settings.weights.map(\.path) == ["/models/a.safetensors", "/b.ckpt"])
    #expect(settings.resolution == .fixed(FrameSize(width: 512, height: 256)))
    let options = try settings.options(.official, seed: 7)
    #expect(options.variant == .previousSample && options.overlap == 2 && options.steps == 10)
    #expect(options.amplification == 5.5 && options.seed == 7)
  }

  @Test(arguments: [
    ("variant", "best"), ("overlap", "14"), ("overlap", "-1"), ("steps", "0"), ("steps", "many"),
    ("amplification", "-2.5"), ("amplification", "inf"), ("resolution", "big"), ("resolution", "0x10"),
    ("step", "3"),
  ])
  func badSettingsAreNamed(_ entry: (String, String)) throws {
    #expect {
      try LVCDSettings([entry.0: entry.1], folder: URL(fileURLWithPath: "/")).options(.official, seed: 0)
    } throws: { "\($0)".hasPrefix("setting '\(entry.0)' is '\(entry.1)', expected ") }
  }

  @Test func weightsWithoutReferenceAttentionTakeNoOtherVariant() throws {
    var configuration = ModelConfiguration.official
    configuration.usesReferenceAttention = false
    var settings = LVCDSettings(weights: [])
    #expect(try settings.options(configuration, seed: 0).variant == .noReferenceAttention)
    settings.variant = .full
    #expect(throws: ModelError.self) { try settings.options(configuration, seed: 0) }
  }

  @Test func workingSizes() throws {
    let input = FrameSize(width: 600, height: 337)
    func resolve(_ text: String) throws -> FrameSize {
      try #require(WorkingSize(text)).resolve(input: input, .official)
    }
    #expect(try resolve("native") == FrameSize(width: 576, height: 320))
    #expect(try resolve("input") == FrameSize(width: 576, height: 320))
    #expect(try resolve("640x384") == FrameSize(width: 640, height: 384))
    #expect {
      try resolve("650x384")
    } throws: { "\($0)".contains("multiples of 64, for example 640x384") }
    #expect(WorkingSize("640x") == nil && WorkingSize("axb") == nil && WorkingSize("640x384x2") == nil)
  }

  @Test func valuesThatAreNoNumbersAreFound() throws {
    for type in [ScalarType.float16, .bfloat16, .float32] {
      for bad in [Float.nan, .infinity, -.infinity] {
        var values = [Float](repeating: 1.5, count: 10_001)
        #expect(WeightTensor(Tensor(shape: [10_001], values)).converted(to: type).isFinite)
        values[9_876] = bad
        #expect(!WeightTensor(Tensor(shape: [10_001], values)).converted(to: type).isFinite)
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func filesWithValuesThatAreNoNumbersAreRefused(bad: Float) throws {
    let folder = try TemporaryFolder()
    let files = ["svd_tiny", "lvcd_tiny"].map { Goldens.lvcd.appendingPathComponent("\($0).safetensors") }
    let name = "control_model.middle_block_out.0.bias"
    let source = try CheckpointFile.open(files[1])
    var tensors: [String: WeightTensor] = [:]
    for other in source.names { tensors[other] = try source.weight(named: other) }
    var values = try source.tensor(name).values
    values[values.count - 1] = bad
    tensors[name] = WeightTensor(Tensor(shape: [values.count], values))
    let changed = folder.url.appendingPathComponent("changed.safetensors")
    try SafetensorsWriter.write(tensors, metadata: source.metadata, to: changed)
    #expect {
      try WeightFiles([files[0], changed]).model()
    } throws: { error in
      guard case .notFinite(let file, name)? = error as? ModelError else { return false }
      return file.contains("changed.safetensors")
    }
    _ = try WeightFiles(files).model()
  }

  @Test func weightFilesAreNeeded() {
    #expect(throws: ModelError.noWeights) { try WeightFiles([]) }
    #expect(throws: CheckpointError.self) { try WeightFiles([URL(fileURLWithPath: "/nowhere.safetensors")]) }
  }
}
