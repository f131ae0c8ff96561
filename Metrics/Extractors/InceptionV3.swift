internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// Inception-v3 as FID uses it: TensorFlow's network of 2015-12-05 with the names of its PyTorch port.
///
/// It differs from torchvision's: average pools do not count padding, the pool of the last block takes the maximum,
/// and the classifier has 1008 outputs. Source: Szegedy et al. 2016; pytorch-fid 0.3.0.
struct InceptionV3: Sendable {
  private let stem: [ConvolutionUnit2D]
  private let blocks: [(name: String, block: any InceptionBlock)]
  private let classifier: Linear

  /// Takes every tensor of the network.
  init(_ w: WeightScope) throws(CheckpointError) {
    stem = [
      try InceptionUnit.make(w / "Conv2d_1a_3x3", 3, stride: 2, isPadded: false),
      try InceptionUnit.make(w / "Conv2d_2a_3x3", 3, isPadded: false),
      try InceptionUnit.make(w / "Conv2d_2b_3x3", 3),
      try InceptionUnit.make(w / "Conv2d_3b_1x1", 1),
      try InceptionUnit.make(w / "Conv2d_4a_3x3", 3, isPadded: false),
    ]
    blocks = [
      ("Mixed_5b", try InceptionA(w / "Mixed_5b")), ("Mixed_5c", try InceptionA(w / "Mixed_5c")),
      ("Mixed_5d", try InceptionA(w / "Mixed_5d")), ("Mixed_6a", try InceptionB(w / "Mixed_6a")),
      ("Mixed_6b", try InceptionC(w / "Mixed_6b")), ("Mixed_6c", try InceptionC(w / "Mixed_6c")),
      ("Mixed_6d", try InceptionC(w / "Mixed_6d")), ("Mixed_6e", try InceptionC(w / "Mixed_6e")),
      ("Mixed_7a", try InceptionD(w / "Mixed_7a")),
      ("Mixed_7b", try InceptionE(w / "Mixed_7b", poolsMaximum: false)),
      ("Mixed_7c", try InceptionE(w / "Mixed_7c", poolsMaximum: true)),
    ]
    let shape = try w.shape(of: "fc.weight")
    classifier = try Linear(w / "fc", shape.last ?? 0, shape.first ?? 0)
  }

  /// The features of images `[N, 3, 299, 299]` in -1...1: `[N, 2048]`, the mean over positions of the last block.
  ///
  /// - Parameter observe: is given every stage's output by name.
  func features(_ x: Tensor, observe: (String, Tensor) -> Void = { _, _ in }) -> Tensor {
    var x = stem[0](x)
    observe("Conv2d_1a_3x3", x)
    x = stem[1](x)
    observe("Conv2d_2a_3x3", x)
    x = stem[2](x)
    observe("Conv2d_2b_3x3", x)
    x = stem[3](x.maxPooled2D(kernel: 3, stride: 2))
    observe("Conv2d_3b_1x1", x)
    x = stem[4](x)
    observe("Conv2d_4a_3x3", x)
    x = x.maxPooled2D(kernel: 3, stride: 2)
    for (name, block) in blocks {
      x = block(x)
      observe(name, x)
    }
    return x.reshaped(x.shape[0], x.shape[1], x.shape[2] * x.shape[3]).mean(axis: 2)
  }

  /// The classifier's outputs of `features`, before any softmax.
  func classScores(_ features: Tensor) -> Tensor { classifier(features) }
}
