internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// RAFT's encoder: images `[N, 3, H, W]` to maps `[N, C, H / 8, W / 8]` through three stages of two residual blocks.
/// Source: Teed and Deng, RAFT, section 3.1 and figure 2; `extractor.py` of the authors' release.
struct FeatureEncoder {
  private let stem: NormalizedConvolution
  private let blocks: [EncoderBlock]
  private let head: Conv2D
  /// Channels of the result.
  let outputs: Int

  /// Takes the encoder at `w`; `normalization` is what stands behind its convolutions.
  init(_ w: RAFTScope, normalization: EncoderNormalization) throws(CheckpointError) {
    stem = try NormalizedConvolution(
      w("convnormrelu.0", princeton: "conv1"), normalization, w("convnormrelu.1", princeton: "norm1"),
      inputs: 3,
      kernel: 7, stride: 2)
    var blocks: [EncoderBlock] = []
    var channels = stem.outputs
    for (stage, stride) in [(1, 1), (2, 2), (3, 2)] {
      for number in 0..<2 {
        let place = "layer\(stage).\(number)"
        let block = try EncoderBlock(
          w(place, princeton: place), normalization, inputs: channels, stride: number == 0 ? stride : 1)
        channels = block.outputs
        blocks.append(block)
      }
    }
    self.blocks = blocks
    let last = w("conv", princeton: "conv2")
    outputs = try last.outputs()
    head = try Conv2D(last.weights, channels, outputs, kernel: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    head(blocks.reduce(stem(x).relu()) { $1($0) })
  }
}

/// What stands behind the convolutions of an encoder.
enum EncoderNormalization {
  /// Nothing: the small model's context encoder.
  case none
  /// Every channel of every image on its own, without parameters: feature encoders.
  case instance
  /// Statistics of training: the large model's context encoder.
  case batch
}

/// A convolution with its normalization; "same" padding of odd kernels.
struct NormalizedConvolution {
  private let convolution: Conv2D
  private let usesInstances: Bool
  private let batchNorm: BatchNorm?
  let outputs: Int

  init(
    _ w: RAFTScope, _ normalization: EncoderNormalization, _ normScope: RAFTScope, inputs: Int, kernel: Int,
    stride: Int = 1
  ) throws(CheckpointError) {
    outputs = try w.outputs()
    convolution = try Conv2D(
      w.weights, inputs, outputs, kernel: Size2D(height: kernel, width: kernel),
      stride: Size2D(height: stride, width: stride), padding: Padding2D(height: kernel / 2, width: kernel / 2)
    )
    usesInstances = normalization == .instance
    batchNorm = normalization == .batch ? try BatchNorm(normScope.weights, channels: outputs) : nil
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = convolution(x)
    if let batchNorm { return batchNorm(y) }
    return usesInstances ? y.instanceNormalized() : y
  }
}

/// A residual block of two 3x3 convolutions (large model), or of 1x1, 3x3 and 1x1 (small model, a bottleneck). Every
/// convolution is followed by ReLU, the last one before the addition too.
private struct EncoderBlock {
  private let convolutions: [NormalizedConvolution]
  private let skip: NormalizedConvolution?
  let outputs: Int

  init(
    _ w: RAFTScope, _ normalization: EncoderNormalization, inputs: Int, stride: Int
  ) throws(CheckpointError) {
    let isBottleneck = w("convnormrelu3.0", princeton: "conv3").hasTensor("weight")
    let layers = isBottleneck ? [(1, 1), (3, stride), (1, 1)] : [(3, stride), (3, 1)]
    var convolutions: [NormalizedConvolution] = []
    var channels = inputs
    for (index, (kernel, stride)) in layers.enumerated() {
      let number = index + 1
      let layer = try NormalizedConvolution(
        w("convnormrelu\(number).0", princeton: "conv\(number)"), normalization,
        w("convnormrelu\(number).1", princeton: "norm\(number)"), inputs: channels, kernel: kernel,
        stride: stride)
      channels = layer.outputs
      convolutions.append(layer)
    }
    self.convolutions = convolutions
    outputs = channels
    let downsample = w("downsample", princeton: "downsample")
    skip =
      stride == 1
      ? nil
      : try NormalizedConvolution(
        downsample("0", princeton: "0"), normalization, downsample("1", princeton: "1"), inputs: inputs,
        kernel: 1, stride: stride)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let residual = convolutions.reduce(x) { $1($0).relu() }
    return ((skip?(x) ?? x) + residual).relu()
  }
}
