internal import CTensorKernels

/// One of Winograd's minimal filtering algorithms for some geometry: tiles of the input become points, every point is a
/// matrix product of tiles and channels, and points become tiles of the result.
protocol TileTransform {
  /// Independent products.
  var points: Int { get }
  /// Frames of the kernel, whose products are summed before the transform back.
  var taps: Int { get }
  /// Tiles of one sample.
  var tiles: Int { get }
  /// The arrangement of transformed kernels.
  var form: PackedForm { get }

  /// Parts of a sample that read about `limit` elements of each channel at most; nil when it cannot be cut.
  func bands(limit: Int) -> [TileBand]?

  /// Transforms one chunk of interleaved channels for one frame of the kernel. The tiles become rows of a left factor,
  /// whose panels of this chunk begin at `to`, `panelStep` apart.
  func transformInputs(
    _ tiles: Range<Int>, tap: Int, _ from: UnsafePointer<Float>, sampleStep: Int, panelRows: Int,
    panelStep: Int,
    pointStep: Int, into to: UnsafeMutablePointer<Float>)

  /// Transforms the products of tiles back, for one chunk of output channels.
  func transformOutputs(
    _ tiles: Range<Int>, chunk: Int, _ from: UnsafePointer<Float>, tileStep: Int,
    bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>)

  /// Transforms kernels of some outputs and channels, `rowStep` floats apart, for one frame.
  func transformKernels(
    _ from: UnsafePointer<Float>, outputs: Range<Int>, channels: Range<Int>, tap: Int, rowStep: Int,
    pointStep: Int,
    into to: UnsafeMutablePointer<Float>)
}

/// A part of a sample that is computed at a time.
struct TileBand {
  let transform: any TileTransform
  /// Elements of each channel that are read.
  let runs: [Range<Int>]
  /// Elements from where the transform counts to the first that is read.
  var sourceShift = 0
  /// Elements from the start of the result's channel to where the transform counts from.
  var targetShift = 0
  let tiles: Range<Int>
}

/// The tiles of a convolution, where one of the algorithms is faster than plain products.
func tileTransform(_ geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int) -> (
  any TileTransform
)? {
  if let square = SquareTiles(geometry, samples: samples, inputs: inputs, outputs: outputs) { return square }
  return LineTiles(geometry, samples: samples, inputs: inputs, outputs: outputs)
}
