import Foundation
import TensorCore
import TestSupport
import Testing

/// Cases of one operation in the fixtures made by PyTorch.
struct OperationGoldens {
  private let file: GoldenTensors

  init() throws { file = try GoldenTensors(Goldens.tensors.appendingPathComponent("operations.safetensors")) }

  /// Numbers of the call, and the tensors by role.
  struct Case {
    let name: String
    let parameters: [Float]
    fileprivate let file: GoldenTensors

    subscript(role: String) -> Tensor {
      let full = "\(name).\(role)"
      return Tensor(shape: file.shape(full), file.floats(full))
    }

    func integers() -> [Int] { parameters.map { Int($0) } }
  }

  /// The cases of an operation, at least one.
  func cases(_ operation: String) -> [Case] {
    var found: [Case] = []
    while file.names.contains("\(operation).\(found.count).out") {
      let name = "\(operation).\(found.count)"
      found.append(Case(name: name, parameters: file.floats("\(name).parameters"), file: file))
    }
    #expect(!found.isEmpty, "the fixtures hold no \(operation)")
    return found
  }

  /// Compares what `compute` gives for every case with PyTorch's result, by largest difference over rms.
  func check(_ operation: String, limit: Double = 5e-6, _ compute: (Case) -> Tensor) {
    var worst = 0.0
    for golden in cases(operation) {
      let expected = golden["out"]
      let result = compute(golden)
      #expect(result.shape == expected.shape, "\(golden.name)")
      let error = Oracle.relativeError(result.values, expected.values.map(Double.init))
      #expect(error <= limit, "\(golden.name) differs by \(error)")
      worst = max(worst, error)
    }
    if ProcessInfo.processInfo.environment["PRINT_ERRORS"] != nil {
      print("largest difference", operation, worst)
    }
  }
}
