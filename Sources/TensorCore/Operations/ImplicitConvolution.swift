/// Convolution as matrix products over tiles of output positions: the patches of one tile are laid out as a matrix in
/// scratch memory, never those of a whole image.
///
/// Positions run over all samples, so that the small images of deep layers share one pass over the weights.
struct ImplicitConvolution {
  let geometry: WindowGeometry
  let samples: Int
  let inputs: Int
  let outputs: Int
  let groups: Int

  private var area: Int { geometry.outputArea }
  private var groupInputs: Int { inputs / groups }
  private var groupOutputs: Int { outputs / groups }
  /// Rows of the patch matrix.
  private var depth: Int { groupInputs * geometry.taps }

  /// Output positions of one tile; depends on sizes alone. About 2 MiB of patches, which stay in the cache.
  private var tileWidth: Int {
    let fitting = (1 << 19) / max(depth, 1) / 16 * 16
    return min(max(fitting, 192), 2048)
  }

  /// Output channels of one tile: fewer where there are few positions, so that threads find work.
  private func tileHeight(tilesAcross: Int) -> Int {
    tilesAcross * groups >= 8 ? groupOutputs : max(min(groupOutputs, 128), (groupOutputs + 3) / 4)
  }

  func run(
    _ from: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let positions = samples * area
    guard positions > 0, outputs > 0 else { return }
    let width = min(tileWidth, positions)
    let across = (positions + width - 1) / width
    let height = tileHeight(tilesAcross: across)
    let down = (groupOutputs + height - 1) / height
    let patchCount = depth * width
    ComputeBudget.forEachTile(groups * across * down, scratchCount: patchCount + height * width) {
      tile, scratch in
      let group = tile / (across * down)
      let first = tile % across * width
      let range = first..<min(first + width, positions)
      let channel = tile / across % down * height
      let channels = channel..<min(channel + height, groupOutputs)
      let patches = fillPatches(range, group, from, scratch)
      let firstChannel = group * groupOutputs + channels.lowerBound
      let kernels = MatrixView(start: weights + firstChannel * depth, stride: max(depth, 1))
      let sample = range.lowerBound / area
      if (range.upperBound - 1) / area == sample {
        let start = to + (sample * outputs + firstChannel) * area + range.lowerBound % area
        multiply(kernels, patches, channels.count, range.count, bias.map { $0 + firstChannel }, start, area)
      } else {
        let result = scratch + patchCount
        multiply(
          kernels, patches, channels.count, range.count, bias.map { $0 + firstChannel }, result, range.count)
        scatter(result, range, firstChannel, channels.count, to)
      }
    }
  }

  private func multiply(
    _ kernels: MatrixView, _ patches: MatrixView, _ rows: Int, _ columns: Int,
    _ bias: UnsafePointer<Float>?, _ to: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    if let bias {
      for row in 0..<rows { (to + row * stride).update(repeating: bias[row], count: columns) }
    }
    MatrixProduct.single(
      rows: rows, columns: columns, inner: depth, kernels, patches, keep: bias == nil ? 0 : 1, into: to,
      stride: stride)
  }

  /// Copies a tile that spans samples to its places.
  private func scatter(
    _ result: UnsafePointer<Float>, _ range: Range<Int>, _ firstChannel: Int, _ channels: Int,
    _ to: UnsafeMutablePointer<Float>
  ) {
    forEachSample(range) { sample, start, offset, count in
      for channel in 0..<channels {
        (to + (sample * outputs + firstChannel + channel) * area + start)
          .update(from: result + channel * range.count + offset, count: count)
      }
    }
  }

  /// Splits positions over all samples into `(sample, first position in it, offset in the range, count)`.
  private func forEachSample(_ range: Range<Int>, _ body: (Int, Int, Int, Int) -> Void) {
    var position = range.lowerBound
    while position < range.upperBound {
      let sample = position / area
      let end = min(range.upperBound, (sample + 1) * area)
      body(sample, position % area, position - range.lowerBound, end - position)
      position = end
    }
  }

  /// The matrix whose column `p` is the patch under output position `p`: in place for pointwise kernels inside one
  /// sample, else laid out in `scratch`.
  private func fillPatches(
    _ range: Range<Int>, _ group: Int, _ from: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) -> MatrixView {
    let firstSample = range.lowerBound / area
    let plane = geometry.inputArea
    if geometry.isPointwise, (range.upperBound - 1) / area == firstSample {
      let start = from + (firstSample * inputs + group * groupInputs) * plane + range.lowerBound % area
      return MatrixView(start: start, stride: plane)
    }
    forEachSample(range) { sample, start, offset, count in
      let images = from + (sample * inputs + group * groupInputs) * plane
      var row = 0
      for channel in 0..<groupInputs {
        for tap in 0..<geometry.taps {
          geometry.copyTap(
            tap, images + channel * plane, start, count, scratch + row * range.count + offset)
          row += 1
        }
      }
    }
    return MatrixView(start: scratch, stride: range.count)
  }
}

extension WindowGeometry {
  /// Writes what kernel element `tap` reads at output positions `start..<start + count`, zero outside.
  func copyTap(
    _ tap: Int, _ image: UnsafePointer<Float>, _ start: Int, _ count: Int, _ to: UnsafeMutablePointer<Float>
  ) {
    let column = tap % columns.kernel * columns.dilation - columns.before
    let row = tap / columns.kernel % rows.kernel * rows.dilation - rows.before
    let frame = tap / (columns.kernel * rows.kernel) * frames.dilation - frames.before
    let width = columns.output
    var position = start
    let end = start + count
    // Output columns whose input column x * stride + column lies inside the image.
    let inside = columns.validOutputs(offset: column)
    while position < end {
      let x = position % width
      let run = min(width - x, end - position)
      let target = to + (position - start)
      let inputRow = position / width % rows.output * rows.stride + row
      let inputFrame = position / (width * rows.output) * frames.stride + frame
      let lower = min(max(inside.lowerBound, x), x + run)
      let upper = max(min(inside.upperBound, x + run), lower)
      if inputRow < 0 || inputRow >= rows.input || inputFrame < 0 || inputFrame >= frames.input {
        target.update(repeating: 0, count: run)
      } else {
        let source = image + (inputFrame * rows.input + inputRow) * columns.input + column
        if lower > x { target.update(repeating: 0, count: lower - x) }
        if columns.stride == 1 {
          if upper > lower { (target + (lower - x)).update(from: source + lower, count: upper - lower) }
        } else {
          for output in lower..<upper { target[output - x] = source[output * columns.stride] }
        }
        if upper < x + run { (target + (upper - x)).update(repeating: 0, count: x + run - upper) }
      }
      position += run
    }
  }
}

extension WindowAxis {
  /// Outputs whose input index `output * stride + offset` lies inside the input.
  func validOutputs(offset: Int) -> Range<Int> {
    let lower = offset >= 0 ? 0 : (-offset + stride - 1) / stride
    let last = input - 1 - offset
    let upper = last < 0 ? 0 : min(last / stride + 1, output)
    return lower..<max(lower, upper)
  }
}
