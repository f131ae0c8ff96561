internal import CTensorKernels

/// Convolution of any kernel, stride and dilation straight from a padded copy of the input (`CTensorDirect.h`): quicker
/// than packing patches wherever neighbouring outputs share what they read.
///
/// Sums run over blocks of channels, and within a block over the kernel's elements; the blocks depend on the kernel's
/// shape alone, so results do not depend on how positions are cut.
struct DirectConvolution {
  let geometry: WindowGeometry
  let samples: Int
  let inputs: Int
  let outputs: Int
  let groups: Int

  /// Kernel elements of one block of channels, about.
  private static let blockElements = 1500
  /// Floats of the copy that one tile reads again and again, about; they stay in the second cache.
  private static let tileFloats = 250_000
  /// Positions of the shortest tile.
  private static let shortestTile = 128
  /// Floats of copies at a time, unless one sample needs more.
  private static let copiedLimit = 1 << 24

  private let window: ct_window
  private let spread: ct_spread

  /// Nil where most positions that would be computed are dropped, and for products without a window.
  init?(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int, groups: Int) {
    self.geometry = geometry
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    window = geometry.window(inputs: inputs, groupInputs: inputs / groups)
    var copy = window
    spread = ct_spread_of(&copy)
    guard !geometry.isPointwise, geometry.outputArea > 0, inputs > 0, outputs > 0 else { return nil }
    let computed = (lineCount + columnPanel - 1) / columnPanel * columnPanel
    let area = geometry.rows.output * geometry.columns.output
    guard 20 * area >= 17 * computed, geometry.frames.input * frameStep < Int(Int32.max) else { return nil }
  }

  private var groupInputs: Int { inputs / groups }
  private var groupOutputs: Int { outputs / groups }
  private var columnPanel: Int { ct_panel_columns(CT_VECTOR_AUTO) }
  /// Floats of the copy of one channel, and of one frame of a block.
  private var plane: Int { spread.plane }
  private var frameStep: Int { block * plane }
  /// Positions from the first output of a frame to the last, those between rows included.
  private var lineCount: Int { spread.pitch * (geometry.rows.output - 1) + geometry.columns.output }
  /// Kernel elements of all channels.
  private var inner: Int { groupInputs * geometry.taps }
  private var panelRows: Int { ct_panel_rows(groupOutputs, CT_VECTOR_AUTO) }
  private var panels: Int { (groupOutputs + panelRows - 1) / panelRows }

  /// Channels of one block.
  private var block: Int {
    let most = max(Self.blockElements / geometry.taps, 16)
    let blocks = (groupInputs + most - 1) / most
    return (groupInputs + blocks - 1) / blocks
  }

  /// Positions of one tile.
  private var tileCount: Int {
    let perPosition = block * spread.row_phases * spread.column_phases * geometry.frames.kernel
    let border = (spread.height - geometry.rows.output) * spread.pitch
    let most = max(Self.tileFloats / perPosition - border, Self.shortestTile)
    let tiles = (lineCount + most - 1) / most
    return ((lineCount + tiles - 1) / tiles + columnPanel - 1) / columnPanel * columnPanel
  }

  func run(
    _ from: UnsafePointer<Float>, _ weight: PreparedWeight, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let panelStep = inner * panelRows
    weight.withForm(.direct(groups: groups), count: groups * panels * panelStep) { values, packed in
      ComputeBudget.forEachTile(groups * panels) { index in
        var window = window
        let (group, first) = (index / panels, index % panels * panelRows)
        ct_pack_kernels(
          packed + index * panelStep, values + group * groupOutputs * inner, &window, block, first,
          min(panelRows, groupOutputs - first), panelRows)
      }
    } _: { kernels in
      let perSample = geometry.frames.input * frameStep
      let step = min(max(Self.copiedLimit / perSample, 1), samples)
      let copied = TensorStorage(uninitializedByteCount: (step * perSample + columnPanel) * 4)
      let offsets = [Int32](unsafeUninitializedCapacity: inner) { buffer, count in
        var window = window
        ct_spread_offsets(buffer.baseAddress, &window, frameStep, block)
        count = inner
      }
      offsets.withUnsafeBufferPointer { places in
        guard let places = places.baseAddress else { return }
        for first in stride(from: 0, to: samples, by: step) {
          for group in 0..<groups {
            for channel in stride(from: 0, to: groupInputs, by: block) {
              let part = Part(
                samples: first..<min(first + step, samples), group: group,
                channels: channel..<min(channel + block, groupInputs))
              copy(part, from, into: copied.floats)
              multiply(part, copied.floats, kernels, places, bias, into: to)
            }
          }
        }
      }
      withExtendedLifetime(copied) {}
    }
  }

