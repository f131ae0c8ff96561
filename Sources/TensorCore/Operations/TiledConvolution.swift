internal import CTensorKernels

/// Convolution by transformed tiles: reorders channels by sixteen, transforms tiles, multiplies every point's tiles
/// with its transformed kernels, and transforms back.
struct TiledConvolution {
  let transform: any TileTransform
  let samples: Int
  let inputs: Int
  let outputs: Int
  /// Elements of one channel of the input and of the result.
  let inputArea: Int
  let outputArea: Int

  private static let chunk = Int(CT_CHUNK)
  /// Floats of reordered input at a time, unless one sample needs more.
  private static let reorderedLimit = 1 << 24
  /// Floats of one reordered sample above which it is computed in bands of this size.
  private static let bandLimit = 1 << 21

  /// Nil where plain products are faster.
  init?(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int, groups: Int) {
    guard groups == 1, 4 * inputs >= 3 * Self.chunk, outputs >= Self.chunk,
      let transform = tileTransform(geometry, samples: samples, inputs: inputs, outputs: outputs)
    else { return nil }
    self.transform = transform
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
    inputArea = geometry.inputArea
    outputArea = geometry.outputArea
  }

  private var chunks: Int { (inputs + Self.chunk - 1) / Self.chunk }
  /// Elements that are summed at each point: channels, for every frame of the kernel.
  private var inner: Int { transform.taps * chunks * Self.chunk }
  private var kernelLayout: PackedLayout { .columns(outputs, inner: inner) }
  private var paddedOutputs: Int { kernelLayout.panels * kernelLayout.panel }
  /// Tiles that are transformed and multiplied together: with few channels so many that all stays in the cache, with
  /// many so many that kernels are read seldom.
  private var blockTiles: Int {
    transform.points * (inner + outputs) >= Int(CT_TILE_POINTS) * 512 ? 224 : 56
  }

  func run(
    _ from: UnsafePointer<Float>, _ weight: PreparedWeight, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    weight.withForm(transform.form, count: kernelCount) { values, transformed in
      transformKernels(values, into: transformed)
    } _: { kernels in
      multiply(from, kernels, bias, into: to)
    }
  }

  /// Floats of the transformed kernels.
  var kernelCount: Int { transform.points * kernelLayout.floatCount }

  /// The convolution with transformed kernels.
  func multiply(
    _ from: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let perSample = chunks * Self.chunk * inputArea
    if perSample > Self.bandLimit,
      let bands = transform.bands(limit: Self.bandLimit / (chunks * Self.chunk))
    {
      for sample in 0..<samples {
        for band in bands { run(band, sample..<sample + 1, from, kernels, bias, into: to) }
      }
    } else {
      let step = min(max(Self.reorderedLimit / max(perSample, 1), 1), samples)
      for first in stride(from: 0, to: samples, by: step) {
        let range = first..<min(first + step, samples)
        let whole = TileBand(
          transform: transform, runs: [0..<inputArea], tiles: 0..<range.count * transform.tiles)
        run(whole, range, from, kernels, bias, into: to)
      }
    }
  }

  /// Reorders and computes a band of some samples.
  private func run(
    _ band: TileBand, _ range: Range<Int>, _ from: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    let area = band.runs.reduce(0) { $0 + $1.count }
    let reordered = TensorStorage(uninitializedByteCount: range.count * chunks * Self.chunk * area * 4)
    let floats = reordered.floats
    ComputeBudget.forEachTile(range.count * chunks) { tile in
      let source = from + (range.lowerBound + tile / chunks) * inputs * inputArea
      var target = floats + tile * area * Self.chunk
      for run in band.runs {
        ct_interleave_chunk(
          target, source + run.lowerBound, inputs, inputArea, run.count, tile % chunks, CT_VECTOR_AUTO)
        target += run.count * Self.chunk
      }
    }
    // Elements before the first of the band are never read.
    let source = ReorderedInput(
      start: floats - band.sourceShift * Self.chunk, chunkStep: area * Self.chunk)
    runTiles(
      band, source, kernels, bias, into: to + range.lowerBound * outputs * outputArea + band.targetShift)
    withExtendedLifetime(reordered) {}
  }

