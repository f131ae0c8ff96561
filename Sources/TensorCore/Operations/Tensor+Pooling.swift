internal import CTensorKernels

/// Where pooling windows lie at the edges.
public enum PoolingPadding: Sendable, Hashable {
  /// The same padding on both sides; windows that do not fit are left out.
  case floor(Size3D)
  /// The same padding on both sides; a last window may reach past the end if it starts inside.
  case ceil(Size3D)
  /// TensorFlow's SAME: `ceil(size / stride)` outputs, the odd element of padding after the end.
  case same
}

extension Tensor {
  /// Largest value of each window of images `[N, C, H, W]`; what lies outside never wins. NaN wins always.
  public func maxPooled2D(kernel: Size2D, stride: Size2D, padding: PoolingPadding = .floor(0)) -> Tensor {
    asClip.maxPooled3D(kernel: kernel.oneFrame(1), stride: stride.oneFrame(1), padding: padding.oneFrame)
      .asImages
  }

  /// Largest value of each window of clips `[N, C, T, H, W]`; what lies outside never wins. NaN wins always.
  public func maxPooled3D(kernel: Size3D, stride: Size3D, padding: PoolingPadding = .floor(0)) -> Tensor {
    pooled(kernel, stride, padding) { from, windows, to, scratch in
      var pooling = windows.pooling
      ct_pool_largest(to, from, &pooling, scratch, CT_VECTOR_AUTO)
    }
  }

  /// Mean of each window of images `[N, C, H, W]`.
  ///
  /// - Parameter includesPadding: whether padding counts as zeros; else the mean is over elements inside.
  public func averagePooled2D(
    kernel: Size2D, stride: Size2D, padding: PoolingPadding = .floor(0), includesPadding: Bool
  ) -> Tensor {
    asClip.averagePooled3D(
      kernel: kernel.oneFrame(1), stride: stride.oneFrame(1), padding: padding.oneFrame,
      includesPadding: includesPadding
    ).asImages
  }

  /// Mean of each window of clips `[N, C, T, H, W]`; see `averagePooled2D`.
  public func averagePooled3D(
    kernel: Size3D, stride: Size3D, padding: PoolingPadding = .floor(0), includesPadding: Bool
  ) -> Tensor {
    pooled(kernel, stride, padding) { from, windows, to, scratch in
      var pooling = windows.pooling
      let counts = [windows.frames, windows.rows, windows.columns].map { axis in
        axis.ranges.map { Double(includesPadding ? $0.paddedCount : $0.insideCount) }
      }
      ct_pool_mean(to, from, &pooling, counts[0], counts[1], counts[2], scratch, CT_VECTOR_AUTO)
    }
  }

  /// Calls `pool` for every clip of one channel, with room for its result and scratch memory.
  private func pooled(
    _ kernel: Size3D, _ stride: Size3D, _ padding: PoolingPadding,
    _ pool: (
      UnsafePointer<Float>, PoolingWindows, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Double>
    ) -> Void
  ) -> Tensor {
    precondition(rank == 5, "a tensor \(Shape.text(shape)) cannot be pooled in this many dimensions")
    let windows = PoolingWindows(
      frames: padding.axis(shape[2], kernel.frames, stride.frames, \.frames),
      rows: padding.axis(shape[3], kernel.height, stride.height, \.height),
      columns: padding.axis(shape[4], kernel.width, stride.width, \.width))
    let area = shape[2] * shape[3] * shape[4]
    let outputs = [windows.frames, windows.rows, windows.columns].map(\.ranges.count)
    let outputArea = outputs.reduce(1, *)
    var pooling = windows.pooling
    let scratchCount = 2 * ct_pooling_scratch_count(&pooling)
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape[..<2] + outputs) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        ComputeBudget.forEachTile(shape[0] * shape[1], scratchCount: scratchCount) { plane, scratch in
          scratch.withMemoryRebound(to: Double.self, capacity: scratchCount / 2) {
            pool(from + plane * area, windows, to + plane * outputArea, $0)
          }
        }
      }
    }
  }

  private var asClip: Tensor {
    precondition(rank == 4, "a tensor \(Shape.text(shape)) does not hold images")
    return reshaped([shape[0], shape[1], 1, shape[2], shape[3]])
  }

  private var asImages: Tensor { reshaped([shape[0], shape[1], shape[3], shape[4]]) }
}

/// The windows of a clip, axis by axis.
private struct PoolingWindows {
  let frames: PoolingAxis
  let rows: PoolingAxis
  let columns: PoolingAxis

  /// The same for the C kernels.
  var pooling: ct_pooling { ct_pooling(frames: frames.axis, rows: rows.axis, columns: columns.axis) }
}

/// The windows along one dimension.
private struct PoolingAxis {
  let axis: ct_axis
  let ranges: [PoolingRange]
}

/// One window along one dimension.
private struct PoolingRange {
  /// Elements of the window inside the image.
  let insideCount: Int
  /// Elements of the window inside the padded image.
  let paddedCount: Int
}

extension PoolingPadding {
  /// The windows along one dimension.
  fileprivate func axis(
    _ input: Int, _ kernel: Int, _ stride: Int, _ part: KeyPath<Size3D, Int>
  ) -> PoolingAxis {
    precondition(
      kernel > 0 && stride > 0 && input > 0, "a window of \(kernel) does not fit \(input) elements")
    let (before, after, outputs) = extent(input, kernel, stride, part)
    precondition(
      outputs > 0 && before < kernel,
      "a window of \(kernel) with padding \(before) does not fit \(input) elements")
    let ranges = (0..<outputs).map { output in
      let start = output * stride - before
      let end = min(start + kernel, input + after)
      return PoolingRange(insideCount: max(min(end, input) - max(start, 0), 0), paddedCount: end - start)
    }
    return PoolingAxis(
      axis: ct_axis(
        input: input, output: outputs, kernel: kernel, stride: stride, before: before, dilation: 1),
      ranges: ranges)
  }

  private func extent(
    _ input: Int, _ kernel: Int, _ stride: Int, _ part: KeyPath<Size3D, Int>
  ) -> (before: Int, after: Int, outputs: Int) {
    switch self {
    case .floor(let padding):
      let pad = padding[keyPath: part]
      let room = input + 2 * pad - kernel
      return (pad, pad, room < 0 ? 0 : room / stride + 1)
    case .ceil(let padding):
      let pad = padding[keyPath: part]
      let room = input + 2 * pad - kernel
      var outputs = room < 0 ? 1 : (room + stride - 1) / stride + 1
      if (outputs - 1) * stride >= input + pad { outputs -= 1 }
      return (pad, pad, outputs)
    case .same:
      let outputs = (input + stride - 1) / stride
      let total = max((outputs - 1) * stride + kernel - input, 0)
      return (total / 2, total - total / 2, outputs)
    }
  }

  /// The same for images seen as clips of one frame.
  fileprivate var oneFrame: PoolingPadding {
    switch self {
    case .floor(let size): .floor(Size3D(frames: 0, height: size.height, width: size.width))
    case .ceil(let size): .ceil(Size3D(frames: 0, height: size.height, width: size.width))
    case .same: .same
    }
  }
}

extension Size2D {
  fileprivate func oneFrame(_ frames: Int) -> Size3D { Size3D(frames: frames, height: height, width: width) }
}
