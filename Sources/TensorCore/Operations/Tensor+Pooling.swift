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
    pooled(kernel, stride, padding) { plane, windows in
      var largest = -Float.infinity
      windows.forEachElement(plane) { if $0 > largest || $0.isNaN { largest = $0 } }
      return largest
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
    pooled(kernel, stride, padding) { plane, windows in
      var sum = 0.0
      windows.forEachElement(plane) { sum += Double($0) }
      return Float(sum / Double(includesPadding ? windows.paddedCount : windows.count))
    }
  }

  private func pooled(
    _ kernel: Size3D, _ stride: Size3D, _ padding: PoolingPadding,
    _ reduce: (UnsafePointer<Float>, PoolingWindow) -> Float
  ) -> Tensor {
    precondition(rank == 5, "a tensor \(Shape.text(shape)) cannot be pooled in this many dimensions")
    let frames = padding.axis(shape[2], kernel.frames, stride.frames, \.frames)
    let rows = padding.axis(shape[3], kernel.height, stride.height, \.height)
    let columns = padding.axis(shape[4], kernel.width, stride.width, \.width)
    let area = shape[2] * shape[3] * shape[4]
    let outputs = [frames.count, rows.count, columns.count]
    let outputArea = outputs.reduce(1, *)
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape[..<2] + outputs) { target in
        guard let from = source.baseAddress else { return }
        ComputeBudget.forEachTile(shape[0] * shape[1]) { plane in
          var position = plane * outputArea
          var window = PoolingWindow(
            rows: shape[3], columns: shape[4], parts: (frames[0], rows[0], columns[0]))
          for frame in frames {
            for row in rows {
              for column in columns {
                window.parts = (frame, row, column)
                target[position] = reduce(from + plane * area, window)
                position += 1
              }
            }
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

/// The elements of one window that lie inside the image, and how many padded ones there are with them.
private struct PoolingWindow {
  let rows: Int
  let columns: Int
  var parts: (frames: PoolingRange, rows: PoolingRange, columns: PoolingRange)

  var count: Int { parts.frames.inside.count * parts.rows.inside.count * parts.columns.inside.count }
  var paddedCount: Int { parts.frames.paddedCount * parts.rows.paddedCount * parts.columns.paddedCount }

  @inline(__always)
  func forEachElement(_ plane: UnsafePointer<Float>, _ body: (Float) -> Void) {
    for frame in parts.frames.inside {
      for row in parts.rows.inside {
        let start = plane + (frame * rows + row) * columns
        for column in parts.columns.inside { body(start[column]) }
      }
    }
  }
}

/// One window along one dimension.
private struct PoolingRange {
  let inside: Range<Int>
  /// Elements of the window inside the padded image.
  let paddedCount: Int
}

extension PoolingPadding {
  /// The windows along one dimension.
  fileprivate func axis(
    _ input: Int, _ kernel: Int, _ stride: Int, _ part: KeyPath<Size3D, Int>
  ) -> [PoolingRange] {
    precondition(
      kernel > 0 && stride > 0 && input > 0, "a window of \(kernel) does not fit \(input) elements")
    let (before, after, outputs) = extent(input, kernel, stride, part)
    precondition(
      outputs > 0 && before < kernel,
      "a window of \(kernel) with padding \(before) does not fit \(input) elements")
    return (0..<outputs).map { output in
      let start = output * stride - before
      let end = min(start + kernel, input + after)
      return PoolingRange(
        inside: max(start, 0)..<max(min(end, input), max(start, 0)), paddedCount: end - start)
    }
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
