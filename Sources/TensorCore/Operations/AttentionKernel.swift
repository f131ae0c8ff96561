internal import CTensorKernels

/// Attention in tiles of queries against tiles of keys, with a running maximum and sum per query (Milakov and
/// Gimelshein, "Online normalizer calculation for softmax", 2018); short sequences go through a direct kernel.
struct AttentionKernel {
  let samples: Int
  let heads: Int
  let width: Int
  let queries: Int
  let keys: Int
  let scale: Float
  let segments: [KeySegment]

  private static let queryTile = 128
  private static let keyTile = 512
  /// Up to this many keys a matrix product costs more than it saves.
  private static let shortKeys = 32

  private var rowStride: Int { heads * width }

  func run(
    _ query: UnsafePointer<Float>, _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>,
    into to: UnsafeMutablePointer<Float>
  ) {
    if keys <= Self.shortKeys, segments.allSatisfy({ $0.bias == 0 }) {
      return runShort(query, key, value, into: to)
    }
    let tiles = (queries + Self.queryTile - 1) / Self.queryTile
    let scratchCount = Self.queryTile * (Self.keyTile + width + 2)
    ComputeBudget.forEachTile(samples * heads * tiles, scratchCount: scratchCount) { tile, scratch in
      let first = tile % tiles * Self.queryTile
      let head = tile / tiles % heads
      let sample = tile / (tiles * heads)
      let start = (sample * queries + first) * rowStride + head * width
      let keyStart = sample * keys * rowStride + head * width
      let count = min(Self.queryTile, queries - first)
      runTile(count, query + start, key + keyStart, value + keyStart, scratch, into: to + start)
    }
  }

  private func runShort(
    _ query: UnsafePointer<Float>, _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>,
    into to: UnsafeMutablePointer<Float>
  ) {
    let pairs = samples * heads
    let grain = 16
    ComputeBudget.forEachTile((pairs + grain - 1) / grain, scratchCount: Self.shortKeys) { tile, logits in
      for pair in tile * grain..<min((tile + 1) * grain, pairs) {
        let (sample, head) = (pair / heads, pair % heads)
        let start = sample * queries * rowStride + head * width
        let keyStart = sample * keys * rowStride + head * width
        ct_short_attention(
          to + start, query + start, key + keyStart, value + keyStart, queries, keys, width, rowStride,
          rowStride, scale, logits, CT_VECTOR_AUTO)
      }
    }
  }

  /// One tile of queries against all keys.
  private func runTile(
    _ count: Int, _ query: UnsafePointer<Float>, _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>, into to: UnsafeMutablePointer<Float>
  ) {
    let logits = scratch
    let sums = logits + Self.queryTile * Self.keyTile
    let maxima = sums + Self.queryTile * width
    let totals = maxima + Self.queryTile
    sums.update(repeating: 0, count: count * width)
    maxima.update(repeating: -.infinity, count: count)
    totals.update(repeating: 0, count: count)
    var first = 0
    for segment in segments {
      let end = first + segment.count
      while first < end {
        let size = min(Self.keyTile, end - first)
        MatrixProduct.single(
          rows: count, columns: size, inner: width, MatrixView(start: query, stride: rowStride),
          MatrixView(start: key + first * rowStride, stride: rowStride, isTransposed: true), factor: scale,
          into: logits, stride: size)
        for row in 0..<count {
          let factor = ct_softmax_step(
            logits + row * size, size, segment.bias, maxima + row, totals + row, CT_VECTOR_AUTO)
          if factor != 1 {
            for index in row * width..<(row + 1) * width { sums[index] *= factor }
          }
        }
        MatrixProduct.single(
          rows: count, columns: width, inner: size, MatrixView(start: logits, stride: size),
          MatrixView(start: value + first * rowStride, stride: rowStride), keep: 1, into: sums, stride: width)
        first += size
      }
    }
    for row in 0..<count {
      let inverse = 1 / totals[row]
      for index in 0..<width { to[row * rowStride + index] = sums[row * width + index] * inverse }
    }
  }
}
