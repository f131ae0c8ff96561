/// Plain loops in double precision, to check fast operations against. Arrays are row-major, as in the tensors.
public enum Oracle {
  /// `[rows, inner] x [inner, columns]`.
  public static func matrixProduct(_ a: [Float], _ b: [Float], rows: Int, inner: Int, columns: Int)
    -> [Double]
  {
    (0..<rows * columns).map { position in
      let (row, column) = (position / columns, position % columns)
      return (0..<inner).reduce(0) { sum, k in
        sum + Double(a[row * inner + k]) * Double(b[k * columns + column])
      }
    }
  }

  /// Images `[N, C, H, W]` with kernels `[O, C / groups, h, w]`, zero outside; strides and padding before as
  /// (rows, columns).
  public static func convolution(
    _ x: [Float], _ shape: [Int], _ w: [Float], _ kernel: [Int], strides: (Int, Int), before: (Int, Int),
    outputSize: (height: Int, width: Int), groups: Int
  ) -> [Double] {
    var result: [Double] = []
    for sample in 0..<shape[0] {
      for output in 0..<kernel[0] {
        let firstInput = output / (kernel[0] / groups) * kernel[1]
        for row in 0..<outputSize.height {
          for column in 0..<outputSize.width {
            var sum = 0.0
            for channel in 0..<kernel[1] {
              for i in 0..<kernel[2] {
                let y = row * strides.0 + i - before.0
                guard y >= 0, y < shape[2] else { continue }
                for j in 0..<kernel[3] {
                  let z = column * strides.1 + j - before.1
                  guard z >= 0, z < shape[3] else { continue }
                  let plane = sample * shape[1] + firstInput + channel
                  let weight = w[((output * kernel[1] + channel) * kernel[2] + i) * kernel[3] + j]
                  sum += Double(weight) * Double(x[(plane * shape[2] + y) * shape[3] + z])
                }
              }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  /// Largest difference divided by the root mean square of what was expected; infinite when the counts differ or a
  /// value is not a number.
  public static func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    var largest = 0.0
    var squares = 0.0
    for (a, b) in zip(found, expected) {
      let difference = abs(Double(a) - b)
      guard !difference.isNaN else { return .infinity }
      largest = max(largest, difference)
      squares += b * b
    }
    if squares == 0 { return largest }
    return largest / (squares / Double(max(expected.count, 1))).squareRoot()
  }

  /// Numbers in [-1, 1) that depend on the seed alone.
  public static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) * 0x1p-23 - 1
    }
  }
}
