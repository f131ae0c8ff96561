import Foundation
import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

/// Makes tensors of any name and shape, as tests of layers do.
struct ZeroSource: TensorSource {
  var name: String { "zeros" }
  var names: [String] { [] }
  var separator: String { "." }
  func hasTensor(named name: String) -> Bool { true }
  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    WeightTensor(Tensor(repeating: 0, shape: expectedShape))
  }
}

/// Tensors at hand.
struct DictionarySource: TensorSource {
  let name: String
  let tensors: [String: Tensor]
  var names: [String] { tensors.keys.sorted() }
  var separator: String { "." }
  func hasTensor(named name: String) -> Bool { tensors[name] != nil }
  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    tensors[name].map { WeightTensor($0) }
  }
}

@Suite struct WeightScopeTests {
  private let base = DictionarySource(
    name: "svd.safetensors",
    tensors: [
      "block.0.weight": Tensor(repeating: 1, shape: [2, 3]), "block.0.bias": Tensor(repeating: 2, shape: [2]),
      "block.1.weight": Tensor(repeating: 3, shape: [2, 3]), "head.weight": Tensor(repeating: 4, shape: [1]),
    ])

  @Test func scopesFollowNames() throws {
    let scope = WeightScope(base) / "block" / 0
    #expect(scope.path == "block.0")
    #expect(try scope.tensor("weight", 2, 3) == Tensor(repeating: 1, shape: [2, 3]))
    #expect(try scope.weight("bias", 2).scalarType == .float32)
    #expect(scope.hasTensor("bias") && !scope.hasTensor("gain"))
  }

  @Test func aMissingNameComesWithTheNearest() {
    #expect {
      try (WeightScope(base) / "block" / 0).tensor("wieght", 2, 3)
    } throws: { error in
      "\(error)" == "svd.safetensors: no tensor 'block.0.wieght'; the nearest name is 'block.0.weight'"
    }
    #expect {
      try WeightScope(base).tensor("z", 1)
    } throws: { error in
      "\(error)" == "svd.safetensors: no tensor 'z'; the file has none of a similar name"
    }
  }

  @Test func aWrongShapeNamesBoth() {
    #expect(
      throws: CheckpointError.wrongShape(
        file: "svd.safetensors", name: "block.0.weight", found: [2, 3], expected: [2, 3, 1, 1])
    ) {
      try (WeightScope(base) / "block.0").tensor("weight", 2, 3, 1, 1)
    }
  }

  @Test func leftoversAreReported() throws {
    let root = WeightScope(base)
    _ = try (root / "block" / 1).tensor("weight", 2, 3)
    #expect(root.unusedNames() == ["block.0.bias", "block.0.weight", "head.weight"])
    #expect(root.unusedNames(ignoring: ["head."]) == ["block.0.bias", "block.0.weight"])
    #expect {
      try root.requireAllUsed(ignoring: ["block.0.w"])
    } throws: { error in
      "\(error)" == "svd.safetensors: 2 tensors have no layer, the first are 'block.0.bias', 'head.weight'; "
        + "use the file this network was published with"
    }
    try root.requireAllUsed(ignoring: ["block.0.", "head."])
  }

  @Test func laterLayersReplaceNames() throws {
    let tuned = DictionarySource(
      name: "lvcd.ckpt",
      tensors: ["block.1.weight": Tensor(repeating: 9, shape: [2, 3]), "control.bias": Tensor(zeros: 1)])
    let root = WeightScope(layers: base, tuned)
    #expect(try (root / "block" / 1).tensor("weight", 2, 3) == Tensor(repeating: 9, shape: [2, 3]))
    #expect(try (root / "block" / 0).tensor("bias", 2) == Tensor(repeating: 2, shape: [2]))
    #expect(root.unusedNames() == ["block.0.weight", "head.weight", "control.bias"])
    #expect(root.sourceName == "svd.safetensors + lvcd.ckpt")
  }

  @Test func sourcesCanMakeTensors() throws {
    let scope = WeightScope(ZeroSource()) / "anything"
    #expect(try scope.tensor("weight", 4, 5).shape == [4, 5])
  }

  @Test func hdf5PathsKeepTheirSlashes() throws {
    let scope =
      WeightScope(try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("weights.h5"))) / "layer"
    #expect(try scope.tensor("weight", 3, 4, 5).count == 60)
    #expect((scope / "part").path == "layer/part")
  }

  @Test func halvesStayHalvesUntilWidened() throws {
    let scope =
      WeightScope(try CheckpointFile.open(Goldens.checkpoints.appendingPathComponent("state.pth"))) / "layer"
    let half = try scope.weight("half", 4, 5)
    #expect(half.scalarType == .float16 && half.byteCount == 40)
    #expect(try scope.tensor("half", 4, 5) == half.float32())
  }
}
