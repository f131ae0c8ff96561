internal import CTensorKernels

/// Convolution with 3x3 kernels at stride 1 by transformed tiles (`CTensorWinograd.h`), with a quarter of the
/// multiplications. Its largest error is about 1e-5 of the result's root mean square at 1280 channels, four times that
/// of plain sums.
struct TiledConvolution {
  let geometry: WindowGeometry
  let samples: Int
  let inputs: Int
  let outputs: Int

  private static let points = Int(CT_TILE_POINTS)
  private static let side = Int(CT_TILE)
  private static let chunk = Int(CT_CHUNK)
  /// Fewer tiles than this do not pay for reading the transformed kernels, four times the plain ones.
  private static let fewestTiles = 32
  /// Floats of reordered input at a time, unless one sample needs more.
  private static let reorderedLimit = 1 << 24
  /// Floats of one reordered sample above which it is computed in bands of this size.
  private static let bandLimit = 1 << 21

  /// Nil where plain products are faster: other kernels, strides or dilations, few channels, few or mostly empty tiles.
  init?(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int, groups: Int) {
    self.geometry = geometry
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
    let axes = [geometry.rows, geometry.columns]
    guard groups == 1, inputs >= Self.chunk, outputs >= Self.chunk, geometry.frames.input == 1,
      geometry.frames.output == 1, geometry.frames.kernel == 1,
      axes.allSatisfy({ $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 })
    else { return nil }
    let tiles = samples * imageTiles
    guard tiles >= Self.fewestTiles, 20 * tiles <= 3 * samples * geometry.outputArea else { return nil }
  }

  private var tileRows: Int { (geometry.rows.output + Self.side - 1) / Self.side }
  private var tileColumns: Int { (geometry.columns.output + Self.side - 1) / Self.side }
  private var imageTiles: Int { tileRows * tileColumns }
  private var chunks: Int { (inputs + Self.chunk - 1) / Self.chunk }
  private var kernelLayout: PackedLayout { .columns(outputs, inner: chunks * Self.chunk) }
  private var paddedOutputs: Int { kernelLayout.panels * kernelLayout.panel }
  /// Tiles that are transformed and multiplied together: with few channels so many that all stays in the cache, with
  /// many so many that kernels are read seldom.
  private var blockTiles: Int { inputs + outputs >= 512 ? 224 : 56 }

  private var image: ct_tiled_image {
    ct_tiled_image(
      channels: inputs, height: geometry.rows.input, width: geometry.columns.input,
      rows_before: geometry.rows.before, columns_before: geometry.columns.before,
      output_height: geometry.rows.output, output_width: geometry.columns.output, tile_rows: tileRows,
      tile_columns: tileColumns)
  }

  func run(
    _ from: UnsafePointer<Float>, _ weight: PreparedWeight, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    weight.withForm(.winograd, count: Self.points * kernelLayout.floatCount) { values, transformed in
      transform(values, into: transformed)
    } _: { kernels in
      if chunks * Self.chunk * geometry.inputArea > Self.bandLimit {
        for sample in 0..<samples { runBands(sample, from, kernels, bias, into: to) }
      } else {
        runWhole(from, kernels, bias, into: to)
      }
    }
  }

  /// Reorders and computes as many whole samples at a time as fit.
  private func runWhole(
    _ from: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let area = geometry.inputArea
    let perSample = chunks * Self.chunk * area
    let step = min(max(Self.reorderedLimit / max(perSample, 1), 1), samples)
    let reordered = TensorStorage(uninitializedByteCount: step * perSample * 4)
    let floats = reordered.floats
    for first in stride(from: 0, to: samples, by: step) {
      let count = min(step, samples - first)
      ComputeBudget.forEachTile(count * chunks) { tile in
        ct_interleave_chunk(
          floats + tile * area * Self.chunk, from + (first + tile / chunks) * inputs * area, inputs, area,
          area,
          tile % chunks, CT_VECTOR_AUTO)
      }
      let source = ReorderedInput(start: floats, chunkStep: area * Self.chunk)
      runTiles(
        0..<count * imageTiles, source, kernels, bias, into: to + first * outputs * geometry.outputArea)
    }
    withExtendedLifetime(reordered) {}
  }

  /// Reorders and computes a large image in bands of tile rows that stay near the processor.
  private func runBands(
    _ sample: Int, _ from: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    let (rows, width) = (geometry.rows, geometry.columns.input)
    let images = from + sample * inputs * geometry.inputArea
    let rowCount = chunks * Self.chunk * width
    let height = max((Self.bandLimit / rowCount - 2) / Self.side, 1)
    let reordered = TensorStorage(uninitializedByteCount: rowCount * (height * Self.side + 2) * 4)
    let floats = reordered.floats
    for first in stride(from: 0, to: tileRows, by: height) {
      let last = min(first + height, tileRows)
      let lower = min(max(first * Self.side - rows.before, 0), rows.input)
      let upper = max(min(last * Self.side + 2 - rows.before, rows.input), lower)
      let area = (upper - lower) * width
      ComputeBudget.forEachTile(chunks) { chunk in
        ct_interleave_chunk(
          floats + chunk * area * Self.chunk, images + lower * width, inputs, geometry.inputArea, area, chunk,
          CT_VECTOR_AUTO)
      }
      // Row 0 of the image would lie this far before the band; only rows of the band are read.
      let source = ReorderedInput(
        start: floats - lower * width * Self.chunk, chunkStep: area * Self.chunk)
      runTiles(
        first * tileColumns..<last * tileColumns, source, kernels, bias,
        into: to + sample * outputs * geometry.outputArea)
    }
    withExtendedLifetime(reordered) {}
  }

