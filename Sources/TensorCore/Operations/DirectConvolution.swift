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
  private static let blockElements = 1000
  /// Floats of copies at a time, unless one sample needs more.
  private static let copiedLimit = 1 << 24
  /// Floats of the copy of one band of rows, at least and at most: it stays in the second cache beside results, and is
  /// worth the kernels that are read for it.
  private static let bandFloats = 60_000...250_000

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
    let lineCount = spread.pitch * (geometry.rows.output - 1) + geometry.columns.output
    let computed = (lineCount + columnPanel - 1) / columnPanel * columnPanel
    let area = geometry.rows.output * geometry.columns.output
    guard 20 * area >= 17 * computed, geometry.frames.input * inputs * spread.plane < Int(Int32.max) else {
      return nil
    }
  }

  private var groupInputs: Int { inputs / groups }
  private var groupOutputs: Int { outputs / groups }
  private var columnPanel: Int { ct_panel_columns(CT_VECTOR_AUTO) }
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

  /// Rows of the result, what they read, and where the copy of that lies.
  private struct Band {
    let window: ct_window
    let spread: ct_spread
    /// Floats from the start of a frame to the first row that is read, and to the first of the result.
    let source: Int
    let target: Int

    var plane: Int { spread.plane }
    /// Positions from the first output of a frame to the last, those between rows included.
    var lineCount: Int { spread.pitch * (window.rows.output - 1) + window.columns.output }
  }

  private func band(_ range: Range<Int>) -> Band {
    let rows = geometry.rows
    let start = range.lowerBound * rows.stride - rows.before
    let end = (range.upperBound - 1) * rows.stride - rows.before + (rows.kernel - 1) * rows.dilation + 1
    let lower = min(max(start, 0), rows.input)
    let upper = max(min(end, rows.input), lower)
    var part = window
    part.rows.input = upper - lower
    part.rows.output = range.count
    part.rows.before = lower - start
    return Band(
      window: part, spread: ct_spread_of(&part), source: lower * geometry.columns.input,
      target: range.lowerBound * geometry.columns.output)
  }

  /// Bands of about equal height.
  private var bands: [Band] {
    let limit = min(max(2 * inner * groupOutputs, Self.bandFloats.lowerBound), Self.bandFloats.upperBound)
    let perRow =
      block * geometry.frames.kernel * spread.row_phases * spread.column_phases * spread.pitch
    let border = spread.height - geometry.rows.output
    let most = max(limit / perRow - border, 4 * border, 1)
    let count = (geometry.rows.output + most - 1) / most
    let height = (geometry.rows.output + count - 1) / count
    return stride(from: 0, to: geometry.rows.output, by: height).map {
      band($0..<min($0 + height, geometry.rows.output))
    }
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
          min(panelRows, groupOutputs - first))
      }
    } _: { kernels in
      let bands = bands
      let frameStep = block * (bands.map(\.plane).max() ?? 0)
      let perSample = geometry.frames.input * frameStep
      let step = min(max(Self.copiedLimit / perSample, 1), samples)
      let copied = TensorStorage(uninitializedByteCount: (step * perSample + columnPanel) * 4)
      let offsets = bands.map { band -> [Int32] in
        var window = band.window
        var offsets = [Int32](repeating: 0, count: inner + Int(CT_DIRECT_AHEAD))
        ct_spread_offsets(&offsets, &window, block * band.plane, block)
        return offsets
      }
      for first in stride(from: 0, to: samples, by: step) {
        for (band, offsets) in zip(bands, offsets) {
          for group in 0..<groups {
            for channel in stride(from: 0, to: groupInputs, by: block) {
              let part = Part(
                band: band, samples: first..<min(first + step, samples), group: group,
                channels: channel..<min(channel + block, groupInputs), frameStep: block * band.plane)
              copy(part, from, into: copied.floats)
              offsets.withUnsafeBufferPointer {
                guard let places = $0.baseAddress else { return }
                multiply(part, copied.floats, kernels, places, bias, into: to)
              }
            }
          }
        }
      }
      withExtendedLifetime(copied) {}
    }
  }

  /// What is copied and multiplied at a time, so that the copy stays near the processor: one block of
  /// channels of one band.
  private struct Part {
    let band: Band
    let samples: Range<Int>
    let group: Int
    let channels: Range<Int>
    /// Floats of the copy of one frame.
    let frameStep: Int
  }

  /// Copies planes: `[sample, frame, channel of the block]`.
  private func copy(_ part: Part, _ from: UnsafePointer<Float>, into to: UnsafeMutablePointer<Float>) {
    let (frames, width) = (geometry.frames.input, part.channels.count)
    let firstChannel = part.group * groupInputs + part.channels.lowerBound
    let planes = part.samples.count * frames * width
    let (plane, spread) = (part.band.plane, part.band.spread)
    ComputeBudget.forEachRange(planes, grain: max((1 << 15) / plane, 1)) { tile in
      var window = part.band.window
      for index in tile {
        let (picture, channel) = (index / width, index % width)
        let (sample, frame) = (part.samples.lowerBound + picture / frames, picture % frames)
        ct_spread_plane(
          to + picture * part.frameStep + channel * plane, spread.height * spread.pitch,
          from + sample * window.sample_step + (firstChannel + channel) * window.channel_step
            + frame * window.frame_step + part.band.source,
          &window, CT_VECTOR_AUTO)
      }
    }
  }

  private func multiply(
    _ part: Part, _ copied: UnsafePointer<Float>, _ kernels: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Int32>, _ bias: UnsafePointer<Float>?, into to: UnsafeMutablePointer<Float>
  ) {
    let lineCount = part.band.lineCount
    let images = part.samples.count * geometry.frames.output
    // Positions, and then panels, are shared out where there are fewer images than threads want.
    let threads = ComputeBudget.threadCount
    let wanted = threads == 1 ? 1 : (4 * threads - 1) / images + 1
    let places = (lineCount + columnPanel - 1) / columnPanel
    let count = (places + min(wanted, places) - 1) / min(wanted, places) * columnPanel
    let across = (lineCount + count - 1) / count
    let splits = min(panels, (wanted + across - 1) / across)
    let height = (panels + splits - 1) / splits
    let down = (panels + height - 1) / height
    ComputeBudget.forEachTile(images * across * down) { tile in
      let (image, place) = (tile / (across * down), tile % (across * down))
      let first = place / down * count
      let panel = place % down * height
      multiplyTile(
        part, image, first..<min(first + count, lineCount), panel..<min(panel + height, panels), copied,
        kernels,
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
      + frame * geometry.rows.output * geometry.columns.output + part.band.target
    // Frames of the kernel that lie inside the clip.
    let start = frame * axis.stride - axis.before
    let inside = (0..<axis.kernel).filter { (0..<axis.input).contains(start + $0 * axis.dilation) }
    let elements = part.channels.count * geometry.rows.kernel * geometry.columns.kernel
    let element = part.channels.lowerBound * geometry.taps + (inside.first ?? 0) * elements
    let panel = part.group * panels + panelRange.lowerBound
    var direct = ct_direct(
      kernels: kernels + panel * inner * panelRows, step: inner * panelRows, element: element,
      inner: inside.count * elements, panel_rows: panelRows, offsets: offsets + element,
      image: copied + (sample * axis.input + start) * part.frameStep, to: target,
      output_step: geometry.outputArea,
      bias: part.channels.lowerBound == 0 ? bias.map { $0 + output } : nil,
      keeps: part.channels.lowerBound == 0 ? 0 : 1)
    var window = part.band.window
    ct_convolve(&direct, &window, rows, positions.lowerBound, positions.count, CT_VECTOR_AUTO)
  }
}
