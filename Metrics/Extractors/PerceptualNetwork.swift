internal import Checkpoints
internal import EvalCore
internal import NeuralLayers
internal import TensorCore

/// The networks whose features LPIPS compares.
enum PerceptualBackbone: String, Sendable, CaseIterable {
  /// AlexNet, the reference's default.
  case alex
  /// VGG16.
  case vgg

  /// Kernel, stride and padding of each convolution, and the pooling before it.
  fileprivate struct Step {
    let place: Int
    var kernel = 3
    var stride = 1
    var padding = 1
    var poolBefore: Int?
    var isTapped = false
  }

  fileprivate var steps: [Step] {
    switch self {
    case .alex:
      [
        Step(place: 0, kernel: 11, stride: 4, padding: 2, isTapped: true),
        Step(place: 3, kernel: 5, padding: 2, poolBefore: 3, isTapped: true),
        Step(place: 6, poolBefore: 3, isTapped: true), Step(place: 8, isTapped: true),
        Step(place: 10, isTapped: true),
      ]
    case .vgg:
      [
        Step(place: 0), Step(place: 2, isTapped: true), Step(place: 5, poolBefore: 2),
        Step(place: 7, isTapped: true), Step(place: 10, poolBefore: 2), Step(place: 12),
        Step(place: 14, isTapped: true), Step(place: 17, poolBefore: 2), Step(place: 19),
        Step(place: 21, isTapped: true), Step(place: 24, poolBefore: 2), Step(place: 26),
        Step(place: 28, isTapped: true),
      ]
    }
  }

  /// Shortest side of a frame that leaves the last layer one position.
  var minimumSide: Int { self == .alex ? 31 : 16 }

  /// Throws `MetricsError.frameSmallerThanNetwork` for frames that are too small.
  func check(_ size: FrameSize, clip: String, metric: MetricID) throws(MetricsError) {
    guard min(size.width, size.height) < minimumSide else { return }
    throw .frameSmallerThanNetwork(metric: metric, clip: clip, size: size, minimum: minimumSide)
  }

  /// Numbers of the convolutions in torchvision's `features`.
  var places: [Int] { steps.map(\.place) }
}

/// AlexNet or VGG16 up to the last convolution, tapped after five ReLUs.
///
/// Source: torchvision's `alexnet` and `vgg16`; LPIPS 0.1.4, `pretrained_networks`.
struct PerceptualNetwork: Sendable {
  private let layers: [(step: PerceptualBackbone.Step, convolution: Conv2D)]

  /// Takes `features.N.weight` and `.bias` of the convolutions.
  init(_ w: WeightScope, _ backbone: PerceptualBackbone) throws(CheckpointError) {
    layers = try backbone.steps.map { step throws(CheckpointError) in
      let scope = w / "features" / step.place
      let shape = try scope.shape(of: "weight")
      let convolution = try Conv2D(
        scope, shape.count > 1 ? shape[1] : 0, shape.first ?? 0,
        kernel: Size2D(height: step.kernel, width: step.kernel),
        stride: Size2D(height: step.stride, width: step.stride),
        padding: Padding2D(height: step.padding, width: step.padding))
      return (step, convolution)
    }
  }

  /// The five tapped feature maps of images `[N, 3, H, W]`, already shifted and scaled.
  func callAsFunction(_ x: Tensor) -> [Tensor] {
    var x = x
    var taps: [Tensor] = []
    for (step, convolution) in layers {
      if let kernel = step.poolBefore {
        x = x.maxPooled2D(kernel: Size2D(height: kernel, width: kernel), stride: 2)
      }
      x = convolution(x).relu()
      if step.isTapped { taps.append(x) }
    }
    return taps
  }
}
