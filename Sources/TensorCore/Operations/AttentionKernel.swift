internal import CTensorKernels

/// Attention of panels of queries against tiles of keys, with a running maximum and sum per query (Milakov and
/// Gimelshein, "Online normalizer calculation for softmax", 2018); short sequences go through a direct kernel.
///
/// Logits are computed transposed, keys by queries: their softmax then needs no sum across a vector register, and they
/// are already packed as the right factor of the product with the values.
struct AttentionKernel {
  let samples: Int
  let heads: Int
  let width: Int
  let queries: Int
  let keys: Int
  let scale: Float
  let segments: [KeySegment]

  /// Keys of one tile; a multiple of the chunks and of most panels.
  private static let keyTile = 224
  /// Panels of queries that pass over a tile while it is in the cache.
  private static let panelsPerTask = 4
  /// Up to this many keys a matrix product costs more than it saves.
  private static let shortKeys = 32
  /// Floats of packed keys and values at a time, unless one head needs more.
  private static let packedLimit = 1 << 24

  private var rowStride: Int { heads * width }
  private var keyTiles: Int { (keys + Self.keyTile - 1) / Self.keyTile }
  private var keyLayout: PackedLayout { .rows(Self.keyTile, inner: width) }
  private var valueLayout: PackedLayout { .rows(width, inner: Self.keyTile) }
  private var tileCount: Int { keyLayout.floatCount + valueLayout.floatCount }

