import TensorCore
import TestSupport
import Testing

@Suite(.serialized) struct ConvolutionTests {
  private func convolve2D(_ golden: OperationGoldens.Case) -> Tensor {
    let p = golden.integers()
    return golden["input"].convolved2D(
      golden["weight"], bias: golden["bias"], stride: Size2D(height: p[0], width: p[1]),
      padding: Padding2D(height: p[2], width: p[3]), dilation: Size2D(height: p[4], width: p[5]), groups: p[6]
    )
  }

  @Test func imagesMatchPyTorch() throws {
    try OperationGoldens().check("conv2d") { convolve2D($0) }
  }

  @Test func clipsMatchPyTorch() throws {
    try OperationGoldens().check("conv3d") {
      let p = $0.integers()
      return $0["input"].convolved3D(
        $0["weight"], bias: $0["bias"], stride: Size3D(frames: p[0], height: p[1], width: p[2]),
        padding: Size3D(frames: p[3], height: p[4], width: p[5]),
        dilation: Size3D(frames: p[6], height: p[7], width: p[8]), groups: p[9])
    }
  }

  @Test func transposedMatchesPyTorch() throws {
    try OperationGoldens().check("transposed") {
      let p = $0.integers()
      return $0["input"].transposedConvolved2D(
        $0["weight"], bias: $0["bias"], stride: Size2D(height: p[0], width: p[1]),
        padding: Size2D(height: p[2], width: p[3]), outputPadding: Size2D(height: p[4], width: p[5]),
        dilation: Size2D(height: p[6], width: p[7]), groups: p[8])
    }
  }

  @Test func paddingMatchesPyTorch() throws {
    let goldens = try OperationGoldens()
    for (name, mode) in [("zero", PaddingMode.zero), ("reflect", .reflect), ("replicate", .replicate)] {
      goldens.check("pad_\(name)", limit: 0) {
        let p = $0.integers()
        return $0["input"].padded(Padding2D(top: p[0], bottom: p[1], left: p[2], right: p[3]), mode: mode)
      }
    }
  }

  /// Sizes that make several tiles, tiles across samples, and blocks of output channels.
  @Test(arguments: [
    (1, 5, 7, 70, 61, 1), (5, 48, 300, 5, 9, 1), (3, 64, 130, 11, 7, 2), (2, 512, 9, 12, 11, 1),
  ])
  func tilesMatchPlainLoops(samples: Int, inputs: Int, outputs: Int, height: Int, width: Int, groups: Int) {
    let x = Oracle.numbers(samples * inputs * height * width, seed: 1)
    let w = Oracle.numbers(outputs * inputs / groups * 9, seed: 2)
    let result = Tensor(shape: [samples, inputs, height, width], x).convolved2D(
      Tensor(shape: [outputs, inputs / groups, 3, 3], w), stride: Size2D(height: 1, width: 2),
      padding: Padding2D(top: 0, bottom: 2, left: 1, right: 1), groups: groups)
    let outWidth = (width - 1) / 2 + 1
    #expect(result.shape == [samples, outputs, height, outWidth])
    let expected = Oracle.convolution(
      x, [samples, inputs, height, width], w, [outputs, inputs / groups, 3, 3], strides: (1, 2),
      before: (0, 1),
      outputSize: (height, outWidth), groups: groups)
    #expect(Oracle.relativeError(result.values, expected) < 5e-6)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let before = ComputeBudget.threadCount
    defer { ComputeBudget.threadCount = before }
    let x = Tensor(shape: [2, 40, 33, 35], Oracle.numbers(2 * 40 * 33 * 35, seed: 5))
    let w = Tensor(shape: [50, 40, 3, 3], Oracle.numbers(50 * 40 * 9, seed: 6))
    let m = Tensor(shape: [40, 50], Oracle.numbers(2000, seed: 7))
    var results: [[Tensor]] = []
    for threads in [1, 2, 5] {
      ComputeBudget.threadCount = threads
      let convolved = x.convolved2D(w, padding: 1).silu()
      results.append([convolved, convolved.reshaped(2 * 33 * 35, 50).linear(weight: m)])
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
