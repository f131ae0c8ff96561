import CTensorKernels
import TestSupport
import Testing

/// Direct convolution, line transforms and sampling: every instruction set against plain loops or the plain version.
@Suite struct DirectKernelTests {
  private static let vectors = [CT_VECTOR_GENERIC, CT_VECTOR_AVX2, CT_VECTOR_AVX512]

  private func axis(_ input: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ dilation: Int) -> ct_axis {
    ct_axis(
      input: input, output: (input + 2 * before - dilation * (kernel - 1) - 1) / stride + 1, kernel: kernel,
      stride: stride, before: before, dilation: dilation)
  }

  @Test(
    arguments: vectors, [(3, 1, 1, 1), (3, 2, 0, 1), (5, 2, 2, 1), (3, 3, 2, 2), (1, 2, 0, 1), (2, 1, 3, 2)])
  func convolutions(vector: ct_vector, steps: (kernel: Int, stride: Int, before: Int, dilation: Int)) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (channels, outputs, height, width, kernel) = (5, 17, 19, 43, steps.kernel)
    let x = Oracle.numbers(channels * height * width, seed: 1)
    let w = Oracle.numbers(outputs * channels * kernel * kernel, seed: 2)
    let bias = Oracle.numbers(outputs, seed: 3)
    var window = ct_window(
      frames: axis(1, 1, 1, 0, 1), rows: axis(height, kernel, steps.stride, steps.before, steps.dilation),
      columns: axis(width, kernel, steps.stride, steps.before, steps.dilation), channels: channels,
      sample_step: channels * height * width, channel_step: height * width, frame_step: height * width)
    let (outHeight, outWidth) = (window.rows.output, window.columns.output)
    let spread = ct_spread_of(&window)
    let panel = ct_panel_rows(outputs, vector)
    let panels = (outputs + panel - 1) / panel
    let inner = channels * kernel * kernel
    // Two blocks of channels: sums go on from the first.
    let block = 3
    var copied = [Float](repeating: .nan, count: channels * spread.plane + ct_panel_columns(vector))
    for channel in 0..<channels {
      copied.withUnsafeMutableBufferPointer {
        guard let start = $0.baseAddress else { return }
        ct_spread_plane(
          start + channel * spread.plane, spread.height * spread.pitch,
          Array(x[(channel * height * width)..<((channel + 1) * height * width)]), &window, vector)
      }
    }
    var offsets = [Int32](repeating: 0, count: inner + Int(CT_DIRECT_AHEAD))
    ct_spread_offsets(&offsets, &window, channels * spread.plane, block)
    var packed = [Float](repeating: .nan, count: panels * panel * inner)
    for index in 0..<panels {
      packed.withUnsafeMutableBufferPointer {
        guard let start = $0.baseAddress else { return }
        ct_pack_kernels(
          start + index * panel * inner, w, &window, block, index * panel,
          min(panel, outputs - index * panel))
      }
    }
    var found = [Float](repeating: .nan, count: outputs * outHeight * outWidth)
    let line = spread.pitch * (outHeight - 1) + outWidth
    let first = line / 2 / ct_panel_columns(vector) * ct_panel_columns(vector)
    packed.withUnsafeBufferPointer { kernels in
      offsets.withUnsafeBufferPointer { places in
        copied.withUnsafeBufferPointer { image in
          bias.withUnsafeBufferPointer { bias in
            found.withUnsafeMutableBufferPointer { to in
              for channel in [0, block] {
                let element = channel * kernel * kernel
                var direct = ct_direct(
                  kernels: kernels.baseAddress, step: panel * inner, element: element,
                  inner: min(block, channels - channel) * kernel * kernel, panel_rows: panel,
                  offsets: places.baseAddress.map { $0 + element },
                  image: image.baseAddress.map { $0 + channel * spread.plane }, to: to.baseAddress,
                  output_step: outHeight * outWidth, bias: channel == 0 ? bias.baseAddress : nil,
                  keeps: channel == 0 ? 0 : 1)
                ct_convolve(&direct, &window, outputs, 0, first, vector)
                ct_convolve(&direct, &window, outputs, first, line - first, vector)
              }
            }
          }
        }
      }
    }
    var expected: [Double] = []
    for output in 0..<outputs {
      for position in 0..<outHeight * outWidth {
        var sum = Double(bias[output])
        for element in 0..<inner {
          let (channel, tap) = (element / (kernel * kernel), element % (kernel * kernel))
          let y = position / outWidth * steps.stride - steps.before + tap / kernel * steps.dilation
          let z = position % outWidth * steps.stride - steps.before + tap % kernel * steps.dilation
          guard (0..<height).contains(y), (0..<width).contains(z) else { continue }
          sum += Double(x[(channel * height + y) * width + z]) * Double(w[output * inner + element])
        }
        expected.append(sum)
      }
    }
    #expect(Oracle.relativeError(found, expected) < 3e-6)
  }

  /// Kernels of few elements at a stride of two: rows that end inside a place, odd and even kernels, a tail. Nothing
  /// around the image may be read: it ends where its memory ends.
  @Test(arguments: vectors, [(3, 3, 9, 67), (2, 2, 8, 64), (4, 3, 11, 87)])
  func narrowKernels(vector: ct_vector, sizes: (rows: Int, columns: Int, height: Int, width: Int)) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (channels, outputs, height, width) = (3, 33, sizes.height, sizes.width)
    let x = Oracle.numbers(channels * height * width, seed: 31)
    let inner = channels * sizes.rows * sizes.columns
    let w = Oracle.numbers(outputs * inner, seed: 32)
    let bias = Oracle.numbers(outputs, seed: 33)
    var window = ct_window(
      frames: axis(1, 1, 1, 0, 1), rows: axis(height, sizes.rows, 2, 0, 1),
      columns: axis(width, sizes.columns, 2, 0, 1), channels: channels,
      sample_step: channels * height * width, channel_step: height * width, frame_step: height * width)
    let (outHeight, outWidth) = (window.rows.output, window.columns.output)
    let area = outHeight * outWidth
    let panel = ct_panel_rows(outputs, vector)
    var packed = [Float](repeating: .nan, count: (outputs + panel - 1) / panel * panel * inner)
    packed.withUnsafeMutableBufferPointer {
      guard let start = $0.baseAddress else { return }
      for first in stride(from: 0, to: outputs, by: panel) {
        ct_pack_kernels(start + first * inner, w, &window, channels, first, min(panel, outputs - first))
      }
    }
    let columnPanel = ct_panel_columns(vector)
    let offsets = (0..<inner + Int(CT_DIRECT_AHEAD)).map { Int32(min($0, inner - 1) * columnPanel) }
    var found = [Float](repeating: .nan, count: outputs * area)
    found.withUnsafeMutableBufferPointer { to in
      packed.withUnsafeBufferPointer { kernels in
        offsets.withUnsafeBufferPointer { offsets in
          x.withUnsafeBufferPointer { image in
            bias.withUnsafeBufferPointer { bias in
              var direct = ct_direct(
                kernels: kernels.baseAddress, step: panel * inner, element: 0, inner: inner,
                panel_rows: panel, offsets: offsets.baseAddress, image: image.baseAddress, to: to.baseAddress,
                output_step: area, bias: bias.baseAddress, keeps: 0)
              ct_convolve_narrow(&direct, &window, outputs, 0, columnPanel, vector)
              ct_convolve_narrow(&direct, &window, outputs, columnPanel, area - columnPanel, vector)
            }
          }
        }
      }
    }
    var expected: [Double] = []
    for output in 0..<outputs {
      for position in 0..<area {
        var sum = Double(bias[output])
        for element in 0..<inner {
          let (line, column) = (element / sizes.columns, element % sizes.columns)
          let y = position / outWidth * 2 + line % sizes.rows
          let place = (line / sizes.rows * height + y) * width + position % outWidth * 2 + column
          sum += Double(x[place]) * Double(w[output * inner + element])
        }
        expected.append(sum)
      }
    }
    #expect(Oracle.relativeError(found, expected) < 3e-6)
  }

  /// NaN wins wherever it stands in a window, and every instruction set gives the same bits.
  @Test(arguments: [CT_VECTOR_AVX2, CT_VECTOR_AVX512], [(3, 1, 1), (3, 2, 0), (2, 2, 0), (5, 3, 2)])
  func poolingAgrees(vector: ct_vector, steps: (kernel: Int, stride: Int, before: Int)) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (height, width) = (13, 45)
    var x = Oracle.numbers(height * width, seed: 34)
    x[100] = .nan
    x[7] = .infinity
    var pooling = ct_pooling(
      frames: axis(1, 1, 1, 0, 1), rows: axis(height, steps.kernel, steps.stride, steps.before, 1),
      columns: axis(width, steps.kernel, steps.stride, steps.before, 1))
    let counts = (0..<width).map { Double($0 % 3 + 1) }
    let area = pooling.rows.output * pooling.columns.output
    func all(_ vector: ct_vector) -> [UInt32] {
      var scratch = [Double](repeating: .nan, count: ct_pooling_scratch_count(&pooling))
      var (largest, mean) = ([Float](repeating: 0, count: area), [Float](repeating: 0, count: area))
      ct_pool_largest(&largest, x, &pooling, &scratch, vector)
      ct_pool_mean(&mean, x, &pooling, counts, counts, counts, &scratch, vector)
      #expect(largest.contains { $0.isNaN } && !largest.allSatisfy { $0.isNaN })
      return (largest + mean).map { $0.isNaN ? 1 : $0.bitPattern }
    }
    #expect(all(vector) == all(CT_VECTOR_GENERIC))
  }

  @Test(arguments: [CT_VECTOR_AVX2, CT_VECTOR_AVX512], [3, 5, 7])
  func linesAgree(vector: ct_vector, kernel: Int) {
    guard ct_supports_vector(vector) != 0 else { return }
    let m = Oracle.numbers(8 * 90 * 32, seed: 4)
    let image = Oracle.numbers(10 * 13 * 3 * 16, seed: 5)
    let bias = Oracle.numbers(19, seed: 6)
    // As the last axis, and before another.
    for (outer, inner) in [(9, 1), (1, 9)] {
      let tiles = (13 + 8 - kernel) / (9 - kernel)
      var line = ct_line(
        outer: outer, length: 13, inner: inner, output_step: inner, channel_step: 13 * 9,
        before: kernel / 2, kernel: kernel, output_length: 13, tiles: tiles, outputs: 19)
      let count = tiles * 9
      func all(_ vector: ct_vector) -> [Float] {
        var inputs = [Float](repeating: 0, count: 8 * count * 16)
        ct_line_inputs(&inputs, image, &line, 0, 0, count, count, 0, count * 16, vector)
        var result = [Float](repeating: 0, count: 19 * 13 * 9)
        let products = Array(m[0..<min(m.count, 8 * count * 32)])
        let padded = products + [Float](repeating: 0.5, count: 8 * count * 32 - products.count)
        for part in 0..<2 {
          ct_line_outputs(&result, padded, bias, &line, part, 0, count, 32, count * 32, vector)
        }
        return inputs + result
      }
      #expect(Oracle.relativeError(all(vector), all(CT_VECTOR_GENERIC).map(Double.init)) < 2e-6)
    }
  }

  /// Images down to one pixel a side, more places than one block holds.
  @Test(
    arguments: vectors,
    [(7, 9, 0), (7, 9, 1), (1, 9, 0), (1, 9, 1), (7, 1, 0), (7, 1, 1), (1, 1, 0), (2, 2, 1)])
  func samples(vector: ct_vector, sizes: (height: Int, width: Int, repeatsEdge: Int)) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (channels, count) = (3, 179)
    let (height, width, repeatsEdge) = sizes
    let x = Oracle.numbers(channels * height * width, seed: 7)
    // Pixels, some outside; places are pixels here.
    var places = Oracle.numbers(2 * count, seed: 8).map { ($0 + 0.4) * 1.6 * Float(max(height, width)) }
    places[0..<4] = [Float(width - 1), Float(height - 1), -1, Float(height)]
    var sampling = ct_sampling(
      channels: channels, height: height, width: width, column_scale: 1, column_shift: -1, row_scale: 1,
      row_shift: -1, repeats_edge: Int32(repeatsEdge))
    var found = [Float](repeating: .nan, count: channels * count)
    ct_sample(&found, count, x, &sampling, places, count, vector)
    var expected: [Double] = []
    for channel in 0..<channels {
      for index in 0..<count {
        var at = (x: Double(places[2 * index]), y: Double(places[2 * index + 1]))
        if repeatsEdge == 1 {
          at = (min(max(at.x, 0), Double(width - 1)), min(max(at.y, 0), Double(height - 1)))
        }
        let (left, top) = (Int(at.x.rounded(.down)), Int(at.y.rounded(.down)))
        var sum = 0.0
        for (y, z) in [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)] {
          guard (0..<height).contains(y), (0..<width).contains(z) else { continue }
          sum +=
            Double(x[(channel * height + y) * width + z]) * (1 - abs(at.x - Double(z)))
            * (1 - abs(at.y - Double(y)))
        }
        expected.append(sum)
      }
    }
    #expect(Oracle.relativeError(found, expected) < 5e-6)
  }

  /// Places that are no places: nothing outside the image is read, whatever is asked for.
  @Test(arguments: vectors, [0, 1])
  func hostilePlaces(vector: ct_vector, repeatsEdge: Int) {
    guard ct_supports_vector(vector) != 0 else { return }
    let hostile: [Float] = [
      .nan, .infinity, -.infinity, 3e38, -3e38, 2.2e9, -2.2e9, .leastNonzeroMagnitude, -0.0, 5,
    ]
    let x: [Float] = [1, 2, 3, 4, 5, 6]
    let places = hostile.flatMap { a in hostile.flatMap { [a, $0] } }
    var sampling = ct_sampling(
      channels: 1, height: 2, width: 3, column_scale: 1, column_shift: -1, row_scale: 1, row_shift: -1,
      repeats_edge: Int32(repeatsEdge))
    var found = [Float](repeating: .nan, count: places.count / 2)
    ct_sample(&found, found.count, x, &sampling, places, found.count, vector)
    for (index, value) in found.enumerated() {
      let (column, row) = (places[2 * index], places[2 * index + 1])
      func inside(_ place: Float, _ last: Float) -> Float {
        place.isNaN || place < 0 ? 0 : place > last ? last : place
      }
      let isInside = column >= 0 && column <= 2 && row >= 0 && row <= 1
      let edge = 1 + inside(column, 2) + 3 * inside(row, 1)
      #expect(value == (repeatsEdge == 1 ? edge : isInside ? 1 : 0))
    }
  }

  /// Windows of one and of two vectors.
  @Test(arguments: vectors, [2, 4, 8])
  func windows(vector: ct_vector, radius: Int) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (height, width, count, side) = (11, 14, 19, 2 * radius + 1)
    let planes = Oracle.numbers(count * height * width, seed: 9)
    let x = Oracle.numbers(count, seed: 10).map { ($0 + 0.4) * 40 }
    let y = Oracle.numbers(count, seed: 11).map { ($0 + 0.4) * 40 }
    var found = [Float](repeating: .nan, count: side * side * count)
    ct_correlation_windows(&found, count, planes, height, width, x, y, count, 0.5, Int32(radius), vector)
    var expected: [Double] = []
    for entry in 0..<side * side {
      for query in 0..<count {
        let at = (
          x: Double(x[query]) / 2 + Double(entry / side - radius),
          y: Double(y[query]) / 2 + Double(entry % side - radius)
        )
        let (left, top) = (Int(at.x.rounded(.down)), Int(at.y.rounded(.down)))
        var sum = 0.0
        for (row, column) in [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)] {
          guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
          sum +=
            Double(planes[(query * height + row) * width + column]) * (1 - abs(at.x - Double(column)))
            * (1 - abs(at.y - Double(row)))
        }
        expected.append(sum)
      }
    }
    #expect(Oracle.relativeError(found, expected) < 1e-5)
  }
}
