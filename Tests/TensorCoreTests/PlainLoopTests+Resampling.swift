import Foundation
import TensorCore
import TestSupport
import Testing

extension PlainLoopTests {
  /// Where the windows of one axis lie, by the definitions of PyTorch and TensorFlow.
  private struct WindowRule {
    var count: Int
    var before: Int

    init(size: Int, kernel: Int, stride: Int, padding: Int, mode: String) {
      switch mode {
      case "same":
        count = (size + stride - 1) / stride
        before = max((count - 1) * stride + kernel - size, 0) / 2
      case "ceil":
        before = padding
        count = (size + 2 * padding - kernel + stride - 1) / stride + 1
        // The last window starts inside the input or its padding before.
        if (count - 1) * stride >= size + padding { count -= 1 }
      default:
        before = padding
        count = (size + 2 * padding - kernel) / stride + 1
      }
    }
  }

  @Test(arguments: ["floor", "ceil", "same"], 0..<8)
  func clipPooling(mode: String, seed: Int) {
    var dice = Dice(UInt32(500 + seed))
    let kernel = (0..<3).map { (_: Int) -> Int in dice.number(1...4) }
    let stride = (0..<3).map { (_: Int) -> Int in dice.number(1...3) }
    let padding = kernel.map { (size: Int) -> Int in dice.number(0...(size / 2)) }
    let x = dice.tensor([2, 3, dice.number(4...9), dice.number(4...9), dice.number(4...9)])
    let size = Size3D(frames: padding[0], height: padding[1], width: padding[2])
    let border: PoolingPadding = mode == "same" ? .same : mode == "ceil" ? .ceil(size) : .floor(size)
    let rules = (0..<3).map {
      WindowRule(
        size: x.shape[$0 + 2], kernel: kernel[$0], stride: stride[$0], padding: padding[$0], mode: mode)
    }
    let values = x.values
    let shape = [2, 3] + rules.map(\.count)
    var largest: [Double] = []
    var means: [Double] = []
    forEachIndex(shape) { index in
      var seen: [Double] = []
      forEachIndex(kernel) { tap in
        let place = (0..<3).map { (i: Int) -> Int in
          index[i + 2] * stride[i] + tap[i] - rules[i].before
        }
        if let input = value(x, values, [index[0], index[1]] + place) { seen.append(input) }
      }
      largest.append(seen.max() ?? -.infinity)
      means.append(seen.reduce(0, +) / Double(seen.count))
    }
    let window = Size3D(frames: kernel[0], height: kernel[1], width: kernel[2])
    let step = Size3D(frames: stride[0], height: stride[1], width: stride[2])
    #expect(error(x.maxPooled3D(kernel: window, stride: step, padding: border), shape, largest) == 0)
    let averaged = x.averagePooled3D(kernel: window, stride: step, padding: border, includesPadding: false)
    #expect(error(averaged, shape, means) < 1e-6)
  }

  @Test(arguments: 0..<8)
  func nearestResizing(seed: Int) {
    var dice = Dice(UInt32(600 + seed))
    let x = dice.tensor([2, 3, dice.number(1...11), dice.number(1...11)])
    let (height, width) = (dice.number(1...17), dice.number(1...17))
    let values = x.values
    var expected: [Double] = []
    forEachIndex([2, 3, height, width]) { i in
      let row = Int((Double(i[2]) * Double(x.shape[2]) / Double(height) + 1e-9).rounded(.down))
      let column = Int((Double(i[3]) * Double(x.shape[3]) / Double(width) + 1e-9).rounded(.down))
      expected.append(value(x, values, [i[0], i[1], row, column]) ?? .nan)
    }
    let found = x.resized(to: Size2D(height: height, width: width), .nearest)
    #expect(error(found, [2, 3, height, width], expected) == 0)
  }

  /// Keys' cubic kernel in its two pieces.
  private func cubic(_ distance: Double, _ a: Double) -> Double {
    let x = abs(distance)
    if x < 1 { return (a + 2) * pow(x, 3) - (a + 3) * pow(x, 2) + 1 }
    return x < 2 ? a * (pow(x, 3) - 5 * pow(x, 2) + 8 * x - 4) : 0
  }

  /// A separable filter over every pixel: `weight(output, input, axis)`.
  private func filtered(
    _ x: Tensor, _ height: Int, _ width: Int, _ weight: (Int, Int, Int) -> Double
  ) -> [Double] {
    let values = x.values
    var result: [Double] = []
    forEachIndex([x.shape[0], x.shape[1], height, width]) { i in
      var sum = 0.0
      forEachIndex([x.shape[2], x.shape[3]]) { place in
        let factor = weight(i[2], place[0], 0) * weight(i[3], place[1], 1)
        if factor != 0 { sum += factor * (value(x, values, [i[0], i[1]] + place) ?? 0) }
      }
      result.append(sum)
    }
    return result
  }

  @Test(arguments: 0..<8)
  func bicubicResizing(seed: Int) {
    var dice = Dice(UInt32(700 + seed))
    let x = dice.tensor([1, 2, dice.number(2...9), dice.number(2...9)])
    let sizes = [dice.number(1...14), dice.number(1...14)]
    let isCorners = seed % 2 == 0
    let expected = filtered(x, sizes[0], sizes[1]) { output, input, axis in
      let (from, to) = (x.shape[axis + 2], sizes[axis])
      var place = (Double(output) + 0.5) * Double(from) / Double(to) - 0.5
      if isCorners { place = to > 1 ? Double(output) * Double(from - 1) / Double(to - 1) : 0 }
      // Pixels outside repeat the edge: their weights go to it.
      return (Int(place) - 4...Int(place) + 5).reduce(0) { sum, pixel in
        min(max(pixel, 0), from - 1) == input ? sum + cubic(place - Double(pixel), -0.75) : sum
      }
    }
    let found = x.resized(
      to: Size2D(height: sizes[0], width: sizes[1]), .bicubic, alignment: isCorners ? .corners : .edges)
    #expect(error(found, [1, 2] + sizes, expected) < 5e-6)
  }

  @Test(arguments: [Interpolation.bilinear, .bicubic], 0..<6)
  func antialiasedResizing(interpolation: Interpolation, seed: Int) {
    var dice = Dice(UInt32(800 + seed))
    let x = dice.tensor([1, 2, dice.number(3...23), dice.number(3...23)])
    let sizes = [dice.number(1...14), dice.number(1...14)]
    func raw(_ output: Int, _ input: Int, _ axis: Int) -> Double {
      let scale = Double(x.shape[axis + 2]) / Double(sizes[axis])
      let distance = (Double(input) + 0.5 - scale * (Double(output) + 0.5)) / max(scale, 1)
      return interpolation == .bicubic ? cubic(distance, -0.5) : max(0, 1 - abs(distance))
    }
    // A size that stays is left alone.
    let expected = filtered(x, sizes[0], sizes[1]) { output, input, axis in
      if x.shape[axis + 2] == sizes[axis] { return output == input ? 1 : 0 }
      let total = (0..<x.shape[axis + 2]).reduce(0) { $0 + raw(output, $1, axis) }
      return raw(output, input, axis) / total
    }
    let found = x.resized(
      to: Size2D(height: sizes[0], width: sizes[1]), interpolation, antialias: true)
    #expect(error(found, [1, 2] + sizes, expected) < 5e-6)
  }
}
