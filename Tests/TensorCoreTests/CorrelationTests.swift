import TensorCore
import TestSupport
import Testing

@Suite struct CorrelationTests {
  /// Every entry by its definition in double precision: average the volume, then read it between elements.
  private func expected(
    _ first: Tensor, _ second: Tensor, _ places: Tensor, levels: Int, radius: Int
  ) -> [Double] {
    let (samples, channels, height, width) = (first.shape[0], first.shape[1], first.shape[2], first.shape[3])
    let area = height * width
    let (a, b, at) = (first.values, second.values, places.values)
    let side = 2 * radius + 1
    var result = [Double](repeating: 0, count: samples * levels * side * side * area)
    for sample in 0..<samples {
      for query in 0..<area {
        var plane = (0..<area).map { key in
          (0..<channels).reduce(0.0) { sum, channel in
            let base = (sample * channels + channel) * area
            return sum + Double(a[base + query]) * Double(b[base + key])
          } / Double(channels).squareRoot()
        }
        var (rows, columns) = (height, width)
        for level in 0..<levels {
          if level > 0 {
            let (halfRows, halfColumns) = (rows / 2, columns / 2)
            plane = (0..<halfRows * halfColumns).map { index in
              let (y, x) = (index / halfColumns * 2, index % halfColumns * 2)
              let above = plane[y * columns + x] + plane[y * columns + x + 1]
              return (above + plane[(y + 1) * columns + x] + plane[(y + 1) * columns + x + 1]) / 4
            }
            (rows, columns) = (halfRows, halfColumns)
          }
          func value(_ y: Int, _ x: Int) -> Double {
            (0..<rows).contains(y) && (0..<columns).contains(x) ? plane[y * columns + x] : 0
          }
          let scale = Double(1 << level)
          for entry in 0..<side * side {
            let x = Double(at[(sample * 2) * area + query]) / scale + Double(entry / side - radius)
            let y = Double(at[(sample * 2 + 1) * area + query]) / scale + Double(entry % side - radius)
            let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
            let (fx, fy) = (x - Double(left), y - Double(top))
            let above = value(top, left) * (1 - fx) + value(top, left + 1) * fx
            let below = value(top + 1, left) * (1 - fx) + value(top + 1, left + 1) * fx
            let channel = level * side * side + entry
            result[(sample * levels * side * side + channel) * area + query] = above * (1 - fy) + below * fy
          }
        }
      }
    }
    return result
  }

  @Test(arguments: [(9, 11, 3, 2), (16, 8, 4, 3), (5, 6, 1, 4)])
  func windowsEqualTheirDefinition(height: Int, width: Int, levels: Int, radius: Int) {
    let shape = [2, 6, height, width]
    let count = shape.reduce(1, *)
    let first = Tensor(shape: shape, Oracle.numbers(count, seed: 1))
    let second = Tensor(shape: shape, Oracle.numbers(count, seed: 2))
    // Some places lie outside, some far outside.
    let places = Tensor(
      shape: [2, 2, height, width],
      Oracle.numbers(4 * height * width, seed: 3).map { ($0 + 0.4) * Float(2 * width) })
    let found = CorrelationPyramid(first, second, levels: levels).windows(at: places, radius: radius)
    #expect(found.shape == [2, levels * (2 * radius + 1) * (2 * radius + 1), height, width])
    let wanted = expected(first, second, places, levels: levels, radius: radius)
    #expect(Oracle.relativeError(found.values, wanted) < 1e-5)
  }

  @Test func placesThatAreNotNumbersMatchNothing() {
    let map = Tensor(repeating: 1, shape: [1, 4, 8, 8])
    var places = Tensor(repeating: 4, shape: [1, 2, 8, 8])
    places[0, 0, 2, 3] = .nan
    places[0, 1, 5, 5] = .infinity
    places[0, 0, 6, 6] = -1e30
    let found = CorrelationPyramid(map, map, levels: 2).windows(at: places, radius: 1)
    for (row, column) in [(2, 3), (5, 5), (6, 6)] {
      for channel in 0..<found.shape[1] { #expect(found[0, channel, row, column] == 0) }
    }
    #expect(found[0, 4, 0, 0] == 2)
  }
}
