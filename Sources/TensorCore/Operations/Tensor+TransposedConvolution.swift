extension Tensor {
  /// Transposed convolution, the gradient of a convolution with respect to its input: images `[N, C, H, W]` and
  /// kernels `[C, O / groups, h, w]` give `[N, O, H', W']` with
  /// `H' = (H - 1) stride - 2 padding + dilation (h - 1) + outputPadding + 1`.
  public func transposedConvolved2D(
    _ weight: Tensor, bias: Tensor? = nil, stride: Size2D = 1, padding: Size2D = 0, outputPadding: Size2D = 0,
    dilation: Size2D = 1, groups: Int = 1
  ) -> Tensor {
    precondition(
      rank == 4 && weight.rank == 4 && groups > 0 && weight.shape[0] == shape[1] && shape[1] % groups == 0,
      "kernels \(Shape.text(weight.shape)) in \(groups) groups do not fit images \(Shape.text(shape))")
    precondition(
      outputPadding.height >= 0 && outputPadding.height < max(stride.height, dilation.height)
        && outputPadding.width >= 0 && outputPadding.width < max(stride.width, dilation.width),
      "the output padding must be smaller than the stride or the dilation")
    let height = Tensor.transposedSize(
      shape[2], weight.shape[2], stride.height, padding.height, outputPadding.height, dilation.height)
    let width = Tensor.transposedSize(
      shape[3], weight.shape[3], stride.width, padding.width, outputPadding.width, dilation.width)
    precondition(height > 0 && width > 0, "nothing is left of \(Shape.text(shape)) after the padding")
    // The convolution this is the transpose of: it reads the large image and writes the small one.
    let geometry = WindowGeometry(
      frames: WindowAxis(input: 1, kernel: 1),
      rows: WindowAxis(
        input: height, kernel: weight.shape[2], stride: stride.height, before: padding.height,
        after: padding.height, dilation: dilation.height),
      columns: WindowAxis(
        input: width, kernel: weight.shape[3], stride: stride.width, before: padding.width,
        after: padding.width, dilation: dilation.width))
    return transposed(weight, bias, geometry, groups)
  }

  private static func transposedSize(
    _ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ added: Int, _ dilation: Int
  ) -> Int {
    precondition(stride > 0 && dilation > 0 && padding >= 0, "strides and dilations are positive")
    return (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + added + 1
  }

  private func transposed(
    _ weight: Tensor, _ bias: Tensor?, _ geometry: WindowGeometry, _ groups: Int
  ) -> Tensor {
    let (samples, inputs) = (shape[0], shape[1])
    let (height, width) = (shape[2], shape[3])
    let (groupInputs, groupOutputs) = (inputs / groups, weight.shape[1])
    let outputs = groupOutputs * groups
    Tensor.checkBias(bias, outputs)
    let (area, outputArea, taps) = (height * width, geometry.inputArea, geometry.taps)
    let biases = bias?.values
    // One output channel's contributions at a time, or a few of a small image.
    let block = min(max((1 << 19) / max(taps * area, 1), 1), groupOutputs)
    let blocks = (groupOutputs + block - 1) / block
    return withUnsafeBufferPointer { x in
      weight.withUnsafeBufferPointer { w in
        Tensor(shape: [samples, outputs, geometry.rows.input, geometry.columns.input]) { y in
          guard let from = x.baseAddress, let kernels = w.baseAddress, let to = y.baseAddress else { return }
          ComputeBudget.forEachTile(samples * groups * blocks, scratchCount: block * taps * area) {
            tile, scratch in
            let sample = tile / (groups * blocks)
            let group = tile / blocks % groups
            let channels = tile % blocks * block..<min((tile % blocks + 1) * block, groupOutputs)
            let start = kernels + (group * groupInputs * groupOutputs + channels.lowerBound) * taps
            MatrixProduct.single(
              rows: channels.count * taps, columns: area, inner: groupInputs,
              MatrixView(start: start, stride: groupOutputs * taps, isTransposed: true),
              MatrixView(start: from + (sample * inputs + group * groupInputs) * area, stride: max(area, 1)),
              into: scratch, stride: max(area, 1))
            for channel in channels {
              let output = group * groupOutputs + channel
              let plane = to + (sample * outputs + output) * outputArea
              plane.update(repeating: biases?[output] ?? 0, count: outputArea)
              let contributions = scratch + (channel - channels.lowerBound) * taps * area
              geometry.addTaps(contributions, smallHeight: height, smallWidth: width, to: plane)
            }
          }
        }
      }
    }
  }
}

extension WindowGeometry {
  /// Adds `[taps, smallHeight, smallWidth]` to the image positions the taps read.
  fileprivate func addTaps(
    _ from: UnsafePointer<Float>, smallHeight: Int, smallWidth: Int, to image: UnsafeMutablePointer<Float>
  ) {
    for tap in 0..<taps {
      let rowOffset = tap / columns.kernel * rows.dilation - rows.before
      let columnOffset = tap % columns.kernel * columns.dilation - columns.before
      for row in 0..<smallHeight {
        let targetRow = row * rows.stride + rowOffset
        guard targetRow >= 0, targetRow < rows.input else { continue }
        let source = from + (tap * smallHeight + row) * smallWidth
        for column in 0..<smallWidth {
          let targetColumn = column * columns.stride + columnOffset
          guard targetColumn >= 0, targetColumn < columns.input else { continue }
          image[targetRow * columns.input + targetColumn] += source[column]
        }
      }
    }
  }
}
