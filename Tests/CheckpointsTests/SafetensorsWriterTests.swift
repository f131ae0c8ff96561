import Foundation
import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct SafetensorsWriterTests {
  private func randomTensors(seed: UInt32) -> [String: WeightTensor] {
    var random = MersenneTwister(seed: seed)
    var tensors: [String: WeightTensor] = [:]
    for number in 0..<Int.random(in: 0...12, using: &random) {
      let type = ScalarType.allCases.randomElement(using: &random) ?? .float32
      let shape = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...5, using: &random)
      }
      let storage = TensorStorage(uninitializedByteCount: shape.reduce(1, *) * type.byteCount)
      storage.mutableBytes?.copyBytes(
        from: (0..<storage.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) })
      let name =
        ["plain", "with \"quotes\"", "back\\slash", "tab\there", "größe", "深度", "😀"][number % 7]
        + ".\(number)"
      tensors[name] = WeightTensor(scalarType: type, shape: shape, storage: storage, byteOffset: 0)
    }
    return tensors
  }

  @Test(arguments: 0..<40 as Range<UInt32>)
  func writingThenReadingIsTheIdentity(seed: UInt32) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("x.safetensors")
    let tensors = randomTensors(seed: seed)
    try SafetensorsWriter.write(tensors, metadata: ["seed": "\(seed)", "text": "a\n\u{1}b"], to: url)
    let file = try CheckpointFile.open(url)
    #expect(file.metadata == ["seed": "\(seed)", "text": "a\n\u{1}b"])
    #expect(Set(file.names) == Set(tensors.keys))
    for (name, tensor) in tensors {
      let found = try #require(try file.weight(named: name))
      #expect(found.shape == tensor.shape && found.scalarType == tensor.scalarType, "\(name)")
      #expect(found.withUnsafeBytes(Array.init) == tensor.withUnsafeBytes(Array.init), "\(name)")
    }
    let first = try Data(contentsOf: url)
    try SafetensorsWriter.write(tensors, metadata: ["seed": "\(seed)", "text": "a\n\u{1}b"], to: url)
    #expect(try Data(contentsOf: url) == first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["x.safetensors"])
  }

  @Test(arguments: ["state.pth", "state_stream.pth", "deflated.npz", "weights.h5", "arrays_protocol4.ckpt"])
  func conversionKeepsEveryValue(name: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("out.safetensors")
    let source = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent(name))
    try source.convert(to: url, halvesFloats: false)
    let result = try CheckpointFile.open(url)
    #expect(result.format == .safetensors && Set(result.names) == Set(source.names))
    for entry in source.entries {
      let before = try #require(try source.weight(named: entry.name))
      let after = try #require(try result.weight(named: entry.name))
      #expect(before.scalarType == after.scalarType && before.shape == after.shape)
      #expect(before.withUnsafeBytes(Array.init) == after.withUnsafeBytes(Array.init), "\(entry.name)")
    }
  }

  @Test func halvingRoundsFloatsOnly() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("half.safetensors")
    let source = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("state.pth"))
    try source.convert(to: url, halvesFloats: true)
    let result = try CheckpointFile.open(url)
    for entry in source.entries {
      let after = try #require(try result.weight(named: entry.name))
      let isWide = entry.scalarType == .float32 || entry.scalarType == .float64
      #expect(after.scalarType == (isWide ? .float16 : entry.scalarType), "\(entry.name)")
      if isWide {
        let expected = try source.tensor(entry.name).values.map { Float(Float16($0)) }
        #expect(after.float32().values == expected, "\(entry.name)")
      }
    }
  }

  @Test func valuesBeyondFloat16AreRefused() throws {
    let folder = try TemporaryFolder()
    let input = folder.url.appendingPathComponent("in.safetensors")
    let output = folder.url.appendingPathComponent("out.safetensors")
    try SafetensorsWriter.write(["big": WeightTensor(Tensor(shape: [2], [1, -70_000]))], to: input)
    let file = try CheckpointFile.open(input)
    #expect {
      try file.convert(to: output, halvesFloats: true)
    } throws: { error in
      "\(error)".hasSuffix(
        "the value -70000.0 of tensor 'big' in float16, which ends at 65504, is not supported; "
          + "convert without halving"
      )
    }
    #expect(!FileManager.default.fileExists(atPath: output.path), "nothing half-written stays behind")
  }

  @Test func unwritablePlacesAreNamed() {
    #expect {
      try SafetensorsWriter.write([:], to: URL(fileURLWithPath: "/nowhere/x.safetensors"))
    } throws: { error in
      "\(error)" == "/nowhere/x.safetensors: cannot be written: no such file or directory; "
        + "check the folder, its permissions and the free space"
    }
  }
}
