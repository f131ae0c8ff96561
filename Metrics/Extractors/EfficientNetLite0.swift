internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// EfficientNet-Lite0 with the names of its PyTorch port: ReLU6 everywhere, no squeeze-and-excitation.
struct EfficientNetLite0: Sendable {
  /// Side of the square images.
  static let side = 224

  /// Kernel, stride and repeats of each stage; only the first block of a stage has the stride.
  private static let stages: [(kernel: Int, stride: Int, repeats: Int)] = [
    (3, 1, 1), (3, 2, 2), (5, 2, 2), (3, 2, 3), (5, 1, 3), (5, 2, 4), (3, 1, 1),
  ]

  private let stem: ConvolutionUnit2D
  private let blocks: [InvertedResidual]
  private let head: ConvolutionUnit2D
  private let classifier: Linear

  /// Takes every tensor of the network.
  init(_ w: WeightScope) throws(CheckpointError) {
    stem = try ConvolutionUnit2D(
      w / "_conv_stem", w / "_bn0", kernel: 3, stride: 2, padding: nil, activation: .relu6)
    var blocks: [InvertedResidual] = []
    for stage in Self.stages {
      for index in 0..<stage.repeats {
        blocks.append(
          try InvertedResidual(
            w / "_blocks" / blocks.count, kernel: stage.kernel, stride: index == 0 ? stage.stride : 1))
      }
    }
    self.blocks = blocks
    head = try ConvolutionUnit2D(w / "_conv_head", w / "_bn1", kernel: 1, padding: 0, activation: .relu6)
    let shape = try w.shape(of: "_fc.weight")
    classifier = try Linear(w / "_fc", shape.last ?? 0, shape.first ?? 0)
  }

  /// The pooled features of images `[N, 3, 224, 224]`, `(x - 127) / 128` of 0...255: `[N, 1280]`.
  func features(_ x: Tensor, observe: (String, Tensor) -> Void = { _, _ in }) -> Tensor {
    var x = stem(x)
    for (index, block) in blocks.enumerated() {
      x = block(x)
      observe("block\(index)", x)
    }
    x = head(x)
    return x.reshaped(x.shape[0], x.shape[1], x.shape[2] * x.shape[3]).mean(axis: 2)
  }

  /// The classifier's outputs of `features`, before any softmax.
  func classScores(_ features: Tensor) -> Tensor { classifier(features) }
}

/// Expansion, depthwise convolution, projection without activation; added to the input where sizes agree.
struct InvertedResidual: Sendable {
  private let units: [ConvolutionUnit2D]
  private let stride: Int

  init(_ w: WeightScope, kernel: Int, stride: Int) throws(CheckpointError) {
    var units: [ConvolutionUnit2D] = []
    if w.hasTensor("_expand_conv.weight") {
      units.append(
        try ConvolutionUnit2D(
          w / "_expand_conv", w / "_bn0", kernel: 1, padding: 0, activation: .relu6))
    }
    units.append(
      try ConvolutionUnit2D(
        w / "_depthwise_conv", w / "_bn1", kernel: Size2D(height: kernel, width: kernel), stride: stride,
        padding: nil, isDepthwise: true, activation: .relu6))
    units.append(
      try ConvolutionUnit2D(w / "_project_conv", w / "_bn2", kernel: 1, padding: 0, activation: .none))
    self.units = units
    self.stride = stride
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = units.reduce(x) { $1($0) }
    return stride == 1 && y.shape == x.shape ? y + x : y
  }
}
