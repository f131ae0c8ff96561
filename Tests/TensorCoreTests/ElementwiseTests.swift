import CTensorKernels
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite(.serialized) struct ElementwiseTests {
  @Test func activationsMatchPyTorch() throws {
    let goldens = try OperationGoldens()
    goldens.check("sigmoid", limit: 1e-6) { $0["input"].sigmoid() }
    goldens.check("silu", limit: 1e-6) { $0["input"].silu() }
    goldens.check("tanh", limit: 1e-6) { $0["input"].tanh() }
    goldens.check("gelu", limit: 1e-6) { $0["input"].gelu() }
    goldens.check("quickgelu", limit: 1e-6) { $0["input"].quickGELU() }
    goldens.check("relu", limit: 0) { $0["input"].relu() }
    goldens.check("leakyrelu", limit: 1e-7) { $0["input"].leakyReLU(slope: $0.parameters[0]) }
    goldens.check("prelu", limit: 1e-6) { $0["input"].preLU(slopes: $0["slopes"]) }
  }

  @Test func gatedGELUIsTheProductOfTheHalves() {
    for (rows, width) in [(1, 1), (3, 5), (70, 640), (9, 33)] {
      let both = Tensor(shape: [rows, 2 * width], (0..<rows * 2 * width).map { Float(sin(Double($0) * 0.7)) * 3 })
      let value = both.slice(axis: 1, 0..<width)
      let gate = both.slice(axis: 1, width..<2 * width)
      #expect(both.gatedGELU().values == (value * gate.gelu()).values)
    }
  }

  @Test func softmaxAndReductionsMatchPyTorch() throws {
    let goldens = try OperationGoldens()
    goldens.check("softmax") { $0["input"].softmax(axis: $0.integers()[0]) }
    goldens.check("mean", limit: 1e-6) { $0["input"].mean(axis: $0.integers()[0]) }
  }

  @Test func arithmeticMatchesPyTorch() throws {
    let goldens = try OperationGoldens()
    goldens.check("add", limit: 1e-6) { $0["a"] + $0["b"] }
    goldens.check("subtract", limit: 1e-6) { $0["a"] - $0["b"] }
    goldens.check("multiply", limit: 1e-6) { $0["a"] * $0["b"] }
    goldens.check("matmul") { $0["a"].matrixProduct($0["b"]) }
    goldens.check("linear") { $0["input"].linear(weight: $0["weight"], bias: $0["bias"]) }
  }

  @Test func extremeValuesStayFinite() {
    let extremes = Tensor(shape: [6], [.infinity, -.infinity, 200, -200, .greatestFiniteMagnitude, 0])
    #expect(extremes.sigmoid().values == [1, 0, 1, 0, 1, 0.5])
    #expect(extremes.tanh().values == [1, -1, 1, -1, 1, 0])
    #expect(Tensor(shape: [2], [200, -200]).silu().values == [200, 0])
    #expect(Tensor(shape: [2], [200, -200]).gelu().values == [200, 0])
    let notANumber = Tensor(shape: [3], [.nan, 1, 2])
    #expect(notANumber.sigmoid()[0].isNaN && notANumber.tanh()[0].isNaN && notANumber.relu()[0].isNaN)
    let allNaN = notANumber.softmax().values.allSatisfy { $0.isNaN }
    #expect(allNaN)
    #expect(Tensor(shape: [3], [-.infinity, 1000, 1000]).softmax().values == [0, 0.5, 0.5])
  }

  @Test(arguments: [CT_VECTOR_GENERIC, CT_VECTOR_AVX2, CT_VECTOR_AVX512])
  func vectorUnitsAgree(vector: ct_vector) {
    guard ct_supports_vector(vector) != 0 else { return }
    for count in [0, 1, 7, 15, 16, 17, 31, 33, 100] {
      let input = Oracle.numbers(count, seed: UInt64(count)).map { $0 * 8 }
      var reference = input
      var found = input
      for function in [CT_SIGMOID, CT_SILU, CT_TANH, CT_GELU, CT_QUICK_GELU, CT_RELU] {
        ct_map(function, &reference, input, count, CT_VECTOR_GENERIC)
        ct_map(function, &found, input, count, vector)
        #expect(Oracle.relativeError(found, reference.map(Double.init)) < 1e-6)
      }
      ct_softmax(&reference, input, count, CT_VECTOR_GENERIC)
      ct_softmax(&found, input, count, vector)
      #expect(Oracle.relativeError(found, reference.map(Double.init)) < 1e-6)
      let sum = input.reduce(0) { $0 + Double($1) }
      #expect(abs(ct_sum(input, count, vector) - sum) < 1e-12 * Double(count + 1) * 8)
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 700, 5), (129, 64, 257), (600, 33, 1100)])
  func productsMatchPlainLoops(rows: Int, inner: Int, columns: Int) {
    let a = Oracle.numbers(rows * inner, seed: 1)
    let b = Oracle.numbers(inner * columns, seed: 2)
    let product = Tensor(shape: [rows, inner], a).matrixProduct(Tensor(shape: [inner, columns], b))
    let expected = Oracle.matrixProduct(a, b, rows: rows, inner: inner, columns: columns)
    #expect(Oracle.relativeError(product.values, expected) < 5e-6)
  }

  @Test func joinsAndSlicesInvert() {
    let tensor = Tensor(shape: [2, 5, 3], Oracle.numbers(30, seed: 3))
    for axis in [0, 1, 2, -1] {
      let size = tensor.shape[axis < 0 ? axis + 3 : axis]
      let parts = [tensor.slice(axis: axis, 0..<1), tensor.slice(axis: axis, 1..<size)]
      #expect(Tensor.concatenation(parts, axis: axis) == tensor)
    }
    #expect(tensor.reshaped(10, 3).rows(at: [7, 0, 7])[2, 1] == tensor[1, 2, 1])
    let sum = tensor.values.reduce(0) { $0 + Double($1) }
    #expect(abs(tensor.sum() - sum) < 1e-9)
  }
}
