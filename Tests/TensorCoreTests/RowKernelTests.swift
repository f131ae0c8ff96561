import CTensorKernels
import TestSupport
import Testing

@testable import TensorCore

/// Arithmetic of rows, normalization and transposition against plain loops, on every vector unit.
@Suite struct RowKernelTests {
  private static let vectors = [CT_VECTOR_GENERIC, CT_VECTOR_AVX2, CT_VECTOR_AVX512]
    .filter { ct_supports_vector($0) != 0 }
  private static let counts = [0, 1, 7, 16, 31, 100]

  @Test(arguments: vectors) func combines(vector: ct_vector) {
    let functions: [(ct_operation, (Float, Float) -> Float)] = [
      (CT_ADD, { $0 + $1 }), (CT_SUBTRACT, { $0 - $1 }), (CT_MULTIPLY, { $0 * $1 }),
    ]
    for count in Self.counts {
      let a = Oracle.numbers(max(1, count), seed: 1)
      let b = Oracle.numbers(max(1, count), seed: 2)
      for (operation, function) in functions {
        for (aStep, bStep) in [(1, 1), (1, 0), (0, 1), (0, 0)] {
          var found = [Float](repeating: .nan, count: count)
          ct_combine(operation, &found, a, aStep, b, bStep, count, vector)
          #expect(found == (0..<count).map { function(a[$0 * aStep], b[$0 * bStep]) })
        }
      }
      var found = [Float](repeating: .nan, count: count)
      ct_blend(&found, a, 0.3, b, 0.7, count, vector)
      let expected = (0..<count).map { 0.3 * Double(a[$0]) + 0.7 * Double(b[$0]) }
      #expect(count == 0 || Oracle.relativeError(found, expected) < 1e-6)
    }
  }

  @Test(arguments: vectors) func normalizesRows(vector: ct_vector) {
    for width in [1, 5, 16, 48, 97] {
      let rows = 3
      // A mean far from zero must not cost digits.
      let input = Oracle.numbers(rows * width, seed: 3).map { $0 + 1000 }
      let weights = Oracle.numbers(width, seed: 4)
      let biases = Oracle.numbers(width, seed: 5)
      var found = [Float](repeating: .nan, count: rows * width)
      ct_normalize_rows(&found, input, rows, width, weights, biases, 1e-5, vector)
      var expected: [Double] = []
      for row in 0..<rows {
        let values = input[row * width..<(row + 1) * width].map(Double.init)
        let mean = values.reduce(0, +) / Double(width)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
        for (index, value) in values.enumerated() {
          let normal = (value - mean) / (variance + 1e-5).squareRoot()
          expected.append(normal * Double(weights[index]) + Double(biases[index]))
        }
      }
      #expect(Oracle.relativeError(found, expected) < 1e-6, "width \(width)")
    }
  }

  /// G g G^T with the rows of G: the kernel's polynomial at 0, ±√½, ±√2 and infinity over the product of differences.
  @Test(arguments: vectors) func transformsKernels(vector: ct_vector) {
    let places = [0, 0.5.squareRoot(), -(0.5.squareRoot()), 2.0.squareRoot(), -(2.0.squareRoot())]
    let divisors = [1, -1.5, -1.5, 6, 6]
    for (size, outputs, channels, rowStep) in [(2, 5, 3, 32), (3, 40, 16, 48), (4, 16, 7, 16), (3, 1, 1, 8)] {
      let area = size * size
      let matrix: [[Double]] =
        zip(places, divisors).map { place, divisor in
          (0..<size).map { power in (0..<power).reduce(1 / divisor) { value, _ in value * place } }
        } + [(0..<size).map { $0 == size - 1 ? 1 : 0 }]
      let kernels = Oracle.numbers(outputs * channels * area, seed: 6)
      let pointStep = channels * rowStep + 3
      var found = [Float](repeating: .nan, count: 36 * pointStep)
      ct_tile_kernels(
        &found, kernels, 7 - size, channels * area, area, outputs, channels, rowStep, pointStep, vector)
      for point in 0..<36 {
        let (left, right) = (matrix[point / 6], matrix[point % 6])
        for channel in 0..<channels {
          for output in 0..<rowStep {
            var expected = 0.0
            for place in 0..<(output < outputs ? area : 0) {
              let value = Double(kernels[(output * channels + channel) * area + place])
              expected += left[place / size] * value * right[place % size]
            }
            let difference = abs(Double(found[point * pointStep + channel * rowStep + output]) - expected)
            #expect(difference <= 1e-6 * max(1, abs(expected)), "size \(size), point \(point)")
          }
        }
      }
    }
  }

