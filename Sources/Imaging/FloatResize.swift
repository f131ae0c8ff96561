internal import EvalCore

/// Both passes in 32-bit floats. Vertical first: its inner loop runs along rows and is the cheaper one to
/// vectorise.
struct FloatResize: Sendable {
  private let columns: ResizeTaps
  private let rows: ResizeTaps
  private let columnWeights: [Float]
  private let rowWeights: [Float]

  init(horizontal: ResizeTaps, vertical: ResizeTaps) {
    columns = horizontal
    rows = vertical
    columnWeights = horizontal.weights.map(Float.init)
    rowWeights = vertical.weights.map(Float.init)
  }

  func callAsFunction(_ frame: Frame) -> FloatImage {
    let width = columns.starts.count
    let height = rows.starts.count
    // Zero weights may reach past the end of a row; the last tap of a pixel is loaded as four floats.
    let padded = frame.width * 3 + columns.width * 3 + 4
    var line = [Float](repeating: 0, count: padded)
    let values = [Float](unsafeUninitializedCapacity: width * height * 3 + 1) { result, count in
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
    return FloatImage(width: width, height: height, channels: 3, values: values)
  }

  private func blendRows(
    of source: UnsafeBufferPointer<UInt8>, frame: Frame, at y: Int,
    into line: UnsafeMutableBufferPointer<Float>
  ) {
    let stride = frame.width * 3
    guard let source = source.baseAddress, let line = line.baseAddress else { return }
    for x in 0..<stride { line[x] = 0 }
    for tap in 0..<rows.width {
      let weight = rowWeights[y * rows.width + tap]
      if weight == 0 { continue }
      let row = source + (rows.starts[y] + tap) * stride
      for x in 0..<stride { line[x] += weight * Float(row[x]) }
    }
  }

  private func blendColumns(
    of line: UnsafeMutableBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>, offset: Int
  ) {
    let width = columns.starts.count
    let taps = columns.width
    let pixels = UnsafeRawPointer(line.baseAddress)
    let target = UnsafeMutableRawPointer(result.baseAddress)
    guard let pixels, let target else { return }
    columns.starts.withUnsafeBufferPointer { starts in
      columnWeights.withUnsafeBufferPointer { weights in
        for x in 0..<width {
          var sum = SIMD4<Float>.zero
          let first = pixels + starts[x] * 12
          for tap in 0..<taps {
            let pixel = (first + tap * 12).loadUnaligned(as: SIMD4<Float>.self)
            sum += pixel * weights[x * taps + tap]
          }
          // The fourth lane is the next pixel's first value and is overwritten by it; one spare float
          // follows the last.
          (target + (offset + x * 3) * 4).storeBytes(of: sum, as: SIMD4<Float>.self)
        }
      }
    }
  }
}