  func run(
    _ query: UnsafePointer<Float>, _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>,
    into to: UnsafeMutablePointer<Float>
  ) {
    guard queries > 0, samples > 0, width > 0 else { return }
    if keys <= Self.shortKeys, segments.allSatisfy({ $0.bias == 0 }) {
      return runShort(query, key, value, into: to)
    }
    let hasBias = segments.contains { $0.bias != 0 }
    let biases = hasBias ? segments.flatMap { [Float](repeating: $0.bias, count: $0.count) } : nil
    let pairs = samples * heads
    let step = min(max(Self.packedLimit / (keyTiles * tileCount), 1), pairs)
    let packed = TensorStorage(uninitializedByteCount: step * keyTiles * tileCount * 4)
    for first in stride(from: 0, to: pairs, by: step) {
      let range = first..<min(first + step, pairs)
      packTiles(range, key, value, into: packed.floats)
      runPairs(range, query, packed.floats, biases, into: to)
    }
    withExtendedLifetime(packed) {}
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

  /// Packs the keys of every tile as rows, and its values as rows of their transpose.
  private func packTiles(
    _ pairs: Range<Int>, _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>,
    into packed: UnsafeMutablePointer<Float>
  ) {
    ComputeBudget.forEachTile(pairs.count * keyTiles) { tile in
      let pair = pairs.lowerBound + tile / keyTiles
      let first = tile % keyTiles * Self.keyTile
      let count = min(Self.keyTile, keys - first)
      let start = (pair / heads * keys + first) * rowStride + pair % heads * width
      let target = packed + tile * tileCount
      let keyRows = keyLayout
      for index in 0..<keyRows.blocks {
        let range = keyRows.range(ofBlock: index)
        for panel in 0..<keyRows.panels {
          let row = panel * keyRows.panel
          ct_pack_rows(
            target + keyRows.offset(panel: panel, block: range),
            key + start + min(row, count - 1) * rowStride,
            min(max(count - row, 0), keyRows.panel), keyRows.panel, rowStride, 1, 0, width, 1,
            range.lowerBound, range.count, CT_VECTOR_AUTO)
        }
      }
      // Keys beyond the last have zero weight, and zero values so that nothing else is multiplied with it.
      let valueRows = valueLayout
      for index in 0..<valueRows.blocks {
        let range = valueRows.range(ofBlock: index)
        for panel in 0..<valueRows.panels {
          let row = panel * valueRows.panel
          ct_pack_rows(
            target + keyRows.floatCount + valueRows.offset(panel: panel, block: range), value + start + row,
            min(valueRows.panel, width - row), valueRows.panel, 1, 1, 0, count, rowStride, range.lowerBound,
            range.count, CT_VECTOR_AUTO)
        }
      }
    }
  }

  private func runPairs(
    _ pairs: Range<Int>, _ query: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ biases: [Float]?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let panel = ct_panel_columns(CT_VECTOR_AUTO)
    let taskQueries = panel * Self.panelsPerTask
    let tasks = (queries + taskQueries - 1) / taskQueries
    let queryLayout = PackedLayout.columns(taskQueries, inner: width)
    let scratchCount = queryLayout.floatCount + panel * (Self.keyTile + Self.panelsPerTask * (width + 2))
    ComputeBudget.forEachTile(pairs.count * tasks, scratchCount: scratchCount) { task, scratch in
      let pair = pairs.lowerBound + task / tasks
      let first = task % tasks * taskQueries
      let start = (pair / heads * queries + first) * rowStride + pair % heads * width
      let tiles = packed + task / tasks * keyTiles * tileCount
      biases.withBuffer {
        runTask(
          min(taskQueries, queries - first), query + start, tiles, $0, queryLayout, scratch, into: to + start)
      }
    }
  }

  /// A few panels of queries against all keys of their head.
  private func runTask(
    _ count: Int, _ query: UnsafePointer<Float>, _ tiles: UnsafePointer<Float>,
    _ biases: UnsafePointer<Float>?, _ layout: PackedLayout, _ scratch: UnsafeMutablePointer<Float>,
    into to: UnsafeMutablePointer<Float>
  ) {
    let columns = layout.panel
    let panels = (count + columns - 1) / columns
    let logits = scratch + layout.floatCount
    let results = logits + columns * Self.keyTile
    let maxima = results + Self.panelsPerTask * columns * width
    let sums = maxima + Self.panelsPerTask * columns
    results.update(repeating: 0, count: panels * columns * width)
    maxima.update(repeating: -.infinity, count: panels * columns)
    sums.update(repeating: 0, count: panels * columns)
    for panel in 0..<panels {
      let first = panel * columns
      ct_pack_columns(
        scratch + panel * columns * layout.paddedInner, query + first * rowStride,
        min(columns, count - first), rowStride, width, layout.paddedInner, 1, scale, CT_VECTOR_AUTO)
    }
    for tile in 0..<keyTiles {
      let first = tile * Self.keyTile
      for panel in 0..<panels {
        runPanel(
          tiles + tile * tileCount, min(Self.keyTile, keys - first), biases.map { $0 + first },
          scratch + panel * columns * layout.paddedInner, columns, logits, maxima + panel * columns,
          sums + panel * columns, into: results + panel * columns * width)
      }
    }
    for index in 0..<count {
      let (panel, column) = (index / columns, index % columns)
      let inverse = 1 / sums[index]
      let from = results + panel * columns * width + column
      for row in 0..<width { to[index * rowStride + row] = from[row * columns] * inverse }
    }
  }

  private func runPanel(
    _ tile: UnsafePointer<Float>, _ count: Int, _ biases: UnsafePointer<Float>?,
    _ query: UnsafePointer<Float>, _ columns: Int, _ logits: UnsafeMutablePointer<Float>,
    _ maxima: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    into results: UnsafeMutablePointer<Float>
  ) {
    let keyRows = keyLayout
    for index in 0..<keyRows.blocks {
      let range = keyRows.range(ofBlock: index)
      var result = ct_result(
        to: logits, stride: columns, places: nil, initial: index > 0 ? UnsafePointer(logits) : nil,
        row_bias: nil, column_bias: nil)
      ct_multiply(
        tile + keyRows.offset(panel: 0, block: range), keyRows.panel * range.count,
        query + range.lowerBound * columns, 0, count, keyRows.panel, columns, range.count, &result, 0,
        CT_VECTOR_AUTO)
    }
    let chunk = Int(CT_CHUNK)
    let padded = (count + chunk - 1) / chunk * chunk
    ct_softmax_columns(
      logits, count, padded, columns, biases, maxima, sums, results, width, CT_VECTOR_AUTO)
    let valueRows = valueLayout
    var result = ct_result(
      to: results, stride: columns, places: nil, initial: UnsafePointer(results), row_bias: nil,
      column_bias: nil)
    ct_multiply(
      tile + keyRows.floatCount, valueRows.panel * Self.keyTile, logits, 0, width, valueRows.panel, columns,
      padded, &result, 0, CT_VECTOR_AUTO)
  }
}

extension [Float]? {
  /// Calls `body` with the elements, or with nil.
  fileprivate func withBuffer(_ body: (UnsafePointer<Float>?) -> Void) {
    guard let self else { return body(nil) }
    self.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
