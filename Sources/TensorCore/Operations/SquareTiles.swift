internal import CTensorKernels

/// F(5x5, 2x2), F(4x4, 3x3) or F(3x3, 4x4) in rows and columns, with frames of the kernel summed (`CTensorWinograd.h`):
/// a quarter to a third of the multiplications. The largest error is about 1e-5 of the result's root mean square at 1280
/// channels, four times that of plain sums.
struct SquareTiles: TileTransform {
  private let geometry: WindowGeometry
  private let inputs: Int
  private let outputs: Int

  /// Fewer tiles than this do not pay for reading the transformed kernels, four times the plain ones.
  private static let fewestTiles = 32

  /// Nil where plain products are faster: other kernels, strides or dilations, few channels, few or mostly empty tiles.
  init?(_ geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int) {
    self.geometry = geometry
    self.inputs = inputs
    self.outputs = outputs
    let axes = [geometry.rows, geometry.columns]
    guard (2...4).contains(geometry.rows.kernel), geometry.rows.kernel == geometry.columns.kernel,
      axes.allSatisfy({ $0.stride == 1 && $0.dilation == 1 }), geometry.outputArea > 0
    else { return nil }
    // Multiplications of the products run at half the rate of plain ones, transforms included.
    guard samples * tiles >= Self.fewestTiles,
      17 * points * tiles <= 10 * geometry.outputArea * geometry.rows.kernel * geometry.columns.kernel
    else { return nil }
  }

  /// Rows and columns of a tile of the result.
  private var side: Int { Int(CT_TILE_INPUTS) + 1 - geometry.rows.kernel }
  private var tileRows: Int { (geometry.rows.output + side - 1) / side }
  private var tileColumns: Int { (geometry.columns.output + side - 1) / side }

  private var image: ct_tiled_image {
    ct_tiled_image(
      frames: geometry.frames.axis, height: geometry.rows.input, width: geometry.columns.input, side: side,
      rows_before: geometry.rows.before, columns_before: geometry.columns.before,
      output_height: geometry.rows.output, output_width: geometry.columns.output, tile_rows: tileRows,
      tile_columns: tileColumns)
  }

  var points: Int { Int(CT_TILE_POINTS) }
  var taps: Int { geometry.frames.kernel }
  var tiles: Int { geometry.frames.output * tileRows * tileColumns }
  var form: PackedForm { .tiles }

  /// Bands of tile rows of a single frame.
  func bands(limit: Int) -> [TileBand]? {
    guard geometry.frames.input == 1, geometry.frames.output == 1 else { return nil }
    let (rows, width) = (geometry.rows, geometry.columns.input)
    let height = max((limit / width - rows.kernel + 1) / side, 1)
    return stride(from: 0, to: tileRows, by: height).map { first in
      let last = min(first + height, tileRows)
      let lower = min(max(first * side - rows.before, 0), rows.input)
      let upper = max(min(last * side + rows.kernel - 1 - rows.before, rows.input), lower)
      return TileBand(
        transform: self, runs: [lower * width..<upper * width], sourceShift: lower * width,
        tiles: first * tileColumns..<last * tileColumns)
    }
  }

  func transformInputs(
    _ tiles: Range<Int>, tap: Int, _ from: UnsafePointer<Float>, sampleStep: Int, panelRows: Int,
    panelStep: Int,
    pointStep: Int, into to: UnsafeMutablePointer<Float>
  ) {
    var image = image
    ct_tile_inputs(
      to, from, &image, tap, sampleStep, tiles.lowerBound, tiles.count, panelRows, panelStep, pointStep,
      CT_VECTOR_AUTO)
  }

  func transformOutputs(
    _ tiles: Range<Int>, chunk: Int, _ from: UnsafePointer<Float>, tileStep: Int,
    bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    var image = image
    ct_tile_outputs(
      to, from, bias, &image, outputs, chunk, tiles.lowerBound, tiles.count, tileStep, tiles.count * tileStep,
      CT_VECTOR_AUTO)
  }

  func transformKernels(
    _ from: UnsafePointer<Float>, outputs: Range<Int>, channels: Range<Int>, tap: Int, rowStep: Int,
    pointStep: Int,
    into to: UnsafeMutablePointer<Float>
  ) {
    let channelStep = geometry.taps
    let frameStep = geometry.rows.kernel * geometry.columns.kernel
    ct_tile_kernels(
      to, from + (outputs.lowerBound * inputs + channels.lowerBound) * channelStep + tap * frameStep, side,
      inputs * channelStep, channelStep, outputs.count, channels.count, rowStep, pointStep, CT_VECTOR_AUTO)
  }
}
