import Foundation
import TensorCore
import TestSupport
import Testing

/// Operations against plain loops in double precision, on random odd shapes, strides, paddings, dilations and groups.
@Suite struct PlainLoopTests {
  /// Numbers in a range that depend on the seed and the order of the calls alone.
  struct Dice {
    var state: MersenneTwister

    init(_ seed: UInt32) { state = MersenneTwister(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &state) }

    mutating func tensor(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, Oracle.numbers(shape.reduce(1, *), seed: state.next()))
    }
  }

  func error(_ found: Tensor, _ shape: [Int], _ expected: [Double]) -> Double {
    guard found.shape == shape else { return .infinity }
    return Oracle.relativeError(found.values, expected)
  }

  func forEachIndex(_ shape: [Int], _ body: ([Int]) -> Void) {
    for position in 0..<shape.reduce(1, *) {
      var rest = position
      var index = shape
      for dimension in shape.indices.reversed() {
        index[dimension] = rest % shape[dimension]
        rest /= shape[dimension]
      }
      body(index)
    }
  }

  func value(_ x: Tensor, _ values: [Float], _ index: [Int]) -> Double? {
    var position = 0
    for (i, size) in zip(index, x.shape) {
      guard i >= 0, i < size else { return nil }
      position = position * size + i
    }
    return Double(values[position])
  }

  @Test(arguments: 0..<12)
  func clipConvolutions(seed: Int) {
    var dice = Dice(UInt32(seed))
    let groups = dice.number(1...3)
    let (inputs, outputs) = (groups * dice.number(1...5), groups * dice.number(1...6))
    let kernel = (0..<3).map { (_: Int) -> Int in dice.number(1...3) }
    let stride = (0..<3).map { (_: Int) -> Int in dice.number(1...3) }
    let dilation = (0..<3).map { (_: Int) -> Int in dice.number(1...2) }
    let padding = kernel.map { (size: Int) -> Int in dice.number(0...size) }
    let samples = dice.number(1...3)
    let x = dice.tensor([samples, inputs, dice.number(5...9), dice.number(5...9), dice.number(5...9)])
    let w = dice.tensor([outputs, inputs / groups] + kernel)
    let bias = dice.tensor([outputs])
    let found = x.convolved3D(
      w, bias: bias, stride: Size3D(frames: stride[0], height: stride[1], width: stride[2]),
      padding: Size3D(frames: padding[0], height: padding[1], width: padding[2]),
      dilation: Size3D(frames: dilation[0], height: dilation[1], width: dilation[2]), groups: groups)
    let sizes = (0..<3).map { (i: Int) -> Int in
      (x.shape[i + 2] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1
    }
    let (values, weights) = (x.values, w.values)
    var expected: [Double] = []
    forEachIndex([x.shape[0], outputs] + sizes) { index in
      var sum = Double(bias[index[1]])
      let first = index[1] / (outputs / groups) * (inputs / groups)
      forEachIndex([inputs / groups] + kernel) { tap in
        let place = (0..<3).map { (i: Int) -> Int in
          index[i + 2] * stride[i] + tap[i + 1] * dilation[i] - padding[i]
        }
        guard let input = value(x, values, [index[0], first + tap[0]] + place) else { return }
        sum += input * (value(w, weights, [index[1]] + tap) ?? 0)
      }
      expected.append(sum)
    }
    #expect(error(found, [x.shape[0], outputs] + sizes, expected) < 5e-6)
  }

  @Test(arguments: 0..<10)
  func transposedConvolutions(seed: Int) {
    var dice = Dice(UInt32(100 + seed))
    let groups = dice.number(1...3)
    let (inputs, outputs) = (groups * dice.number(1...4), groups * dice.number(1...4))
    let kernel = [dice.number(1...4), dice.number(1...4)]
    let stride = [dice.number(1...3), dice.number(1...3)]
    let dilation = [dice.number(1...2), dice.number(1...2)]
    let padding = (0..<2).map { (i: Int) -> Int in
      dice.number(0...(dilation[i] * (kernel[i] - 1)))
    }
    let added = (0..<2).map { (i: Int) -> Int in
      dice.number(0...(max(stride[i], dilation[i]) - 1))
    }
    let x = dice.tensor([dice.number(1...2), inputs, dice.number(4...8), dice.number(4...8)])
    let w = dice.tensor([inputs, outputs / groups] + kernel)
    let found = x.transposedConvolved2D(
      w, stride: Size2D(height: stride[0], width: stride[1]),
      padding: Size2D(height: padding[0], width: padding[1]),
      outputPadding: Size2D(height: added[0], width: added[1]),
      dilation: Size2D(height: dilation[0], width: dilation[1]), groups: groups)
    let sizes = (0..<2).map { (i: Int) -> Int in
      (x.shape[i + 2] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + added[i] + 1
    }
    let shape = [x.shape[0], outputs] + sizes
    var expected = [Double](repeating: 0, count: shape.reduce(1, *))
    let (values, weights) = (x.values, w.values)
    forEachIndex(x.shape) { index in
      let input = value(x, values, index) ?? 0
      forEachIndex([outputs / groups] + kernel) { tap in
        let place = (0..<2).map { (i: Int) -> Int in
          index[i + 2] * stride[i] + tap[i + 1] * dilation[i] - padding[i]
        }
        guard place[0] >= 0, place[0] < sizes[0], place[1] >= 0, place[1] < sizes[1] else { return }
        let output = index[1] / (inputs / groups) * (outputs / groups) + tap[0]
        let position = ((index[0] * outputs + output) * sizes[0] + place[0]) * sizes[1] + place[1]
        expected[position] += input * (value(w, weights, [index[1]] + tap) ?? 0)
      }
    }
    #expect(error(found, shape, expected) < 5e-6)
  }

  @Test(arguments: 0..<10)
  func pooling(seed: Int) {
    var dice = Dice(UInt32(200 + seed))
    let kernel = [dice.number(1...4), dice.number(1...4)]
    let stride = [dice.number(1...3), dice.number(1...3)]
    let padding = kernel.map { (size: Int) -> Int in dice.number(0...(size / 2)) }
    let x = dice.tensor([2, 3, dice.number(5...11), dice.number(5...11)])
    let border = PoolingPadding.floor(Size3D(frames: 0, height: padding[0], width: padding[1]))
    let (window, step) = (
      Size2D(height: kernel[0], width: kernel[1]), Size2D(height: stride[0], width: stride[1])
    )
    let sizes = (0..<2).map { (i: Int) -> Int in
      (x.shape[i + 2] + 2 * padding[i] - kernel[i]) / stride[i] + 1
    }
    let values = x.values
    var largest: [Double] = []
    var means: [Double] = []
    forEachIndex([2, 3] + sizes) { index in
      var seen: [Double] = []
      forEachIndex(kernel) { tap in
        let place = (0..<2).map { (i: Int) -> Int in
          index[i + 2] * stride[i] + tap[i] - padding[i]
        }
        if let input = value(x, values, [index[0], index[1]] + place) { seen.append(input) }
      }
      largest.append(seen.max() ?? -.infinity)
      means.append(seen.reduce(0, +) / Double(seen.count))
    }
    let shape = [2, 3] + sizes
    #expect(error(x.maxPooled2D(kernel: window, stride: step, padding: border), shape, largest) == 0)
    let averaged = x.averagePooled2D(kernel: window, stride: step, padding: border, includesPadding: false)
    #expect(error(averaged, shape, means) < 1e-6)
  }

  @Test(arguments: 0..<6)
  func normalizationsOfRowsAndInstances(seed: Int) {
    var dice = Dice(UInt32(300 + seed))
    let x = dice.tensor([dice.number(1...3), dice.number(1...7), dice.number(2...9), dice.number(2...40)])
    func normalized(_ length: Int) -> [Double] {
      let values = x.values.map(Double.init)
      return stride(from: 0, to: values.count, by: length).flatMap { start -> [Double] in
        let part = values[start..<start + length]
        let mean = part.reduce(0, +) / Double(length)
        let variance = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
        return part.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
      }
    }
    #expect(error(x.layerNormalized(), x.shape, normalized(x.shape[3])) < 2e-6)
    #expect(error(x.instanceNormalized(), x.shape, normalized(x.shape[2] * x.shape[3])) < 2e-6)
  }

  @Test(arguments: 0..<8)
  func bilinearSampling(seed: Int) {
    var dice = Dice(UInt32(400 + seed))
    let x = dice.tensor([2, 3, dice.number(2...9), dice.number(2...9)])
    let (height, width) = (dice.number(1...14), dice.number(1...14))
    let isCorners = seed % 2 == 0
    let (values, sizes) = (x.values, [x.shape[2], x.shape[3]])
    func sample(_ n: Int, _ c: Int, _ row: Double, _ column: Double, clamps: Bool) -> Double {
      let (top, left) = (row.rounded(.down), column.rounded(.down))
      var sum = 0.0
      for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        var (y, z) = (Int(top) + i, Int(left) + j)
        if clamps { (y, z) = (min(max(y, 0), sizes[0] - 1), min(max(z, 0), sizes[1] - 1)) }
        let down: Double = i == 1 ? row - top : 1 - row + top
        let across: Double = j == 1 ? column - left : 1 - column + left
        sum += down * across * (value(x, values, [n, c, y, z]) ?? 0)
      }
      return sum
    }
    func resizedPlace(_ index: Int, _ from: Int, _ to: Int) -> Double {
      if isCorners { return to > 1 ? Double(index) * Double(from - 1) / Double(to - 1) : 0 }
      return max((Double(index) + 0.5) * Double(from) / Double(to) - 0.5, 0)
    }
    let resized = x.resized(
      to: Size2D(height: height, width: width), .bilinear, alignment: isCorners ? .corners : .edges)
    var expected: [Double] = []
    forEachIndex([2, 3, height, width]) { i in
      let (row, column) = (resizedPlace(i[2], sizes[0], height), resizedPlace(i[3], sizes[1], width))
      expected.append(sample(i[0], i[1], row, column, clamps: true))
    }
    #expect(error(resized, [2, 3, height, width], expected) < 5e-6)

    let places = dice.tensor([2, height, width, 2]) * 1.3
    let found = x.sampled(at: places, alignment: isCorners ? .corners : .edges)
    expected = []
    func samplePlace(_ place: Float, _ size: Int) -> Double {
      let half = (Double(place) + 1) / 2
      return isCorners ? half * Double(size - 1) : half * Double(size) - 0.5
    }
    forEachIndex([2, 3, height, width]) { i in
      let column = samplePlace(places[i[0], i[2], i[3], 0], sizes[1])
      let row = samplePlace(places[i[0], i[2], i[3], 1], sizes[0])
      expected.append(sample(i[0], i[1], row, column, clamps: false))
    }
    #expect(error(found, [2, 3, height, width], expected) < 1e-5)
  }
}
