extension Tensor {
  /// Cross-correlation of images `[N, C, H, W]` with kernels `[O, C / groups, h, w]`, zero outside; adds `bias`
  /// `[O]`. Returns `[N, O, H', W']`.
  public func convolved2D(
    _ weight: Tensor, bias: Tensor? = nil, stride: Size2D = 1, padding: Padding2D = 0, dilation: Size2D = 1,
    groups: Int = 1
  ) -> Tensor {
    convolved2D(
      PreparedWeight(once: weight), bias: bias, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
  }

  /// The same with kernels that are used many times.
  public func convolved2D(
    _ weight: PreparedWeight, bias: Tensor? = nil, stride: Size2D = 1, padding: Padding2D = 0,
    dilation: Size2D = 1, groups: Int = 1
  ) -> Tensor {
    precondition(
      rank == 4 && weight.shape.count == 4,
      "kernels \(Shape.text(weight.shape)) do not fit images \(Shape.text(shape))")
    let geometry = WindowGeometry(
      frames: WindowAxis(input: 1, kernel: 1),
      rows: WindowAxis(
        input: shape[2], kernel: weight.shape[2], stride: stride.height, before: padding.top,
        after: padding.bottom, dilation: dilation.height),
      columns: WindowAxis(
        input: shape[3], kernel: weight.shape[3], stride: stride.width, before: padding.left,
        after: padding.right, dilation: dilation.width))
    let result = convolved(weight, bias, geometry, groups)
    return result.reshaped([shape[0], weight.shape[0], geometry.rows.output, geometry.columns.output])
  }

  /// Cross-correlation of clips `[N, C, T, H, W]` with kernels `[O, C / groups, t, h, w]`, zero outside; adds
  /// `bias` `[O]`. Padding is the same on both sides. Returns `[N, O, T', H', W']`.
  public func convolved3D(
    _ weight: Tensor, bias: Tensor? = nil, stride: Size3D = 1, padding: Size3D = 0, dilation: Size3D = 1,
    groups: Int = 1
  ) -> Tensor {
    convolved3D(
      PreparedWeight(once: weight), bias: bias, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
  }

  /// The same with kernels that are used many times.
  public func convolved3D(
    _ weight: PreparedWeight, bias: Tensor? = nil, stride: Size3D = 1, padding: Size3D = 0,
    dilation: Size3D = 1, groups: Int = 1
  ) -> Tensor {
    precondition(
      rank == 5 && weight.shape.count == 5,
      "kernels \(Shape.text(weight.shape)) do not fit clips \(Shape.text(shape))")
    let geometry = WindowGeometry(
      frames: WindowAxis(
        input: shape[2], kernel: weight.shape[2], stride: stride.frames, before: padding.frames,
        after: padding.frames, dilation: dilation.frames),
      rows: WindowAxis(
        input: shape[3], kernel: weight.shape[3], stride: stride.height, before: padding.height,
        after: padding.height, dilation: dilation.height),
      columns: WindowAxis(
        input: shape[4], kernel: weight.shape[4], stride: stride.width, before: padding.width,
        after: padding.width, dilation: dilation.width))
    let result = convolved(weight, bias, geometry, groups)
    return result.reshaped([
      shape[0], weight.shape[0], geometry.frames.output, geometry.rows.output, geometry.columns.output,
    ])
  }

  private func convolved(
    _ weight: PreparedWeight, _ bias: Tensor?, _ geometry: WindowGeometry, _ groups: Int
  ) -> Tensor {
    precondition(
      groups > 0 && weight.shape[0] % groups == 0 && weight.shape[1] * groups == shape[1],
      "kernels \(Shape.text(weight.shape)) in \(groups) groups do not fit \(Shape.text(shape))")
    geometry.check()
    Tensor.checkBias(bias, weight.shape[0])
    let run = Self.strategy(geometry, shape[0], shape[1], weight.shape[0], groups)
    return withUnsafeBufferPointer { x in
      Tensor(shape: [shape[0], weight.shape[0], geometry.outputArea]) { y in
        guard let from = x.baseAddress, let to = y.baseAddress else { return }
        guard let bias else { return run(from, weight, nil, to) }
        bias.withUnsafeBufferPointer { run(from, weight, $0.baseAddress, to) }
      }
    }
  }

  private typealias Run = (
    UnsafePointer<Float>, PreparedWeight, UnsafePointer<Float>?, UnsafeMutablePointer<Float>
  ) -> Void

  /// The first of the ways to convolve that takes these sizes.
  private static func strategy(
    _ geometry: WindowGeometry, _ samples: Int, _ inputs: Int, _ outputs: Int, _ groups: Int
  ) -> Run {
    if let tiled = TiledConvolution(
      geometry: geometry, samples: samples, inputs: inputs, outputs: outputs, groups: groups)
    {
      return tiled.run
    }
    if let phased = PhasedConvolution(
      geometry: geometry, samples: samples, inputs: inputs, outputs: outputs, groups: groups)
    {
      return phased.run
    }
    if let pointwise = PointwiseConvolution(
      geometry: geometry, samples: samples, inputs: inputs, outputs: outputs, groups: groups)
    {
      return pointwise.run
    }
    if let narrow = NarrowConvolution(
      geometry: geometry, samples: samples, inputs: inputs, outputs: outputs, groups: groups)
    {
      return narrow.run
    }
    if let direct = DirectConvolution(
      geometry: geometry, samples: samples, inputs: inputs, outputs: outputs, groups: groups)
    {
      return direct.run
    }
    return ImplicitConvolution(
      geometry: geometry, samples: samples, inputs: inputs, outputs: outputs, groups: groups
    ).run
  }
}
