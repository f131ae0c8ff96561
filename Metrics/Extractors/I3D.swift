internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The inflated Inception-v1 for colour clips, Kinetics-400: the network of FVD.
///
/// Source: Carreira and Zisserman 2017; weights of `deepmind/i3d-kinetics-400/1` and their conversions.
struct I3D: Sendable {
  /// Frames below which the time axis is too short for the last pooling.
  static let minimumFrames = 9
  /// Side of the square frames.
  static let side = 224

  private let conv1a: ConvolutionUnit3D
  private let conv2b: ConvolutionUnit3D
  private let conv2c: ConvolutionUnit3D
  /// Mixed blocks with the pooling before them, if any.
  private let blocks: [(name: String, pool: (kernel: Size3D, stride: Size3D)?, block: MixedBlock3D)]
  private let logits: Conv3D

  /// Takes every tensor of the network, under the names of the common PyTorch port.
  init(_ w: WeightScope) throws(CheckpointError) {
    conv1a = try ConvolutionUnit3D(w / "Conv3d_1a_7x7", kernel: 7, stride: 2)
    conv2b = try ConvolutionUnit3D(w / "Conv3d_2b_1x1", kernel: 1)
    conv2c = try ConvolutionUnit3D(w / "Conv3d_2c_3x3", kernel: 3)
    let pools: [String: (kernel: Size3D, stride: Size3D)] = [
      "Mixed_3b": (Self.planeKernel, Self.planeStride), "Mixed_4b": (3, 2), "Mixed_5b": (2, 2),
    ]
    let names = ["3b", "3c", "4b", "4c", "4d", "4e", "4f", "5b", "5c"].map { "Mixed_\($0)" }
    blocks = try names.map { name throws(CheckpointError) in
      (name, pools[name], try MixedBlock3D(w / name))
    }
    let head = w / "logits.conv3d"
    let shape = try head.shape(of: "weight")
    logits = try Conv3D(head, shape.count > 1 ? shape[1] : 0, shape.first ?? 0, kernel: 1)
  }

  private static let planeKernel = Size3D(frames: 1, height: 3, width: 3)
  private static let planeStride = Size3D(frames: 1, height: 2, width: 2)

  /// The class logits of clips `[N, 3, T, 224, 224]` in -1...1, averaged over time: `[N, 400]`.
  ///
  /// - Parameter observe: is given every stage's output by name.
  func callAsFunction(_ x: Tensor, observe: (String, Tensor) -> Void = { _, _ in }) -> Tensor {
    precondition(
      x.shape[2] >= Self.minimumFrames, "i3d needs \(Self.minimumFrames) frames, got \(x.shape[2])")
    var x = conv1a(x)
    observe("Conv3d_1a_7x7", x)
    x = x.maxPooled3D(kernel: Self.planeKernel, stride: Self.planeStride, padding: .same)
    observe("MaxPool3d_2a_3x3", x)
    x = conv2c(conv2b(x))
    observe("Conv3d_2c_3x3", x)
    for (name, pool, block) in blocks {
      if let pool { x = x.maxPooled3D(kernel: pool.kernel, stride: pool.stride, padding: .same) }
      x = block(x)
      observe(name, x)
    }
    x = x.averagePooled3D(
      kernel: Size3D(frames: 2, height: 7, width: 7), stride: 1, includesPadding: false)
    observe("AvgPool", x)
    let steps = logits(x)
    observe("LogitsPerStep", steps)
    return steps.reshaped(steps.shape[0], steps.shape[1], steps.count / (steps.shape[0] * steps.shape[1]))
      .mean(axis: 2)
  }
}

/// Four branches: 1x1x1; 1x1x1 and 3x3x3, twice; pool and 1x1x1.
struct MixedBlock3D: Sendable {
  private let b0: ConvolutionUnit3D
  private let b1: [ConvolutionUnit3D]
  private let b2: [ConvolutionUnit3D]
  private let b3b: ConvolutionUnit3D

  init(_ w: WeightScope) throws(CheckpointError) {
    b0 = try ConvolutionUnit3D(w / "b0", kernel: 1)
    b1 = [try ConvolutionUnit3D(w / "b1a", kernel: 1), try ConvolutionUnit3D(w / "b1b", kernel: 3)]
    b2 = [try ConvolutionUnit3D(w / "b2a", kernel: 1), try ConvolutionUnit3D(w / "b2b", kernel: 3)]
    b3b = try ConvolutionUnit3D(w / "b3b", kernel: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let pooled = x.maxPooled3D(kernel: 3, stride: 1, padding: .same)
    return Tensor.concatenation([b0(x), b1[1](b1[0](x)), b2[1](b2[0](x)), b3b(pooled)], axis: 1)
  }
}