  /// What is copied and multiplied at a time, so that the copy stays near the processor: one block of channels.
  private struct Part {
    let samples: Range<Int>
    let group: Int
    let channels: Range<Int>
  }

  /// Copies planes: `[sample, frame, channel of the block]`.
  private func copy(_ part: Part, _ from: UnsafePointer<Float>, into to: UnsafeMutablePointer<Float>) {
    let (frames, width) = (geometry.frames.input, part.channels.count)
    let firstChannel = part.group * groupInputs + part.channels.lowerBound
    let planes = part.samples.count * frames * width
    ComputeBudget.forEachRange(planes, grain: max((1 << 15) / plane, 1)) { tile in
      var window = window
      for index in tile {
        let (picture, channel) = (index / width, index % width)
        let (sample, frame) = (part.samples.lowerBound + picture / frames, picture % frames)
        ct_spread_plane(
          to + picture * frameStep + channel * plane, spread.height * spread.pitch,
          from + sample * window.sample_step + (firstChannel + channel) * window.channel_step
            + frame * window.frame_step,
          &window, CT_VECTOR_AUTO)
      }
    }
  }

  private func multiply(
    _ part: Part, _ copied: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Int32>, _ bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    let count = tileCount
    let across = (lineCount + count - 1) / count
    let images = part.samples.count * geometry.frames.output
    // Panels are shared out, too, where there are fewer tiles than threads want.
    let threads = ComputeBudget.threadCount
    let splits = threads == 1 ? 1 : min(panels, (4 * threads - 1) / (images * across) + 1)
    let height = (panels + splits - 1) / splits
    let down = (panels + height - 1) / height
    ComputeBudget.forEachTile(images * across * down) { tile in
      let (image, place) = (tile / (across * down), tile % (across * down))
      let first = place / down * count
      let panel = place % down * height
      multiplyTile(
        part, image, first..<min(first + count, lineCount), panel..<min(panel + height, panels), copied, kernels,
        offsets, bias, into: to)
    }
  }

  /// Some positions of one frame of the result and some panels of output channels.
  private func multiplyTile(
    _ part: Part, _ image: Int, _ positions: Range<Int>, _ panelRange: Range<Int>,
    _ copied: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>, _ offsets: UnsafePointer<Int32>,
    _ bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    let axis = geometry.frames
    let (sample, frame) = (image / axis.output, image % axis.output)
    let output = part.group * groupOutputs + panelRange.lowerBound * panelRows
    let rows = min(panelRange.upperBound * panelRows, groupOutputs) - panelRange.lowerBound * panelRows
    let target =
      to + ((part.samples.lowerBound + sample) * outputs + output) * geometry.outputArea
      + frame * geometry.rows.output * geometry.columns.output
    // Frames of the kernel that lie inside the clip.
    let start = frame * axis.stride - axis.before
    let inside = (0..<axis.kernel).filter { (0..<axis.input).contains(start + $0 * axis.dilation) }
    let elements = part.channels.count * geometry.rows.kernel * geometry.columns.kernel
    let element = part.channels.lowerBound * geometry.taps + (inside.first ?? 0) * elements
    let panel = part.group * panels + panelRange.lowerBound
    var direct = ct_direct(
      kernels: kernels + (panel * inner + element) * panelRows, step: inner * panelRows,
      inner: inside.count * elements, panel_rows: panelRows, offsets: offsets + element,
      image: copied + (sample * axis.input + start) * frameStep, to: target, output_step: geometry.outputArea,
      bias: part.channels.lowerBound == 0 ? bias.map { $0 + output } : nil,
      keeps: part.channels.lowerBound == 0 ? 0 : 1)
    var window = window
    ct_convolve(&direct, &window, rows, positions.lowerBound, positions.count, CT_VECTOR_AUTO)
  }
}
