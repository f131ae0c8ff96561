import Checkpoints
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// The official files by the names and shapes of all their tensors, at a tenth of their width so that a test
/// can hold them: two files full of zeros, of which only the headers take space.
@Suite struct CheckpointKeyTests {
  private struct Key {
    var name: String
    var shape: [Int]
    var files: [String]
    var isUsed: Bool
  }

  @Test func everyTensorOfTheOfficialFilesHasItsPlace() throws {
    let folder = try TemporaryFolder()
    let keys = try Self.keys()
    let urls = try ["svd", "lvcd"].map { name in
      let url = folder.url.appendingPathComponent("\(name).safetensors")
      let tensors = keys.filter { $0.files.contains(name) }.map { ($0.name, Self.narrowed($0)) }
      try SparseWeights.write(tensors, to: url)
      return url
    }
    let files = try WeightFiles(urls)
    let source = LayeredTensorSource(files.files)
    let scope = WeightScope(source)
    _ = try ColorizationModel(scope, Self.narrowedConfiguration())
    // Exactly the tensors marked as unused are left.
    let unused = Set(scope.unusedNames())
    #expect(unused == Set(keys.filter { !$0.isUsed }.map(\.name)))
    #expect(unused.allSatisfy(ColorizationModel.ignores))
    #expect(keys.filter(\.isUsed).allSatisfy { !ColorizationModel.ignores($0.name) })
    // Neither the narrowed sizes nor anything in these files tells a configuration.
    #expect(throws: ModelError.self) { try files.configuration() }
  }

  /// The real sizes: 3 billion weights. Float32 zeros of a sparse file are used where they are mapped.
  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["LVCD_FULL_SIZE"] != nil, "set LVCD_FULL_SIZE to run"))
  func everyTensorFitsAtFullSize() throws {
    let folder = try TemporaryFolder()
    let keys = try Self.keys()
    let urls = try ["svd", "lvcd"].map { name in
      let url = folder.url.appendingPathComponent("\(name).safetensors")
      try SparseWeights.write(
        keys.filter { $0.files.contains(name) }.map { ($0.name, $0.shape) }, type: "F32", to: url)
      return url
    }
    let files = try WeightFiles(urls)
    #expect(files.weightCount == ModelConfiguration.officialWeightCount)
    _ = try files.model(checksValues: false)
  }

  @Test func officialSizesAreKnownWithoutAConfiguration() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("svd.safetensors")
    try SparseWeights.write(
      try Self.keys().filter { $0.files.contains("svd") }.map { ($0.name, $0.shape) }, to: url)
    let files = try WeightFiles([url])
    #expect(try files.configuration() == .official)
    #expect(ModelConfiguration.official.problem == nil)
  }

  @Test func missingExtraAndMisshapenTensorsAreNamed() throws {
    let folder = try TemporaryFolder()
    let keys = try Self.keys()
    func load(_ change: (inout [(String, [Int])]) -> Void) throws {
      var tensors = keys.filter(\.isUsed).map { ($0.name, Self.narrowed($0)) }
      change(&tensors)
      let url = folder.url.appendingPathComponent("changed.safetensors")
      try SparseWeights.write(tensors, to: url)
      let files = try WeightFiles([url])
      _ = try ColorizationModel(WeightScope(LayeredTensorSource(files.files)), Self.narrowedConfiguration())
    }
    let name = "control_model.zero_convs.3.0.weight"
    #expect {
      try load { $0.removeAll { $0.0 == name } }
    } throws: { "\($0)".contains("no tensor '\(name)'") }
    #expect {
      try load { tensors in
        for index in tensors.indices where tensors[index].0 == name { tensors[index].1 = [4, 4] }
      }
    } throws: { "\($0)".contains("is [4, 4], the layer needs [32, 32, 1, 1]") }
    #expect {
      try load { $0.append(("model.diffusion_model.surprise", [3])) }
    } throws: { "\($0)".contains("'model.diffusion_model.surprise'") }
  }

  private static func keys() throws -> [Key] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/lvcd-checkpoint-keys.tsv")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst()
    return lines.map { line in
      let fields = line.split(separator: "\t").map(String.init)
      let shape = fields[1] == "scalar" ? [] : fields[1].split(separator: "x").compactMap { Int($0) }
      let files = ["svd", "lvcd"].filter { fields[2].contains($0) }
      return Key(name: fields[0], shape: shape, files: files, isUsed: fields[3] == "used")
    }
  }

  /// A tenth of the UNet's and the image encoder's widths, a quarter of the autoencoder's.
  private static func narrowed(_ key: Key) -> [Int] {
    if key.name.hasPrefix("first_stage_model") || key.name.hasPrefix("conditioner.embedders.3") {
      return key.shape.map { [128, 256, 512].contains($0) ? $0 / 4 : $0 }
    }
    return key.shape.map { $0 % 320 == 0 ? $0 / 10 : $0 }
  }

  private static func narrowedConfiguration() -> ModelConfiguration {
    var configuration = ModelConfiguration.official
    configuration.modelChannels /= 10
    configuration.headChannels = 8
    configuration.autoencoderChannels /= 4
    configuration.imageEncoder.width /= 10
    configuration.imageEncoder.headWidth /= 10
    return configuration
  }
}

/// Safetensors files of zeros that occupy no space on disk.
enum SparseWeights {
  static func write(_ tensors: [(String, [Int])], type: String = "F16", to url: URL) throws {
    var header: [String: Any] = [:]
    var offset = 0
    for (name, shape) in tensors {
      let end = offset + (type == "F16" ? 2 : 4) * shape.reduce(1, *)
      header[name] = ["dtype": type, "shape": shape, "data_offsets": [offset, end]] as [String: Any]
      offset = end
    }
    var bytes = try JSONSerialization.data(withJSONObject: header)
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    let length = Data((0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) })
    try (length + bytes).write(to: url)
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: UInt64(8 + bytes.count + offset))
    try file.close()
  }
}
