internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// A convolution without bias and the batch normalization behind it as one convolution with bias.
///
/// Folded in double precision. Source of the fold: with fixed statistics both are affine maps per channel.
private struct FoldedConvolution {
  let scope: WeightScope
  let inputs: Int
  let outputs: Int

  /// - Parameter hasScale: whether the normalization has `weight`; it always has `bias`.
  init(
    _ convolution: WeightScope, _ norm: WeightScope, hasScale: Bool, epsilon: Double
  ) throws(CheckpointError) {
    let shape = try convolution.shape(of: "weight")
    guard shape.count > 1 else {
      throw .wrongShape(
        file: convolution.sourceName, name: "\(convolution.path).weight", found: shape,
        expected: [0, 0, 0, 0])
    }
    let outputs = shape[0]
    let kernels = try convolution.tensor("weight", shape: shape)
    let mean = try norm.tensor("running_mean", outputs).values
    let variance = try norm.tensor("running_var", outputs).values
    let shift = try norm.tensor("bias", outputs).values
    let scale =
      hasScale ? try norm.tensor("weight", outputs).values : [Float](repeating: 1, count: outputs)
    if norm.hasTensor("num_batches_tracked") { _ = try norm.tensor("num_batches_tracked") }
    let factors = (0..<outputs).map { Double(scale[$0]) / (Double(variance[$0]) + epsilon).squareRoot() }
    let area = shape.dropFirst().reduce(1, *)
    let folded = kernels.withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        for index in target.indices { target[index] = Float(Double(source[index]) * factors[index / area]) }
      }
    }
    let bias = (0..<outputs).map { Float(Double(shift[$0]) - Double(mean[$0]) * factors[$0]) }
    let path = convolution.path
    let table = TensorTable(
      name: convolution.sourceName,
      tensors: ["\(path).weight": folded, "\(path).bias": Tensor(shape: [outputs], bias)])
    scope = WeightScope(table) / path
    inputs = shape[1]
    self.outputs = outputs
  }
}

/// Convolution of images, batch normalization, activation; widths come from the file.
struct ConvolutionUnit2D: Sendable {
  /// What follows the normalization.
  enum Activation: Sendable {
    case none, relu, relu6
  }

  private let convolution: Conv2D
  private let activation: Activation
  private let samePadding: (kernel: Int, stride: Int)?

  /// Takes the weights of `convolution` and `norm`. `padding` nil: TensorFlow's SAME, which depends on the input.
  init(
    _ convolution: WeightScope, _ norm: WeightScope, kernel: Size2D, stride: Int = 1, padding: Padding2D?,
    isDepthwise: Bool = false, activation: Activation = .relu, epsilon: Double = 1e-3
  ) throws(CheckpointError) {
    let folded = try FoldedConvolution(convolution, norm, hasScale: true, epsilon: epsilon)
    let isSymmetric = stride == 1
    self.convolution = try Conv2D(
      folded.scope, isDepthwise ? folded.outputs : folded.inputs, folded.outputs, kernel: kernel,
      stride: Size2D(height: stride, width: stride),
      padding: padding ?? (isSymmetric ? Padding2D(height: kernel.height / 2, width: kernel.width / 2) : 0),
      groups: isDepthwise ? folded.outputs : 1)
    self.activation = activation
    samePadding = padding == nil && !isSymmetric ? (kernel.height, stride) : nil
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var input = x
    if let (kernel, stride) = samePadding {
      let rows = SamePadding(x.shape[2], kernel, stride)
      let columns = SamePadding(x.shape[3], kernel, stride)
      input = x.padded(
        Padding2D(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after))
    }
    let y = convolution(input)
    switch activation {
    case .none: return y
    case .relu: return y.relu()
    case .relu6: return y.clamped(to: 0...6)
    }
  }
}

/// Convolution of clips with TensorFlow's SAME padding, batch normalization (without scale in the original; ports
/// store ones), ReLU.
struct ConvolutionUnit3D: Sendable {
  private let convolution: Conv3D
  private let kernel: Int
  private let stride: Int

  /// Takes `conv3d.weight` and `bn.{bias,running_mean,running_var}`; the kernel is a cube of odd side.
  init(_ w: WeightScope, kernel: Int, stride: Int = 1) throws(CheckpointError) {
    let folded = try FoldedConvolution(
      w / "conv3d", w / "bn", hasScale: (w / "bn").hasTensor("weight"), epsilon: 1e-3)
    let padding = stride == 1 ? kernel / 2 : 0
    convolution = try Conv3D(
      folded.scope, folded.inputs, folded.outputs,
      kernel: Size3D(frames: kernel, height: kernel, width: kernel),
      stride: Size3D(frames: stride, height: stride, width: stride),
      padding: Size3D(frames: padding, height: padding, width: padding))
    self.kernel = kernel
    self.stride = stride
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var input = x
    if stride > 1 {
      for axis in 2...4 {
        let padding = SamePadding(x.shape[axis], kernel, stride)
        input = input.padded(axis: axis, before: padding.before, after: padding.after)
      }
    }
    return convolution(input).relu()
  }
}

/// TensorFlow's SAME along one axis: `ceil(size / stride)` outputs, the odd element of padding at the end.
struct SamePadding {
  let before: Int
  let after: Int

  init(_ size: Int, _ kernel: Int, _ stride: Int) {
    let outputs = (size + stride - 1) / stride
    let total = max((outputs - 1) * stride + kernel - size, 0)
    before = total / 2
    after = total - total / 2
  }
}