  @Test(arguments: vectors) func transposes(vector: ct_vector) {
    for (rows, columns) in [(1, 1), (16, 16), (17, 33), (48, 5), (3, 40), (32, 64), (0, 4)] {
      // Rows of either side may be longer than what is moved.
      let (toStride, fromStride) = (columns + 2, rows + 3)
      let input = Oracle.numbers(columns * fromStride, seed: 6)
      var found = [Float](repeating: -1, count: rows * toStride)
      ct_transpose(&found, toStride, input, fromStride, rows, columns, vector)
      for row in 0..<rows {
        for column in 0..<toStride {
          let expected = column < columns ? input[column * fromStride + row] : -1
          #expect(found[row * toStride + column] == expected)
        }
      }
    }
  }

  @Test func repeatsAlongAnyDimension() {
    let shapes = [[3, 4, 5], [1, 4, 5], [3, 1, 5], [3, 4, 1], [5], [4, 1], [1], [], [3, 1, 1], [2, 3, 4, 5]]
    func element(_ tensor: Tensor, _ index: [Int]) -> Float {
      let own = zip(index.suffix(tensor.rank), tensor.shape).map { $1 == 1 ? 0 : $0 }
      let position = zip(own, Shape.rowMajorStrides(tensor.shape)).reduce(0) { $0 + $1.0 * $1.1 }
      return tensor.values[position]
    }
    for (seed, left) in shapes.enumerated() {
      for right in shapes {
        let a = Tensor(shape: left, Oracle.numbers(left.reduce(1, *), seed: UInt64(seed)))
        let b = Tensor(shape: right, Oracle.numbers(right.reduce(1, *), seed: 99))
        let difference = a - b
        let rank = max(left.count, right.count)
        let sizes = [left, right].map { [Int](repeating: 1, count: rank - $0.count) + $0 }
        #expect(difference.shape == zip(sizes[0], sizes[1]).map(max))
        for position in 0..<difference.count {
          let index = Shape.rowMajorStrides(difference.shape).reduce(into: (position, [Int]())) { state, step in
            state.1.append(state.0 / step)
            state.0 %= step
          }.1
          #expect(difference.values[position] == element(a, index) - element(b, index))
        }
      }
    }
  }

  @Test func permutesAnyOrder() {
    let tensor = Tensor(shape: [3, 18, 1, 17], Oracle.numbers(3 * 18 * 17, seed: 8))
    let strides = Shape.rowMajorStrides(tensor.shape)
    for order in [[0, 3, 2, 1], [3, 1, 0, 2], [1, 0, 3, 2], [0, 1, 2, 3], [2, 3, 1, 0], [1, 2, 3, 0]] {
      let moved = tensor.permuted(order[0], order[1], order[2], order[3])
      #expect(moved.shape == order.map { tensor.shape[$0] })
      let steps = order.map { strides[$0] }
      for position in 0..<moved.count {
        var (rest, offset) = (position, 0)
        for dimension in (0..<4).reversed() {
          offset += rest % moved.shape[dimension] * steps[dimension]
          rest /= moved.shape[dimension]
        }
        #expect(moved.values[position] == tensor.values[offset])
      }
    }
  }
}
