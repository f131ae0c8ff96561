import Foundation
import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

/// Files of the real PyTorch, NumPy, safetensors and h5py against the values they were made from.
@Suite struct GoldenFileTests {
  struct Golden: Sendable, CustomTestStringConvertible {
    let file: String
    let format: CheckpointFormat
    /// Names of `expected.safetensors` that this format or its writer does not have.
    var lacks: Set<String> = ["layer.fortran"]
    var testDescription: String { file }
  }

  static let goldens = [
    Golden(file: "state.safetensors", format: .safetensors),
    Golden(file: "state.pth", format: .torchArchive),
    Golden(file: "state_stream.pth", format: .torchStream),
    Golden(file: "stored.npz", format: .npz, lacks: ["layer.bfloat"]),
    Golden(file: "deflated.npz", format: .npz, lacks: ["layer.bfloat"]),
    Golden(file: "arrays_protocol3.ckpt", format: .numpyPickle, lacks: ["layer.bfloat"]),
    Golden(file: "arrays_protocol4.ckpt", format: .numpyPickle, lacks: ["layer.bfloat"]),
    Golden(file: "arrays_protocol5.ckpt", format: .numpyPickle, lacks: ["layer.bfloat"]),
    Golden(file: "weights.h5", format: .hdf5, lacks: ["layer.fortran", "layer.bfloat", "counts.bool"]),
  ]

  @Test(arguments: goldens)
  func everyValueIsAsWritten(golden: Golden) throws {
    let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent(golden.file))
    let expected = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("expected.safetensors"))
    #expect(file.format == golden.format)
    let wanted = Set(expected.names).subtracting(golden.lacks)
    #expect(Set(file.names.map { $0.replacing("/", with: ".") }) == wanted)
    for entry in file.entries {
      let name = entry.name.replacing("/", with: ".")
      let found = try #require(try file.weight(named: entry.name))
      let reference = try #require(try expected.weight(named: name))
      #expect(found.shape == reference.shape, "\(name)")
      #expect(found.scalarType == entry.scalarType && found.byteCount == entry.byteCount)
      if let integers = reference.integers() {
        #expect(found.integers() == integers, "\(name)")
      } else {
        #expect(found.float32() == reference.float32(), "\(name)")
      }
    }
  }

  @Test func scalarTypesAreKept() throws {
    let types: [String: ScalarType] = [
      "layer.weight": .float32, "layer.half": .float16, "layer.bfloat": .bfloat16, "layer.double": .float64,
      "counts.long": .int64, "counts.int": .int32, "counts.short": .int16, "counts.char": .int8,
      "counts.byte": .uint8, "counts.bool": .bool,
    ]
    for name in ["state.safetensors", "state.pth", "state_stream.pth"] {
      let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent(name))
      for entry in file.entries where types[entry.name] != nil {
        #expect(entry.scalarType == types[entry.name], "\(name): \(entry.name)")
      }
    }
  }

  @Test func onlyTheStateDictionaryOfALightningCheckpointIsListed() throws {
    let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("lightning.ckpt"))
    let expected = try CheckpointFile.open(
      Goldens.checkpoints.appendingPathComponent("lightning_expected.safetensors"))
    #expect(Set(file.names) == Set(expected.names))
    for name in file.names { #expect(try file.tensor(name) == expected.tensor(name), "\(name)") }
  }

  @Test func parametersAreTensors() throws {
    let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("parameters.pth"))
    #expect(file.names == ["conv.weight", "conv.bias", "norm.weight", "norm.bias"])
    #expect(try file.tensor("norm.weight").shape == [3])
  }

  @Test func aBareArrayIsCalledArray() throws {
    let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("weight.npy"))
    let expected = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("expected.safetensors"))
    #expect(file.format == .npy)
    #expect(try file.tensor("array") == expected.tensor("layer.weight"))
  }

  @Test func metadataIsRead() throws {
    let file = try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("state.safetensors"))
    #expect(file.metadata == ["note": "a \"quoted\" é\n"])
  }

  @Test func aMissingFileIsNamed() {
    #expect {
      try CheckpointFile.open(URL(fileURLWithPath: "/nowhere/x.ckpt"))
    } throws: { error in
      "\(error)"
        == "/nowhere/x.ckpt: cannot be read: no such file or directory; check the path and its permissions"
    }
  }

  @Test func aFolderIsNotAFile() {
    #expect(throws: CheckpointError.unreadable(file: "/", reason: "it is not a regular file")) {
      try CheckpointFile.open(URL(fileURLWithPath: "/", isDirectory: true))
    }
  }
}
