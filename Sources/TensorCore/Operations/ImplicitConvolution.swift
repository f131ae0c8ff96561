internal import CTensorKernels

/// Convolution as matrix products over tiles of output positions: the patches of one tile are packed straight from the
/// image into the panels of the right factor, a few hundred inner elements at a time.
///
/// Positions run over all samples, so that the small images of deep layers share one pass over the weights. Sums run in
/// the order of the kernel's elements whatever the tiles are, so tiles may depend on the number of threads.
struct ImplicitConvolution {
  let geometry: WindowGeometry
  let samples: Int
  let inputs: Int
  let outputs: Int
  let groups: Int

  private static let tileWidth = 512

  private var area: Int { geometry.outputArea }
  private var groupInputs: Int { inputs / groups }
  private var groupOutputs: Int { outputs / groups }

  func run(
    _ from: UnsafePointer<Float>, _ weight: PreparedWeight, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let positions = samples * area
    guard positions > 0, outputs > 0 else { return }
    let rows = PackedLayout.rows(groupOutputs, inner: groupInputs * geometry.taps)
    weight.withForm(.rows(groups: groups), count: groups * rows.floatCount) { values, packed in
      pack(values, rows, into: packed)
    } _: { packed in
      multiply(from, packed, rows, bias, positions, into: to)
    }
  }

  private func pack(
    _ values: UnsafePointer<Float>, _ rows: PackedLayout, into packed: UnsafeMutablePointer<Float>
  ) {
    for group in 0..<groups {
      PackedProduct.forEachPanel(rows) { panels in
        PackedProduct.packRows(
          rows, panels: panels, values + group * groupOutputs * rows.inner, rowStep: rows.inner,
          outerCount: geometry.taps, outerStep: 1, innerStep: geometry.taps,
          into: packed + group * rows.floatCount)
      }
    }
  }

  private func multiply(
    _ from: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ rows: PackedLayout,
    _ bias: UnsafePointer<Float>?, _ positions: Int, into to: UnsafeMutablePointer<Float>
  ) {
    let width = min(Self.tileWidth, positions)
    let across = (positions + width - 1) / width
    // Every split of the rows packs the patches again: only as many as threads need.
    let threads = ComputeBudget.threadCount
    let splits = threads == 1 ? 1 : min(rows.panels, (4 * threads - 1) / (across * groups) + 1)
    let height = (rows.panels + splits - 1) / splits
    let down = (rows.panels + height - 1) / height
    let columns = PackedLayout.columns(width, inner: rows.inner)
    let scratchCount = columns.panels * columns.panel * rows.block
    ComputeBudget.forEachTile(groups * across * down, scratchCount: scratchCount) { tile, scratch in
      let group = tile / (across * down)
      let first = tile % across * width
      let panel = tile / across % down * height
      multiplyTile(
        first..<min(first + width, positions), group, panel..<min(panel + height, rows.panels), from,
        packed + group * rows.floatCount, rows, bias, scratch, into: to)
    }
  }

  private func multiplyTile(
    _ positions: Range<Int>, _ group: Int, _ panels: Range<Int>, _ from: UnsafePointer<Float>,
    _ packed: UnsafePointer<Float>, _ rows: PackedLayout, _ bias: UnsafePointer<Float>?,
    _ scratch: UnsafeMutablePointer<Float>, into to: UnsafeMutablePointer<Float>
  ) {
    let count = positions.count
    let firstRow = panels.lowerBound * rows.panel
    let rowCount = min(panels.upperBound * rows.panel, groupOutputs) - firstRow
    let firstOutput = group * groupOutputs + firstRow
    let target = to + firstOutput * area
    let columnPanel = ct_panel_columns(CT_VECTOR_AUTO)
    var window = geometry.window(inputs: inputs, groupInputs: groupInputs)
    let images = from + group * groupInputs * geometry.inputArea
    withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { places in
      for (index, position) in positions.enumerated() {
        places[index] = position / area * outputs * area + position % area
      }
      for index in 0..<rows.blocks {
        let range = rows.range(ofBlock: index)
        ct_pack_patches(
          scratch, images, &window, positions.lowerBound, count, range.lowerBound, range.count,
          CT_VECTOR_AUTO)
        var result = ct_result(
          to: target, stride: area, places: UnsafePointer(places.baseAddress),
          initial: index > 0 ? UnsafePointer(target) : nil,
          row_bias: index == 0 ? bias.map { $0 + firstOutput } : nil, column_bias: nil)
        ct_multiply(
          packed + rows.offset(panel: panels.lowerBound, block: range), rows.panel * range.count, scratch,
          columnPanel * range.count, rowCount, rows.panel, count, range.count, &result, 1, CT_VECTOR_AUTO)
      }
    }
  }
}

extension WindowGeometry {
  /// The same window for the C kernels, over contiguous clips `[N, inputs, T, H, W]`.
  func window(inputs: Int, groupInputs: Int) -> ct_window {
    ct_window(
      frames: frames.axis, rows: rows.axis, columns: columns.axis, channels: groupInputs,
      sample_step: inputs * inputArea, channel_step: inputArea, frame_step: rows.input * columns.input)
  }
}

extension WindowAxis {
  /// The same axis for the C kernels.
  var axis: ct_axis {
    ct_axis(
      input: input, output: output, kernel: kernel, stride: stride, before: before, dilation: dilation)
  }
}
