internal import EvalCore

/// Both passes in double precision, so that values that lie between two 8-bit levels are rounded as in exact
/// arithmetic. Vertical first: its inner loop runs along rows and is the cheaper one to vectorise.
struct FloatResize: Sendable {
  private let columns: ResizeTaps
  private let rows: ResizeTaps
  private let columnWeights: [Double]
  private let rowWeights: [Double]

  init(horizontal: ResizeTaps, vertical: ResizeTaps) {
    columns = horizontal
    rows = vertical
    columnWeights = horizontal.weights
    rowWeights = vertical.weights
  }

  /// `height * width * 3` values, about 0…255.
  func callAsFunction(_ frame: Frame) -> [Double] {
    let width = columns.starts.count
    let height = rows.starts.count
    // Zero weights may reach past the end of a row; the last tap of a pixel is loaded as four numbers.
    let padded = frame.width * 3 + columns.width * 3 + 4
    var line = [Double](repeating: 0, count: padded)
    return [Double](unsafeUninitializedCapacity: width * height * 3 + 1) { result, count in
      frame.rgb.withUnsafeBufferPointer { source in
        line.withUnsafeMutableBufferPointer { line in
          for y in 0..<height {
            blendRows(of: source, frame: frame, at: y, into: line)
            blendColumns(of: line, into: result, offset: y * width * 3)
          }
        }
      }
      count = width * height * 3
    }
  }

  private func blendRows(
    of source: UnsafeBufferPointer<UInt8>, frame: Frame, at y: Int,
    into line: UnsafeMutableBufferPointer<Double>
  ) {
    let stride = frame.width * 3
    guard let source = source.baseAddress, let line = line.baseAddress else { return }
    for x in 0..<stride { line[x] = 0 }
    for tap in 0..<rows.width {
      let weight = rowWeights[y * rows.width + tap]
      if weight == 0 { continue }
      let row = source + (rows.starts[y] + tap) * stride
      for x in 0..<stride { line[x] += weight * Double(row[x]) }
    }
  }

  private func blendColumns(
    of line: UnsafeMutableBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>, offset: Int
  ) {
    let width = columns.starts.count
    let taps = columns.width
    let pixels = UnsafeRawPointer(line.baseAddress)
    let target = UnsafeMutableRawPointer(result.baseAddress)
    guard let pixels, let target else { return }
    columns.starts.withUnsafeBufferPointer { starts in
      columnWeights.withUnsafeBufferPointer { weights in
        for x in 0..<width {
          var sum = SIMD4<Double>.zero
          let first = pixels + starts[x] * 24
          for tap in 0..<taps {
            let pixel = (first + tap * 24).loadUnaligned(as: SIMD4<Double>.self)
            sum += pixel * weights[x * taps + tap]
          }
          // The fourth lane is the next pixel's first value and is overwritten by it; one spare number
          // follows the last.
          (target + (offset + x * 3) * 8).storeBytes(of: sum, as: SIMD4<Double>.self)
        }
      }
    }
  }
}
