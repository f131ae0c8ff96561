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
          min(panel, outputs - index * panel),
          panel)
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
                  kernels: kernels.baseAddress.map { $0 + element * panel }, step: panel * inner,
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

  @Test(arguments: vectors, [0, 1])
  func samples(vector: ct_vector, repeatsEdge: Int) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (channels, height, width, count) = (3, 7, 9, 83)
    let x = Oracle.numbers(channels * height * width, seed: 7)
    // Pixels, some outside; places are pixels here.
    var places = Oracle.numbers(2 * count, seed: 8).map { ($0 + 0.4) * 14 }
    (places[0], places[1], places[2], places[3]) = (8, 6, -1, 7)
    var sampling = ct_sampling(
      channels: channels, height: height, width: width, column_scale: 1, column_shift: -1, row_scale: 1,
      row_shift: -1, repeats_edge: Int32(repeatsEdge))
    var found = [Float](repeating: .nan, count: channels * count)
    ct_sample(&found, count, x, &sampling, places, count, vector)
    var expected: [Double] = []
    for channel in 0..<channels {
      for index in 0..<count {
        var at = (x: Double(places[2 * index]), y: Double(places[2 * index + 1]))
        if repeatsEdge == 1 { at = (min(max(at.x, 0), 8), min(max(at.y, 0), 6)) }
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
