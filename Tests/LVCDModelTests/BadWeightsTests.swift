import Checkpoints
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// Weight files that are not the model's: every mistake has its own error, before anything is computed.
@Suite struct BadWeightsTests {
  private static let victim = "control_model.zero_convs.3.0.weight"
  private let folder: TemporaryFolder
  private let base: URL
  private let trained: URL

  init() throws {
    folder = try TemporaryFolder()
    base = Goldens.lvcd.appendingPathComponent("svd_tiny.safetensors")
    trained = Goldens.lvcd.appendingPathComponent("lvcd_tiny.safetensors")
  }

  /// The trained file with its tensors changed.
  private func changed(_ change: (inout [String: WeightTensor]) throws -> Void) throws -> URL {
    let file = try CheckpointFile.open(trained)
    var tensors: [String: WeightTensor] = [:]
    for name in file.names { tensors[name] = try file.weight(named: name) }
    try change(&tensors)
    let url = folder.url.appendingPathComponent("changed.safetensors")
    try SafetensorsWriter.write(tensors, metadata: file.metadata, to: url)
    return url
  }

  private func error(_ urls: [URL]) throws -> String {
    let files = try WeightFiles(urls)
    do {
      _ = try files.model()
    } catch {
      return "\(error)"
    }
    return "no error"
  }

  @Test func unchangedFilesMakeAModel() throws {
    #expect(try error([base, trained]) == "no error")
    #expect(try error([base, trained, changed { _ in }]) == "no error")
  }

  @Test func forgottenFilesAreNamed() throws {
    #expect(throws: (any Error).self) { try WeightFiles([base]).model() }
    #expect(try error([base]).contains("no tensor 'control_model.*', expected a whole ControlNet"))
    #expect(try error([base]).contains("lvcd.ckpt"))
    #expect(try error([trained]).contains("no tensor 'first_stage_model.*'"))
    #expect(try error([trained]).contains("svd.safetensors"))
  }

  @Test func baseModelBehindTheTrainedOneIsRefused() throws {
    let text = try error([trained, base])
    #expect(text.contains("would replace 'model.diffusion_model."), "\(text)")
    #expect(text.contains("name \(try WeightFiles([base]).files[0].name) before"), "\(text)")
  }

  @Test func missingExtraAndMisshapenTensorsAreNamed() throws {
    let missing = try changed { $0[Self.victim] = nil }
    #expect(try error([base, missing]).contains("no tensor '\(Self.victim)'"))
    let extra = try changed { $0["control_model.surprise"] = WeightTensor(Tensor(repeating: 0, shape: [3])) }
    #expect(try error([base, extra]).contains("'control_model.surprise'"))
    let flat = try changed { tensors in
      let weight = try #require(tensors[Self.victim]).float32()
      tensors[Self.victim] = WeightTensor(weight.reshaped(weight.count))
    }
    #expect(try error([base, flat]).contains("tensor '\(Self.victim)' is ["))
  }

  @Test(arguments: [Float.nan, .infinity]) func valuesThatAreNoNumbersAreNamed(value: Float) throws {
    let url = try changed { tensors in
      let weight = try #require(tensors[Self.victim])
      var values = weight.float32().values
      values[values.count / 2] = value
      tensors[Self.victim] = WeightTensor(Tensor(shape: weight.shape, values)).converted(to: .float16)
    }
    #expect(try error([base, url]).contains("tensor '\(Self.victim)' holds a value that is infinite"))
  }

  @Test func cutFilesAreNamed() throws {
    let bytes = try Data(contentsOf: trained)
    for count in [bytes.count / 2, 40, 3] {
      let url = folder.url.appendingPathComponent("cut.safetensors")
      try bytes.prefix(count).write(to: url)
      #expect(throws: CheckpointError.self) { try WeightFiles([base, url]) }
    }
  }
}
