internal import CTensorKernels

/// F(6, 3), F(4, 5) or F(2, 7) along one axis (`CTensorLines.h`): 40 to 57 % of the multiplications. Its largest error
/// is 1e-5 to 1.5e-5 of the result's root mean square at 130 to 200 channels, five to ten times that of plain sums.
struct LineTiles: TileTransform {
  private let axis: WindowAxis
  private let inputs: Int
  private let outputs: Int
  /// Elements before and after the axis in a channel; `inner` of one band.
  private var outer: Int
  private var inner: Int
  /// The same of the whole channel.
  private let wholeOuter: Int
  private let wholeInner: Int

  private static let fewestTiles = 32
  /// With fewer channels the transforms cost more than they save.
  private static let fewestChannels = 32

  /// Nil where plain products are faster.
  init?(_ geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int) {
    let axes = [geometry.frames, geometry.rows, geometry.columns]
    guard let place = axes.indices.first(where: { axes[$0].kernel > 1 }) else { return nil }
    axis = axes[place]
    self.inputs = inputs
    self.outputs = outputs
    outer = axes[..<place].reduce(1) { $0 * $1.input }
    inner = axes[(place + 1)...].reduce(1) { $0 * $1.input }
    wholeOuter = outer
    wholeInner = inner
    let others = axes.indices.filter { $0 != place }.map { axes[$0] }
    guard others.allSatisfy({ $0.kernel == 1 && $0.input == $0.output && $0.stride == 1 && $0.before == 0 }),
      [3, 5, 7].contains(axis.kernel), axis.stride == 1, axis.dilation == 1, axis.output > 0,
      min(inputs, outputs) >= Self.fewestChannels, outer * inner > 0
    else { return nil }
    // Three quarters of the multiplications are too many: empty parts of tiles.
    guard samples * tiles >= Self.fewestTiles, points * tilesAlong * 4 <= axis.output * axis.kernel * 3 else {
      return nil
    }
  }

  private var side: Int { 9 - axis.kernel }
  private var tilesAlong: Int { (axis.output + side - 1) / side }

  private var line: ct_line {
    ct_line(
      outer: outer, length: axis.input, inner: inner, output_step: wholeInner,
      channel_step: wholeOuter * axis.output * wholeInner, before: axis.before, kernel: axis.kernel,
      output_length: axis.output, tiles: tilesAlong, outputs: outputs)
  }

  var points: Int { Int(CT_LINE_POINTS) }
  var taps: Int { 1 }
  var tiles: Int { outer * tilesAlong * inner }
  var form: PackedForm { .tiles }

  /// Bands before the axis, or after it where nothing lies before it.
  func bands(limit: Int) -> [TileBand]? {
    if outer > 1 {
      let step = axis.input * inner
      let most = max(limit / step, 1)
      return stride(from: 0, to: outer, by: most).map { first in
        var part = self
        part.outer = min(most, outer - first)
        return TileBand(
          transform: part, runs: [first * step..<(first + part.outer) * step],
          targetShift: first * axis.output * inner, tiles: 0..<part.tiles)
      }
    }
    let most = max(limit / axis.input / 16 * 16, 16)
    return stride(from: 0, to: inner, by: most).map { first in
      var part = self
      part.inner = min(most, inner - first)
      let runs = (0..<axis.input).map { $0 * inner + first..<$0 * inner + first + part.inner }
      return TileBand(transform: part, runs: runs, targetShift: first, tiles: 0..<part.tiles)
    }
  }

  func transformInputs(
    _ tiles: Range<Int>, tap: Int, _ from: UnsafePointer<Float>, sampleStep: Int, panelRows: Int,
    panelStep: Int,
    pointStep: Int, into to: UnsafeMutablePointer<Float>
  ) {
    var line = line
    ct_line_inputs(
      to, from, &line, sampleStep, tiles.lowerBound, tiles.count, panelRows, panelStep, pointStep,
      CT_VECTOR_AUTO)
  }

  func transformOutputs(
    _ tiles: Range<Int>, chunk: Int, _ from: UnsafePointer<Float>, tileStep: Int,
    bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    var line = line
    ct_line_outputs(
      to, from, bias, &line, chunk, tiles.lowerBound, tiles.count, tileStep, tiles.count * tileStep,
      CT_VECTOR_AUTO)
  }

  func transformKernels(
    _ from: UnsafePointer<Float>, outputs: Range<Int>, channels: Range<Int>, tap: Int, rowStep: Int,
    pointStep: Int,
    into to: UnsafeMutablePointer<Float>
  ) {
    ct_line_kernels(
      to, from, axis.kernel, inputs, outputs.lowerBound, outputs.count, channels.lowerBound, channels.count,
      rowStep,
      pointStep)
  }
}
