internal import CTensorKernels

/// Convolution by kernels of few elements at a stride of two, the first layer of many networks: elements are gathered
/// from the image while they are multiplied, which costs less than a copy of the image. Sums run over the kernel's
/// elements in their order.
struct NarrowConvolution {
  let geometry: WindowGeometry
  let samples: Int
  let inputs: Int
  let outputs: Int

  /// Positions of one tile; a whole number of panels of every vector unit.
  private static let tileWidth = 2048
  /// Output channels below which gathering is not worth it.
  private static let fewestOutputs = 16

  /// Nil for other kernels, for padded images and for narrow results.
  init?(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int, groups: Int) {
    self.geometry = geometry
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
    let (frames, rows, columns) = (geometry.frames, geometry.rows, geometry.columns)
    guard groups == 1, samples > 0, inputs > 0, outputs >= Self.fewestOutputs,
      inputs * geometry.taps <= Int(CT_NARROW_ELEMENTS), frames.input == 1, frames.kernel == 1,
      frames.output == 1, rows.before == 0, rows.after == 0, rows.dilation == 1, columns.before == 0,
      columns.after == 0, columns.dilation == 1, columns.stride == 2, columns.kernel > 1,
      columns.output >= ct_panel_columns(CT_VECTOR_AUTO)
    else { return nil }
  }

  private var inner: Int { inputs * geometry.taps }

  func run(
    _ from: UnsafePointer<Float>, _ weight: PreparedWeight, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    let panelRows = ct_panel_rows(outputs, CT_VECTOR_AUTO)
    let panels = (outputs + panelRows - 1) / panelRows
    let area = geometry.outputArea
    let across = (area + Self.tileWidth - 1) / Self.tileWidth
    let columnPanel = ct_panel_columns(CT_VECTOR_AUTO)
    let offsets = (0..<inner + Int(CT_DIRECT_AHEAD)).map { Int32(min($0, inner - 1) * columnPanel) }
    weight.withForm(.direct(groups: 1), count: panels * inner * panelRows) { values, packed in
      var window = geometry.window(inputs: inputs, groupInputs: inputs)
      for panel in 0..<panels {
        let first = panel * panelRows
        ct_pack_kernels(
          packed + first * inner, values, &window, inputs, first, min(panelRows, outputs - first))
      }
    } _: { kernels in
      offsets.withUnsafeBufferPointer { offsets in
        let offsets = offsets.baseAddress
        ComputeBudget.forEachTile(samples * across) { tile in
          let (sample, first) = (tile / across, tile % across * Self.tileWidth)
          var window = geometry.window(inputs: inputs, groupInputs: inputs)
          var direct = ct_direct(
            kernels: kernels, step: inner * panelRows, element: 0, inner: inner, panel_rows: panelRows,
            offsets: offsets, image: from + sample * inputs * geometry.inputArea,
            to: to + sample * outputs * area, output_step: area, bias: bias, keeps: 0)
          ct_convolve_narrow(
            &direct, &window, outputs, first, min(Self.tileWidth, area - first), CT_VECTOR_AUTO)
        }
      }
    }
  }
}
