public import Checkpoints
public import TensorCore

/// A convolution of images `[N, C, H, W]`. PyTorch's `nn.Conv2d`.
public struct Conv2D: Sendable {
  private let weight: PreparedWeight
  private let bias: Tensor?
  private let stride: Size2D
  private let padding: Padding2D
  private let dilation: Size2D
  private let groups: Int

  /// Takes `weight` `[out, in / groups, h, w]` and, unless `hasBias` is false, `bias` `[out]`. Pads with zeros.
  public init(
    _ w: WeightScope, _ inputs: Int, _ outputs: Int, kernel: Size2D, stride: Size2D = 1,
    padding: Padding2D = 0,
    dilation: Size2D = 1, groups: Int = 1, hasBias: Bool = true
  ) throws(CheckpointError) {
    weight = PreparedWeight(
      try w.weight("weight", outputs, inputs / groups, kernel.height, kernel.width))
    bias = hasBias ? try w.tensor("bias", outputs) : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The convolved images.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convolved2D(weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

/// A convolution of clips `[N, C, T, H, W]`. PyTorch's `nn.Conv3d`.
public struct Conv3D: Sendable {
  private let weight: PreparedWeight
  private let bias: Tensor?
  private let stride: Size3D
  private let padding: Size3D
  private let dilation: Size3D
  private let groups: Int

  /// Takes `weight` `[out, in / groups, t, h, w]` and, unless `hasBias` is false, `bias` `[out]`. Pads with zeros.
  public init(
    _ w: WeightScope, _ inputs: Int, _ outputs: Int, kernel: Size3D, stride: Size3D = 1, padding: Size3D = 0,
    dilation: Size3D = 1, groups: Int = 1, hasBias: Bool = true
  ) throws(CheckpointError) {
    weight = PreparedWeight(
      try w.weight(
        "weight", outputs, inputs / groups, kernel.frames, kernel.height, kernel.width))
    bias = hasBias ? try w.tensor("bias", outputs) : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The convolved clips.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convolved3D(weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

/// A transposed convolution of images `[N, C, H, W]`. PyTorch's `nn.ConvTranspose2d`.
public struct ConvTranspose2D: Sendable {
  private let weight: Tensor
  private let bias: Tensor?
  private let stride: Size2D
  private let padding: Size2D
  private let outputPadding: Size2D
  private let dilation: Size2D
  private let groups: Int

  /// Takes `weight` `[in, out / groups, h, w]` and, unless `hasBias` is false, `bias` `[out]`.
  public init(
    _ w: WeightScope, _ inputs: Int, _ outputs: Int, kernel: Size2D, stride: Size2D = 1, padding: Size2D = 0,
    outputPadding: Size2D = 0, dilation: Size2D = 1, groups: Int = 1, hasBias: Bool = true
  ) throws(CheckpointError) {
    weight = try w.tensor("weight", inputs, outputs / groups, kernel.height, kernel.width)
    bias = hasBias ? try w.tensor("bias", outputs) : nil
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
  }

  /// The enlarged images.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.transposedConvolved2D(
      weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation,
      groups: groups)
  }
}