  /// Transforms kernels `[outputs, inputs, frames, rows, columns]` into `kernelCount` floats.
  func transformKernels(
    _ values: UnsafePointer<Float>, into to: UnsafeMutablePointer<Float>
  ) {
    let layout = kernelLayout
    let pointStep = layout.floatCount
    if inputs % Self.chunk != 0 { to.update(repeating: 0, count: transform.points * pointStep) }
    ComputeBudget.forEachTile(layout.panels) { panel in
      let output = panel * layout.panel
      for chunk in 0..<transform.taps * chunks {
        let range = layout.range(ofBlock: chunk * Self.chunk / layout.block)
        let channel = chunk % chunks * Self.chunk
        transform.transformKernels(
          values, outputs: output..<min(output + layout.panel, outputs),
          channels: channel..<min(channel + Self.chunk, inputs), tap: chunk / chunks, rowStep: layout.panel,
          pointStep: pointStep,
          into: to + layout.offset(panel: panel, block: range)
            + (chunk * Self.chunk - range.lowerBound) * layout.panel)
      }
    }
  }

  private func runTiles(
    _ band: TileBand, _ source: ReorderedInput, _ kernels: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    let range = band.tiles
    guard !range.isEmpty else { return }
    let blocks = (range.count + blockTiles - 1) / blockTiles
    let size = (range.count + blocks - 1) / blocks
    let inputCount = transform.points * PackedLayout.rows(size, inner: inner).floatCount
    let scratchCount = inputCount + transform.points * size * paddedOutputs
    let run = { (block: Int, isAlone: Bool, scratch: UnsafeMutablePointer<Float>) in
      let first = range.lowerBound + block * size
      runBlock(
        first..<max(min(first + size, range.upperBound), first), band.transform, source, kernels, bias,
        scratch,
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
    _ tiles: Range<Int>, _ transform: any TileTransform, _ source: ReorderedInput,
    _ kernels: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    _ transformed: UnsafeMutablePointer<Float>,
    _ products: UnsafeMutablePointer<Float>, isAlone: Bool, into to: UnsafeMutablePointer<Float>
  ) {
    guard !tiles.isEmpty else { return }
    let rows = PackedLayout.rows(tiles.count, inner: inner)
    let outputWidth = paddedOutputs
    each(transform.taps * chunks, isAlone) { chunk in
      let range = rows.range(ofBlock: chunk * Self.chunk / rows.block)
      let target = rows.offset(panel: 0, block: range) + (chunk * Self.chunk - range.lowerBound) * rows.panel
      transform.transformInputs(
        tiles, tap: chunk / chunks, source.start + chunk % chunks * source.chunkStep,
        sampleStep: chunks * source.chunkStep, panelRows: rows.panel, panelStep: rows.panel * range.count,
        pointStep: rows.floatCount, into: transformed + target)
    }
    let columns = kernelLayout
    each(transform.points, isAlone) { point in
      PackedProduct.multiply(
        rows, transformed + point * rows.floatCount, rowPanels: 0..<rows.panels, columns,
        kernels + point * columns.floatCount, columnPanels: 0..<columns.panels,
        into: products + point * tiles.count * outputWidth, stride: outputWidth)
    }
    each((outputs + Self.chunk - 1) / Self.chunk, isAlone) { chunk in
      transform.transformOutputs(
        tiles, chunk: chunk, products, tileStep: outputWidth, bias: bias, into: to)
    }
  }

  private func each(_ count: Int, _ isAlone: Bool, _ body: (Int) -> Void) {
    if isAlone { return ComputeBudget.forEachTile(count, body) }
    for index in 0..<count { body(index) }
  }
}

/// Input whose channels were interleaved by sixteen.
private struct ReorderedInput {
  /// Where the first element of the first sample lies or would lie.
  let start: UnsafePointer<Float>
  /// Floats between chunks of channels; samples follow their last chunk.
  let chunkStep: Int
}
