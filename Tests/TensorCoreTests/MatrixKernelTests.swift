import CTensorKernels
import TestSupport
import Testing

/// The packed products and transforms of every instruction set against plain loops.
@Suite struct MatrixKernelTests {
  private static let vectors = [CT_VECTOR_GENERIC, CT_VECTOR_AVX2, CT_VECTOR_AVX512]

  @Test(arguments: vectors, [(1, 1, 1), (5, 9, 17), (29, 70, 40), (16, 33, 160)])
  func products(vector: ct_vector, sizes: (rows: Int, columns: Int, inner: Int)) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (rows, columns, inner) = sizes
    let a = Oracle.numbers(rows * inner, seed: 1)
    let b = Oracle.numbers(inner * columns, seed: 2)
    let bias = Oracle.numbers(rows, seed: 3)
    let padded = (inner + Int(CT_CHUNK) - 1) / Int(CT_CHUNK) * Int(CT_CHUNK)
    let (panel, width) = (ct_panel_rows(rows, vector), ct_panel_columns(vector))
    let (down, across) = ((rows + panel - 1) / panel, (columns + width - 1) / width)
    let left = UnsafeMutablePointer<Float>.allocate(capacity: down * panel * padded)
    let right = UnsafeMutableRawPointer.allocate(byteCount: across * width * padded * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: across * width * padded)
    defer { left.deallocate() }
    defer { right.deallocate() }
    for index in 0..<down {
      ct_pack_rows(
        left + index * panel * padded, Array(a[(index * panel * inner)...]), min(panel, rows - index * panel),
        panel, inner, 1, 0, inner, 1, 0, padded, vector)
    }
    for index in 0..<across {
      ct_pack_columns(
        right + index * width * padded, Array(b[(index * width)...]), min(width, columns - index * width), 1,
        inner, padded, columns, 1, vector)
    }
    var found = [Float](repeating: .nan, count: rows * columns)
    found.withUnsafeMutableBufferPointer { target in
      bias.withUnsafeBufferPointer { added in
        var result = ct_result(
          to: target.baseAddress, stride: columns, places: nil, initial: nil, row_bias: added.baseAddress,
          column_bias: nil)
        ct_multiply(
          left, panel * padded, right, width * padded, rows, panel, columns, padded, &result, 1, vector)
      }
    }
    var expected = Oracle.matrixProduct(a, b, rows: rows, inner: inner, columns: columns)
    for index in expected.indices { expected[index] += Double(bias[index / columns]) }
    #expect(Oracle.relativeError(found, expected) < 5e-6)
  }

  /// Strides, dilation, borders and positions over several samples.
  @Test(arguments: vectors, [(1, 1, 0), (1, 2, 3), (2, 1, 1), (3, 1, 2)])
  func patches(vector: ct_vector, steps: (stride: Int, dilation: Int, before: Int)) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (samples, channels, height, width, kernel) = (3, 5, 9, 11, 3)
    let covered = steps.dilation * (kernel - 1) + 1
    let sizes = [height, width].map { (size: Int) -> Int in
      (size + 2 * steps.before - covered) / steps.stride + 1
    }
    let x = Oracle.numbers(samples * channels * height * width, seed: 4)
    func axis(_ input: Int, _ output: Int) -> ct_axis {
      ct_axis(
        input: input, output: output, kernel: kernel, stride: steps.stride, before: steps.before,
        dilation: steps.dilation)
    }
    var window = ct_window(
      frames: ct_axis(input: 1, output: 1, kernel: 1, stride: 1, before: 0, dilation: 1),
      rows: axis(height, sizes[0]), columns: axis(width, sizes[1]), channels: channels,
      sample_step: channels * height * width, channel_step: height * width, frame_step: height * width)
    let area = sizes[0] * sizes[1]
    let (first, count, inner) = (7, samples * area - 7, 48)
    let panel = ct_panel_columns(vector)
    var packed = [Float](repeating: .nan, count: (count + panel - 1) / panel * panel * inner)
    ct_pack_patches(&packed, x, &window, first, count, 0, inner, vector)
    for k in 0..<inner {
      let (tap, channel) = (k / channels, k % channels)
      for p in 0..<count {
        let (sample, position) = ((first + p) / area, (first + p) % area)
        let y = position / sizes[1] * steps.stride + tap / kernel * steps.dilation - steps.before
        let z = position % sizes[1] * steps.stride + tap % kernel * steps.dilation - steps.before
        let isInside = k < 9 * channels && y >= 0 && y < height && z >= 0 && z < width
        let expected = isInside ? x[((sample * channels + channel) * height + y) * width + z] : 0
        let found = packed[(p / panel * inner + k) * panel + p % panel]
        guard found == expected else {
          Issue.record("element \(k) of patch \(p) is \(found), not \(expected)")
          return
        }
      }
    }
  }

  @Test(arguments: [CT_VECTOR_AVX2, CT_VECTOR_AVX512], [3, 4, 5])
  func transformsAgree(vector: ct_vector, tileSide: Int) {
    guard ct_supports_vector(vector) != 0 else { return }
    let (channels, side, outputs) = (21, 9, 19)
    let taps = (7 - tileSide) * (7 - tileSide)
    let x = Oracle.numbers(channels * side * side, seed: 5)
    let w = Oracle.numbers(outputs * channels * taps, seed: 6)
    let m = Oracle.numbers(36 * 9 * 32, seed: 7)
    var image = ct_tiled_image(
      frames: ct_axis(input: 1, output: 1, kernel: 1, stride: 1, before: 0, dilation: 1), height: side,
      width: side, side: tileSide, rows_before: 1, columns_before: 1, output_height: side, output_width: side,
      tile_rows: (side + tileSide - 1) / tileSide, tile_columns: (side + tileSide - 1) / tileSide)
    let tiles = image.tile_rows * image.tile_columns
    func all(_ vector: ct_vector) -> [Float] {
      var chunk = [Float](repeating: 0, count: side * side * 16)
      ct_interleave_chunk(&chunk, x, channels, side * side, side * side, 1, vector)
      var inputs = [Float](repeating: 0, count: 36 * 9 * 16)
      ct_tile_inputs(&inputs, chunk, &image, 0, 0, 0, tiles, tiles, 0, 9 * 16, vector)
      var result = [Float](repeating: 0, count: outputs * side * side)
      for part in 0..<2 { ct_tile_outputs(&result, m, w, &image, outputs, part, 0, tiles, 32, 9 * 32, vector) }
      var kernels = [Float](repeating: 0, count: 36 * channels * 32)
      ct_tile_kernels(
        &kernels, w, tileSide, channels * taps, taps, outputs, channels, 32, channels * 32, vector)
      return chunk + inputs + result + kernels
    }
    #expect(Oracle.relativeError(all(vector), all(CT_VECTOR_GENERIC).map(Double.init)) < 4e-6)
  }
}
