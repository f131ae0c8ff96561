internal import CTensorKernels

/// A convolution of stride `s` in rows and columns as one of stride 1: pixels whose row and column leave the same
/// remainders modulo `s` become channels of their own, and so do the kernel's elements. What remains is a small kernel
/// over many channels, which transformed tiles compute with fewer multiplications.
struct PhasedConvolution {
  let geometry: WindowGeometry
  let samples: Int
  let inputs: Int
  let outputs: Int
  private let tiled: TiledConvolution
  private let spread: ct_spread

  /// Floats of copies at a time, unless one sample needs more.
  private static let copiedLimit = 1 << 24

  /// Nil where it does not save enough.
  init?(geometry: WindowGeometry, samples: Int, inputs: Int, outputs: Int, groups: Int) {
    self.geometry = geometry
    self.samples = samples
    self.inputs = inputs
    self.outputs = outputs
    let (rows, columns) = (geometry.rows, geometry.columns)
    guard groups == 1, rows.stride > 1, rows.stride == columns.stride, rows.kernel == columns.kernel,
      rows.kernel > rows.stride, rows.dilation == 1, columns.dilation == 1, geometry.outputArea > 0
    else { return nil }
    var window = geometry.window(inputs: inputs, groupInputs: inputs)
    spread = ct_spread_of(&window)
    let size = (rows.kernel - 1) / rows.stride + 1
    let reduced = WindowGeometry(
      frames: geometry.frames, rows: WindowAxis(input: spread.height, kernel: size),
      columns: WindowAxis(input: spread.pitch, kernel: size))
    let phases = rows.stride * rows.stride
    guard
      let tiled = TiledConvolution(
        geometry: reduced, samples: samples, inputs: phases * inputs, outputs: outputs, groups: 1)
    else { return nil }
    self.tiled = tiled
    // Transformed products run at half the rate of plain ones.
    let transformed = tiled.transform.points * tiled.transform.tiles * phases
    guard 2 * transformed <= geometry.outputArea * rows.kernel * columns.kernel else { return nil }
  }

  private var phases: Int { spread.row_phases * spread.column_phases }
  /// Elements of one phase of one frame, and of one phase of a channel.
  private var area: Int { spread.height * spread.pitch }
  private var phaseStep: Int { geometry.frames.input * area }

  func run(
    _ from: UnsafePointer<Float>, _ weight: PreparedWeight, _ bias: UnsafePointer<Float>?,
    into to: UnsafeMutablePointer<Float>
  ) {
    weight.withForm(.phasedTiles(stride: geometry.rows.stride), count: tiled.kernelCount) {
      values, transformed in
      let separated = TensorStorage(
        uninitializedByteCount: outputs * inputs * phases * tiled.transform.taps * 64)
      separate(values, into: separated.floats)
      tiled.transformKernels(separated.floats, into: transformed)
      withExtendedLifetime(separated) {}
    } _: { kernels in
      let copied = TensorStorage(uninitializedByteCount: samples * inputs * phases * phaseStep * 4)
      let floats = copied.floats
      let frames = geometry.frames.input
      ComputeBudget.forEachRange(samples * inputs * frames, grain: max((1 << 15) / (phases * area), 1)) {
        range in
        var window = geometry.window(inputs: inputs, groupInputs: inputs)
        for index in range {
          let (channel, frame) = (index / frames, index % frames)
          ct_spread_plane(
            floats + channel * phases * phaseStep + frame * area, phaseStep,
            from + channel * window.channel_step + frame * window.frame_step, &window, CT_VECTOR_AUTO)
        }
      }
      tiled.multiply(floats, kernels, bias, into: to)
      withExtendedLifetime(copied) {}
    }
  }

  /// Kernels `[outputs, inputs, frames, rows, columns]` become `[outputs, inputs, phases, frames, size, size]`, zero
  /// where the kernel has ended.
  private func separate(_ from: UnsafePointer<Float>, into to: UnsafeMutablePointer<Float>) {
    let (rows, columns, frames) = (geometry.rows, geometry.columns, geometry.frames.kernel)
    let size = (rows.kernel - 1) / rows.stride + 1
    var target = to
    for kernel in 0..<outputs * inputs {
      for phase in 0..<phases {
        for frame in 0..<frames {
          for element in 0..<size * size {
            let row = element / size * rows.stride + phase / columns.stride
            let column = element % size * columns.stride + phase % columns.stride
            let isInside = row < rows.kernel && column < columns.kernel
            target.pointee =
              isInside ? from[((kernel * frames + frame) * rows.kernel + row) * columns.kernel + column] : 0
            target += 1
          }
        }
      }
    }
  }
}