  private func transform(_ values: UnsafePointer<Float>, into to: UnsafeMutablePointer<Float>) {
    let layout = kernelLayout
    let pointStep = layout.floatCount
    if inputs % Self.chunk != 0 { to.update(repeating: 0, count: Self.points * pointStep) }
    ComputeBudget.forEachTile(layout.panels) { panel in
      let output = panel * layout.panel
      for index in 0..<layout.blocks {
        let range = layout.range(ofBlock: index)
        ct_tile_kernels(
          to + layout.offset(panel: panel, block: range), values, inputs, output,
          min(layout.panel, outputs - output), range.lowerBound,
          min(range.upperBound, inputs) - range.lowerBound,
          layout.panel, pointStep, CT_VECTOR_AUTO)
      }
    }
  }

  private func runTiles(
    _ range: Range<Int>, _ source: ReorderedInput, _ kernels: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    let tiles = range.count
    let blocks = (tiles + blockTiles - 1) / blockTiles
    let size = (tiles + blocks - 1) / blocks
    let inputCount = Self.points * PackedLayout.rows(size, inner: chunks * Self.chunk).floatCount
    let scratchCount = inputCount + Self.points * size * paddedOutputs
    let run = { (block: Int, isAlone: Bool, scratch: UnsafeMutablePointer<Float>) in
      let first = range.lowerBound + block * size
      runBlock(
        first..<max(min(first + size, range.upperBound), first), source, kernels, bias, scratch,
        scratch + inputCount, isAlone: isAlone, into: to)
    }
    // Many blocks: a thread each. Few: all threads share every block.
    if blocks >= 4 * ComputeBudget.threadCount || ComputeBudget.threadCount == 1 {
      ComputeBudget.forEachTile(blocks, scratchCount: scratchCount) { run($0, false, $1) }
    } else {
      let scratch = TensorStorage(uninitializedByteCount: scratchCount * 4)
      for block in 0..<blocks { run(block, true, scratch.floats) }
      withExtendedLifetime(scratch) {}
    }
  }

  /// Transforms, products and transforms back of some tiles. `isAlone` tells that no other block is being computed.
  private func runBlock(
    _ tiles: Range<Int>, _ source: ReorderedInput, _ kernels: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ transformed: UnsafeMutablePointer<Float>,
    _ products: UnsafeMutablePointer<Float>, isAlone: Bool, into to: UnsafeMutablePointer<Float>
  ) {
    guard !tiles.isEmpty else { return }
    let shape = image
    let rows = PackedLayout.rows(tiles.count, inner: chunks * Self.chunk)
    let outputWidth = paddedOutputs
    each(chunks, isAlone) { chunk in
      let range = rows.range(ofBlock: chunk * Self.chunk / rows.block)
      let target = rows.offset(panel: 0, block: range) + (chunk * Self.chunk - range.lowerBound) * rows.panel
      withUnsafePointer(to: shape) { image in
        ct_tile_inputs(
          transformed + target, source.start + chunk * source.chunkStep, image, chunks * source.chunkStep,
          tiles.lowerBound, tiles.count, rows.panel, rows.panel * range.count, rows.floatCount, CT_VECTOR_AUTO
        )
      }
    }
    let columns = kernelLayout
    each(Self.points, isAlone) { point in
      PackedProduct.multiply(
        rows, transformed + point * rows.floatCount, rowPanels: 0..<rows.panels, columns,
        kernels + point * columns.floatCount, columnPanels: 0..<columns.panels,
        into: products + point * tiles.count * outputWidth, stride: outputWidth)
    }
    each((outputs + Self.chunk - 1) / Self.chunk, isAlone) { chunk in
      withUnsafePointer(to: shape) { image in
        ct_tile_outputs(
          to, products, bias, image, outputs, chunk, tiles.lowerBound, tiles.count, outputWidth,
          tiles.count * outputWidth, CT_VECTOR_AUTO)
      }
    }
  }

  private func each(_ count: Int, _ isAlone: Bool, _ body: (Int) -> Void) {
    if isAlone { return ComputeBudget.forEachTile(count, body) }
    for index in 0..<count { body(index) }
  }
}

/// Input whose channels were interleaved by sixteen.
private struct ReorderedInput {
  /// Where the first row of the first sample lies or would lie.
  let start: UnsafePointer<Float>
  /// Floats between chunks of channels; samples follow their last chunk.
  let chunkStep: Int
}
