public import Checkpoints
public import TensorCore

/// RAFT, recurrent all-pairs field transforms: dense optical flow (Teed and Deng, ECCV 2020).
///
/// The large and the small model; which one, and all widths, are read from the file. Tensor names of the authors'
/// release (`module.fnet…`) and of torchvision (`feature_encoder…`) are both understood.
public struct RAFT: Sendable {
  /// The two models of the paper.
  public enum Size: String, Sendable, CaseIterable {
    /// Residual blocks, separable recurrent unit, convex upsampling; radius 4.
    case large = "L"
    /// Bottleneck blocks, one recurrent unit, bilinear upsampling; radius 3.
    case small = "S"

    var radius: Int { self == .large ? 4 : 3 }
    /// Channels of the features and of the context in the published models.
    var publishedWidths: (features: Int, context: Int) { self == .large ? (256, 256) : (128, 160) }
  }

  /// Levels of the correlation pyramid.
  static let levels = 4
  /// The smallest side: below it, the coarsest level of matches is a single pixel wide.
  public static let smallestSide = 128
  /// Most places (an eighth of each side) of one flow; all pairs of them are kept in memory.
  public static let placeLimit = 1 << 15

  /// Which model the file holds.
  public let size: Size
  /// Whether the widths are those of the published models; others are for tests.
  public let hasPublishedWidths: Bool
  private let features: FeatureEncoder
  private let context: FeatureEncoder
  private let update: UpdateBlock
  private let mask: MaskPredictor?
  private let hidden: Int

  /// Builds the network from a weight file.
  ///
  /// - Throws: `CheckpointError` when tensors are missing, misshapen, or left over.
  public init(_ source: any TensorSource) throws(CheckpointError) {
    let root = WeightScope(source)
    let prefix = root.hasTensor("module.fnet.conv2.weight") ? "module" : ""
    let isPrinceton = !prefix.isEmpty || root.hasTensor("fnet.conv2.weight")
    let w = RAFTScope(weights: root, naming: isPrinceton ? .princeton : .torchvision)("", princeton: prefix)
    let block = w("update_block", princeton: "update_block")
    let lastOfMask = w("mask_predictor.conv", princeton: "update_block.mask.2")
    let size: Size = lastOfMask.hasTensor("weight") ? .large : .small
    self.size = size
    features = try FeatureEncoder(w("feature_encoder", princeton: "fnet"), normalization: .instance)
    let encoder = w("context_encoder", princeton: "cnet")
    let norm = encoder("convnormrelu.1", princeton: "norm1")
    context = try FeatureEncoder(encoder, normalization: norm.hasTensor("running_mean") ? .batch : .none)
    hidden =
      try block("flow_head.conv1", princeton: "flow_head.conv1").weights.shape(of: "weight")
      .dropFirst().first ?? 0
    let side = 2 * size.radius + 1
    update = try UpdateBlock(
      block, matches: Self.levels * side * side, hidden: hidden, context: max(0, context.outputs - hidden))
    mask =
      size == .large
      ? try MaskPredictor(
        w("mask_predictor.convrelu.0", princeton: "update_block.mask.0"), lastOfMask, hidden: hidden) : nil
    let widths = size.publishedWidths
    hasPublishedWidths = features.outputs == widths.features && context.outputs == widths.context
    // The authors' file stores the last normalization of a block with a shortcut twice.
    let stem = prefix.isEmpty ? "" : prefix + "."
    try root.requireAllUsed(ignoring: ["\(stem)cnet.layer2.0.norm3.", "\(stem)cnet.layer3.0.norm3."])
  }

  /// Flow `[1, 2, H, W]` in pixels, x then y, from `first` to `second`, `[1, 3, H, W]` each with values in -1...1: what
  /// lies at `p` in the first image lies at `p + flow(p)` in the second.
  ///
  /// Sides must be multiples of 8 and at least `smallestSide`; `InputPadder` makes them so.
  public func flow(from first: Tensor, to second: Tensor, iterations: Int) -> Tensor {
    precondition(
      first.rank == 4 && first.shape[..<2] == [1, 3] && first.shape == second.shape,
      "images \(Shape.text(first.shape)) and \(Shape.text(second.shape)) are not a pair")
    precondition(
      first.shape[2...].allSatisfy { $0 % FlowUpsampling.factor == 0 && $0 >= Self.smallestSide },
      "images \(Shape.text(first.shape)) need sides that are multiples of 8 and at least \(Self.smallestSide)"
    )
    precondition(iterations > 0, "\(iterations) iterations give no flow")
    let pyramid = self.pyramid(first, second)
    let split = context(first)
    var state = split.slice(axis: 1, 0..<hidden).tanh()
    let terms = update.contextTerms(split.slice(axis: 1, hidden..<split.shape[1]).relu())
    let places = Self.places(height: split.shape[2], width: split.shape[3])
    var flow = Tensor(repeating: 0, shape: places.shape)
    for _ in 0..<iterations {
      let matches = pyramid.windows(at: places + flow, radius: size.radius)
      let step = update(hidden: state, terms: terms, matches: matches, flow: flow)
      state = step.hidden
      flow = flow + step.correction
    }
    guard let mask else { return FlowUpsampling.bilinear(flow) }
    return FlowUpsampling.convex(flow, mask: mask(state))
  }

  /// The feature maps of images `[N, 3, H, W]`.
  func featureMaps(_ images: Tensor) -> Tensor { features(images) }

  /// The matches of all pairs of places.
  func pyramid(_ first: Tensor, _ second: Tensor) -> CorrelationPyramid {
    let maps = features(Tensor.concatenation([first, second], axis: 0))
    return CorrelationPyramid(
      maps.slice(axis: 0, 0..<1), maps.slice(axis: 0, 1..<2), levels: Self.levels)
  }

  /// The coordinates of every place, `[1, 2, h, w]`, x then y.
  static func places(height: Int, width: Int) -> Tensor {
    let x = (0..<height * width).map { Float($0 % width) }
    let y = (0..<height * width).map { Float($0 / width) }
    return Tensor(shape: [1, 2, height, width], x + y)
  }
}
