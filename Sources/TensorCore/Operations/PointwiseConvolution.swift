internal import CTensorKernels

/// Convolution by kernels of one element: a matrix product whose right factor `[inputs, positions]` is read where it
/// lies, without packing.
///
/// Sums run over blocks of channels, whose sums are added in their order; the blocks depend on the number of channels
/// alone.
struct PointwiseConvolution {
  let area: Int
  let samples: Int
  let inputs: Int
  let outputs: Int
  let groups: Int

  /// Positions of one tile; a whole number of panels of every vector unit.
  private static let tileWidth = 256
  /// Channels of one block at most: longer sums round more.
  private static let blockLimit = 512
  /// Below it, several images share one pass over the weights elsewhere.
  private static let smallestArea = 512

  /// Nil for other kernels, and for many small images.
  init?(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int, groups: Int) {
    area = geometry.outputArea
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    guard geometry.isPointwise, area > 0, inputs > 0, outputs > 0, samples == 1 || area >= Self.smallestArea,
      min(inputs, Self.blockLimit) * area < Int(Int32.max)
    else { return nil }
  }

  private var groupInputs: Int { inputs / groups }
  private var groupOutputs: Int { outputs / groups }
  private var columnPanel: Int { ct_panel_columns(CT_VECTOR_AUTO) }
  private var panelRows: Int { ct_panel_rows(groupOutputs, CT_VECTOR_AUTO) }
  private var panels: Int { (groupOutputs + panelRows - 1) / panelRows }
  private var panelStep: Int { groupInputs * panelRows }

  /// Channels of one block.
  private var block: Int {
    let blocks = (groupInputs + Self.blockLimit - 1) / Self.blockLimit
    return (groupInputs + blocks - 1) / blocks
  }

  /// A line of `positions` positions.
  private func window(_ positions: Int) -> ct_window {
    let one = WindowAxis(input: 1, kernel: 1).axis
    return ct_window(
      frames: one, rows: one, columns: WindowAxis(input: positions, kernel: 1).axis, channels: groupInputs,
      sample_step: inputs * area, channel_step: area, frame_step: area)
  }

  func run(
    _ from: UnsafePointer<Float>, _ weight: PreparedWeight, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    guard samples > 0 else { return }
    weight.withForm(.direct(groups: groups), count: groups * panels * panelStep) { values, packed in
      ComputeBudget.forEachTile(groups * panels) { index in
        var window = window(area)
        let (group, first) = (index / panels, index % panels * panelRows)
        ct_pack_kernels(
          packed + index * panelStep, values + group * groupOutputs * groupInputs, &window, groupInputs,
          first, min(panelRows, groupOutputs - first))
      }
    } _: { kernels in
      multiply(from, kernels, bias, into: to)
    }
  }

  private func multiply(
    _ from: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let places = offsets(step: area)
    let endPlaces = offsets(step: columnPanel)
    let across = (area + Self.tileWidth - 1) / Self.tileWidth
    // Panels are shared out, too, where there are fewer tiles than threads want.
    let threads = ComputeBudget.threadCount
    let pictures = samples * groups
    let splits = threads == 1 ? 1 : min(panels, (4 * threads - 1) / (across * pictures) + 1)
    let height = (panels + splits - 1) / splits
    let down = (panels + height - 1) / height
    ComputeBudget.forEachTile(pictures * across * down, scratchCount: (groupInputs + 1) * columnPanel) {
      tile, scratch in
      let (picture, place) = (tile / (across * down), tile % (across * down))
      let (sample, group) = (picture / groups, picture % groups)
      let first = place / down * Self.tileWidth
      let panel = place % down * height
      let output = group * groupOutputs + panel * panelRows
      let rows = min((panel + height) * panelRows, groupOutputs) - panel * panelRows
      let images = from + (sample * inputs + group * groupInputs) * area
      let target = to + (sample * outputs + output) * area
      let last = min(first + Self.tileWidth, area)
      // What is no whole panel is copied: reading it in place would pass the end of the image.
      let whole = last / columnPanel * columnPanel
      if whole < last {
        ct_pack_columns(
          scratch, images + whole, last - whole, 1, groupInputs, groupInputs, area, 1, CT_VECTOR_AUTO)
      }
      for channel in stride(from: 0, to: groupInputs, by: block) {
        var direct = ct_direct(
          kernels: kernels + (group * panels + panel) * panelStep, step: panelStep, element: channel,
          inner: min(block, groupInputs - channel), panel_rows: panelRows, offsets: nil,
          image: images + channel * area, to: target, output_step: area,
          bias: channel == 0 ? bias.map { $0 + output } : nil, keeps: channel == 0 ? 0 : 1)
        if whole > first {
          places.withUnsafeBufferPointer {
            direct.offsets = $0.baseAddress
            var window = window(area)
            ct_convolve(&direct, &window, rows, first, whole - first, CT_VECTOR_AUTO)
          }
        }
        guard whole < last else { continue }
        endPlaces.withUnsafeBufferPointer {
          direct.offsets = $0.baseAddress
          direct.image = UnsafePointer(scratch) + channel * columnPanel
          direct.to = target + whole
          var window = window(last - whole)
          ct_convolve(&direct, &window, rows, 0, last - whole, CT_VECTOR_AUTO)
        }
      }
    }
  }

  /// Where the channels of one block lie.
  private func offsets(step: Int) -> [Int32] {
    (0..<block).map { Int32($0 * step) } + [Int32](repeating: 0, count: Int(CT_DIRECT_AHEAD))
  }
}
