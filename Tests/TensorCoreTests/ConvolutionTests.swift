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

  /// Sizes for which kernels are transformed: odd channels and borders, several samples and blocks, padding of its own
  /// on every side.
  @Test(arguments: [
    (1, 16, 17, 29, 33, 1, 1), (3, 35, 40, 17, 18, 1, 1), (2, 20, 66, 41, 30, 0, 2),
    (1, 330, 20, 40, 48, 2, 0), (1, 16, 16, 403, 331, 1, 1),
  ])
  func transformedKernelsMatchPlainLoops(
    samples: Int, inputs: Int, outputs: Int, height: Int, width: Int, before: Int, after: Int
  ) {
    let x = Oracle.numbers(samples * inputs * height * width, seed: 11)
    let w = Oracle.numbers(outputs * inputs * 9, seed: 12)
    let bias = Oracle.numbers(outputs, seed: 13)
    let result = Tensor(shape: [samples, inputs, height, width], x).convolved2D(
      Tensor(shape: [outputs, inputs, 3, 3], w), bias: Tensor(shape: [outputs], bias),
      padding: Padding2D(top: before, bottom: after, left: after, right: before))
    let size = (height: height + before + after - 2, width: width + before + after - 2)
    #expect(result.shape == [samples, outputs, size.height, size.width])
    var expected = Oracle.convolution(
      x, [samples, inputs, height, width], w, [outputs, inputs, 3, 3], strides: (1, 1),
      before: (before, after), outputSize: size, groups: 1)
    let area = size.height * size.width
    for index in expected.indices { expected[index] += Double(bias[index / area % outputs]) }
    #expect(Oracle.relativeError(result.values, expected) < 1.5e-5)
  }

  /// Sizes for which kernels along one axis are transformed: every axis, every kernel, results that end inside a tile,
  /// and bands.
  @Test(arguments: [
    (3, [2, 33, 14, 3, 5], 0, 1), (5, [1, 40, 3, 12, 21], 1, 2), (7, [2, 32, 2, 3, 19], 2, 3),
    (3, [1, 300, 9, 20, 43], 0, 0), (5, [1, 100, 1, 80, 270], 2, 2), (3, [1, 150, 1, 121, 130], 1, 0),
  ])
  func linesMatchPlainLoops(kernel: Int, shape: [Int], axis: Int, padding: Int) {
    var sizes = [1, 1, 1]
    var before = [0, 0, 0]
    sizes[axis] = kernel
    before[axis] = padding
    let (inputs, outputs) = (shape[1], 35)
    let x = Oracle.numbers(shape.reduce(1, *), seed: 21)
    let w = Oracle.numbers(outputs * inputs * kernel, seed: 22)
    let bias = Oracle.numbers(outputs, seed: 23)
    let result = Tensor(shape: shape, x).convolved3D(
      Tensor(shape: [outputs, inputs] + sizes, w), bias: Tensor(shape: [outputs], bias),
      padding: Size3D(frames: before[0], height: before[1], width: before[2]))
    // Only the axis counts: what lies before and after it becomes the image's two dimensions one by one.
    let outer = shape[2..<2 + axis].reduce(1, *)
    let inner = shape[(3 + axis)...].reduce(1, *)
    let length = shape[2 + axis]
    let count = length + 2 * padding - kernel + 1
    var worst = 0.0
    var squares = 0.0
    let values = result.values
    for index in stride(from: 0, to: values.count, by: 7) {
      let (i, k) = (index % inner, index / inner % count)
      let (o, output) = (index / (inner * count) % outer, index / (inner * count * outer) % outputs)
      let sample = index / (inner * count * outer * outputs)
      var sum = Double(bias[output])
      for channel in 0..<inputs {
        for tap in 0..<kernel where (0..<length).contains(k + tap - padding) {
          let place = (((sample * inputs + channel) * outer + o) * length + k + tap - padding) * inner + i
          sum += Double(x[place]) * Double(w[(output * inputs + channel) * kernel + tap])
        }
      }
      worst = max(worst, abs(Double(values[index]) - sum))
      squares += sum * sum
    }
    #expect(result.shape == [shape[0], outputs] + (0..<3).map { $0 == axis ? count : shape[2 + $0] })
    #expect(worst / (squares * 7 / Double(values.count)).squareRoot() < 3e-5)
  }

  /// Wide kernels over strides, which become small ones over phases; and strided ones that are computed directly.
  @Test(arguments: [
    (3, 20, 7, 2, 3), (5, 33, 4, 2, 1), (3, 17, 8, 3, 2), (40, 18, 3, 2, 1), (6, 30, 5, 3, 0),
  ])
  func stridesMatchPlainLoops(inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) {
    let (height, width) = (67, 81)
    let x = Oracle.numbers(2 * inputs * height * width, seed: 24)
    let w = Oracle.numbers(outputs * inputs * kernel * kernel, seed: 25)
    let result = Tensor(shape: [2, inputs, height, width], x).convolved2D(
      Tensor(shape: [outputs, inputs, kernel, kernel], w), stride: Size2D(height: stride, width: stride),
      padding: Padding2D(height: padding, width: padding))
    let size = (
      height: (height + 2 * padding - kernel) / stride + 1, width: (width + 2 * padding - kernel) / stride + 1
    )
    #expect(result.shape == [2, outputs, size.height, size.width])
    let expected = Oracle.convolution(
      x, [2, inputs, height, width], w, [outputs, inputs, kernel, kernel], strides: (stride, stride),
      before: (padding, padding), outputSize: size, groups: 1)
    #expect(Oracle.relativeError(result.values, expected) < 1.5e-5)
  }

  /// Kernels of one element: tails of every length, groups, clips, several blocks of channels, many small images.
  /// No more rounding than that of plain sums.
  @Test(arguments: [
    (1, 7, 5, [1, 1, 1], 1), (1, 40, 33, [1, 9, 57], 1), (2, 24, 50, [3, 14, 15], 2),
    (1, 600, 30, [1, 5, 9], 1),
    (3, 1100, 15, [1, 20, 29], 1), (5, 33, 17, [1, 3, 3], 1),
  ])
  func pointwiseMatchesPlainLoops(samples: Int, inputs: Int, outputs: Int, size: [Int], groups: Int) {
    let area = size.reduce(1, *)
    let x = Oracle.numbers(samples * inputs * area, seed: 41)
    let w = Oracle.numbers(outputs * inputs / groups, seed: 42)
    let bias = Oracle.numbers(outputs, seed: 43)
    let result = Tensor(shape: [samples, inputs] + size, x).convolved3D(
      Tensor(shape: [outputs, inputs / groups, 1, 1, 1], w), bias: Tensor(shape: [outputs], bias),
      groups: groups)
    #expect(result.shape == [samples, outputs] + size)
    var expected: [Double] = []
    for sample in 0..<samples {
      for output in 0..<outputs {
        let first = output / (outputs / groups) * (inputs / groups)
        for position in 0..<area {
          expected.append(
            (0..<inputs / groups).reduce(Double(bias[output])) {
              $0 + Double(w[output * inputs / groups + $1])
                * Double(x[(sample * inputs + first + $1) * area + position])
            })
        }
      }
    }
    #expect(Oracle.relativeError(result.values, expected) < 3e-6)
  }

  /// The first layer of Inception and others like it.
  @Test(arguments: [(1, 3, 32, 3, 101, 97), (2, 3, 17, 3, 66, 129), (2, 5, 40, 2, 70, 64)])
  func narrowKernelsMatchPlainLoops(
    samples: Int, inputs: Int, outputs: Int, kernel: Int, height: Int, width: Int
  ) {
    let x = Oracle.numbers(samples * inputs * height * width, seed: 44)
    let w = Oracle.numbers(outputs * inputs * kernel * kernel, seed: 45)
    let result = Tensor(shape: [samples, inputs, height, width], x).convolved2D(
      Tensor(shape: [outputs, inputs, kernel, kernel], w), stride: 2)
    let size = (height: (height - kernel) / 2 + 1, width: (width - kernel) / 2 + 1)
    #expect(result.shape == [samples, outputs, size.height, size.width])
    let expected = Oracle.convolution(
      x, [samples, inputs, height, width], w, [outputs, inputs, kernel, kernel], strides: (2, 2),
      before: (0, 0), outputSize: size, groups: 1)
    #expect(Oracle.relativeError(result.values, expected) < 3e-6)
  }

  /// Weights that are kept, in half precision, and over the memory limit give the same bits.
  @Test func preparedWeightsChangeNothing() {
    let limit = ComputeBudget.packedWeightLimit
    defer { ComputeBudget.packedWeightLimit = limit }
    let x = Tensor(shape: [2, 32, 37, 41], Oracle.numbers(2 * 32 * 37 * 41, seed: 14))
    let half = WeightTensor(Tensor(shape: [24, 32, 3, 3], Oracle.numbers(24 * 288, seed: 15)))
      .converted(to: .float16)
    let prepared = PreparedWeight(half)
    let first = x.convolved2D(prepared, padding: 1)
    #expect(x.convolved2D(prepared, padding: 1) == first)
    #expect(x.convolved2D(half.float32(), padding: 1) == first)
    ComputeBudget.packedWeightLimit = 0
    #expect(x.convolved2D(PreparedWeight(half), padding: 1) == first)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let before = ComputeBudget.threadCount
    defer { ComputeBudget.threadCount = before }
    let x = Tensor(shape: [2, 40, 33, 35], Oracle.numbers(2 * 40 * 33 * 35, seed: 5))
    let w = Tensor(shape: [50, 40, 3, 3], Oracle.numbers(50 * 40 * 9, seed: 6))
    let m = Tensor(shape: [40, 50], Oracle.numbers(2000, seed: 7))
    let scale = Tensor(shape: [50], Oracle.numbers(50, seed: 8))
    let places = Tensor(shape: [2, 30, 31, 2], Oracle.numbers(2 * 30 * 31 * 2, seed: 9))
    var results: [[Tensor]] = []
    for threads in [1, 2, 5] {
      ComputeBudget.threadCount = threads
      let convolved = x.convolved2D(w, padding: 1).silu()
      let rows = convolved.reshaped(2, 33 * 35, 50)
      results.append([
        convolved, x.convolved2D(w, stride: 2, padding: 1),
        x.convolved2D(Tensor(shape: [50, 40, 1, 1], Oracle.numbers(2000, seed: 16))),
        x.reshaped(4, 2, 165, 70).convolved2D(
          Tensor(shape: [20, 2, 3, 3], Oracle.numbers(360, seed: 17)), stride: 2),
        x.reshaped(1, 40, 2, 33, 35).convolved3D(
          Tensor(shape: [50, 40, 3, 1, 1], Oracle.numbers(50 * 120, seed: 10)),
          padding: Size3D(frames: 1, height: 0, width: 0)),
        x.reshaped(1, 40, 2, 33, 35).convolved3D(
          Tensor(shape: [50, 40, 2, 3, 3], Oracle.numbers(50 * 720, seed: 11)), padding: 1),
        x.convolved2D(
          Tensor(shape: [50, 40, 1, 5], Oracle.numbers(50 * 200, seed: 12)),
          padding: Padding2D(height: 0, width: 2)),
        x.convolved2D(
          Tensor(shape: [50, 40, 7, 7], Oracle.numbers(50 * 1960, seed: 13)), stride: 2, padding: 3),
        x.transposedConvolved2D(w.permuted(1, 0, 2, 3).reshaped(40, 50, 3, 3), stride: 2, padding: 1),
        rows.linear(weight: m), rows.attention(keys: rows, values: rows, heads: 5),
        rows.reshaped(2 * 33 * 7, 5, 50).attention(
          keys: rows.reshaped(2 * 33 * 7, 5, 50), values: rows.reshaped(2 * 33 * 7, 5, 50), heads: 5),
        rows.matrixProduct(rows.permuted(0, 2, 1)), rows.softmax(), rows.layerNormalized(),
        convolved.groupNormalized(groups: 5, weight: scale, bias: scale, activation: .silu),
        convolved.instanceNormalized(), convolved.maxPooled2D(kernel: 3, stride: 2, padding: .floor(1)),
        convolved.averagePooled2D(kernel: 3, stride: 2, padding: .floor(1), includesPadding: false),
        convolved.resized(to: Size2D(height: 50, width: 20), .bicubic), convolved.sampled(at: places),
        convolved + scale.reshaped(50, 1, 1),
      ])
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
