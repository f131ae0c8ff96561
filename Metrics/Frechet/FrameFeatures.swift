internal import Checkpoints
internal import EvalCore
internal import Imaging
internal import TensorCore
internal import WeightStore

/// The networks whose frame features a Fréchet distance compares, each with the preparation of its input.
enum FrameNetwork: String, Sendable, CaseIterable {
  /// Inception-v3 of FID, 2048 features.
  case inception
  /// AlexNet's last ReLU averaged over positions, 256 features.
  case alex5
  /// EfficientNet-Lite0 before its classifier, 1280 features.
  case efflite0

  /// Column name when this network stands in for FID's.
  var label: String {
    switch self {
    case .inception: "FID"
    case .alex5: "FD-Alex5"
    case .efflite0: "FD-EffLite0"
    }
  }

  /// Sets of pinned files, any of which gives the network.
  var officialWeights: [[WeightID]] {
    switch self {
    case .inception: [[.fidInception]]
    case .alex5: [[.lpipsAlex], [.alexNet]]
    case .efflite0: [[.efficientNetLite0]]
    }
  }
}

/// How the original implementations of FID prepare frames for Inception. Each gives another number.
enum FIDFlavour: String, Sendable, CaseIterable {
  /// Bilinear with half-pixel centres on 0...1, then 2x - 1.
  case pytorchFID = "pytorch-fid"
  /// TensorFlow 1's bilinear on 0...255, then (x - 128) / 128.
  case torchFidelity = "torch-fidelity"
  /// Pillow's antialiased bicubic on float channels, clipped, then 2x/255 - 1.
  case cleanFID = "clean-fid"

  fileprivate static let size = FrameSize(width: 299, height: 299)

  /// The network's input `[1, 3, 299, 299]`.
  func input(_ frame: Frame) -> Tensor {
    let tensor =
      switch self {
      case .pytorchFID:
        Tensor(frame) { _, level in Float(level) / 255 }.images
          .resized(to: Size2D(height: Self.size.height, width: Self.size.width), .bilinear)
          .mapped { 2 * $0 - 1 }
      case .torchFidelity:
        Tensor(Resizer(from: frame.size, to: Self.size, filter: .tf1Bilinear).float(frame)) {
          ($0 - 128) / 128
        }
        .images
      case .cleanFID:
        Tensor(Resizer(from: frame.size, to: Self.size, filter: .bicubicAA).float(frame)) {
          2 * (max(0, min(255, $0)) / 255) - 1
        }.images
      }
    return tensor
  }
}

extension Tensor {
  /// `[C, H, W]` as one image `[1, C, H, W]`.
  var images: Tensor { reshaped([1] + shape) }
}

/// One network with its input: a frame in, a row of features out.
struct FrameFeatures: Sendable {
  /// Names network, weights and preparation: key of products and part of signatures.
  let key: String
  /// The key with the whole digest of the weights.
  private let product: String
  private let kind: FrameNetwork
  private let network: LoadedOnce<@Sendable (Frame) -> Tensor>

  init(_ kind: FrameNetwork, flavour: FIDFlavour, weights: MetricWeights) {
    let preparation = "\(kind.rawValue)/\(kind == .inception ? flavour.rawValue + "/" : "")"
    key = preparation + weights.digest
    product = preparation + weights.sha256
    self.kind = kind
    network = LoadedOnce { try Self.load(kind, flavour, weights) }
  }

  private static func load(
    _ kind: FrameNetwork, _ flavour: FIDFlavour, _ weights: MetricWeights
  ) throws -> @Sendable (Frame) -> Tensor {
    let source = try weights.source()
    switch kind {
    case .inception:
      let network = try InceptionV3(WeightScope(source))
      return { network.features(flavour.input($0)) }
    case .alex5:
      let network = try PerceptualNetwork(WeightScope(PackageNames.perceptual(source, .alex)), .alex)
      return { frame in
        let taps = network(LPIPSInput.tensor(frame))
        let last = taps[taps.count - 1]
        return last.reshaped(last.shape[1], last.shape[2] * last.shape[3]).mean(axis: 1)
      }
    case .efflite0:
      let network = try EfficientNetLite0(WeightScope(source))
      let size = FrameSize(width: EfficientNetLite0.side, height: EfficientNetLite0.side)
      return { frame in
        let resized = Resizer(from: frame.size, to: size, filter: .bilinearAA).float(frame)
        return network.features(Tensor(resized) { ($0 - 127) / 128 }.images)
      }
    }
  }

  /// Loads the network, or throws what is wrong with its file.
  func prepare() throws { _ = try network() }

  /// The features of a frame, from `store` where it has them; throws `MetricsError.notFinite` when one is no number.
  func callAsFunction(
    _ picture: IdentifiedFrame, store: (any FeatureStore)?, clip: String, metric: MetricID
  ) throws -> [Float] {
    let frame = picture.frame
    if kind == .alex5 { try PerceptualBackbone.alex.check(frame.size, clip: clip, metric: metric) }
    return try store.array(.frameFeatures, product: product, of: [picture]) {
      let row = try network()(frame).values
      guard row.allSatisfy(\.isFinite) else { throw MetricsError.notFinite(metric: metric, clip: clip) }
      return NumericArray(shape: [row.count], values: row)
    }.values
  }
}
