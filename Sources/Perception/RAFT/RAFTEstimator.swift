public import Checkpoints
internal import EmbeddedModels
public import EvalCore
public import Foundation
internal import TensorCore

/// RAFT with its weights and settings as a flow estimator.
///
/// The network's vectors lie 8 pixels apart. With `isRefined` a search of patches near them and a variational energy then
/// fit the flow to the pixels, with the means of `DISEstimator`. That belongs to the project's own flow, whose network
/// is small and trained on cartoons; published weights give RAFT's flow as its authors compute it.
public struct RAFTEstimator: FlowEstimator {
  /// Updates when nothing else is asked for: the setting of the authors' demonstration.
  public static let defaultIterations = 20

  /// Published files by the leading digits of their hash, as their publishers state them.
  private static let published = [
    WeightsIdentity.Published(hashPrefix: "fcfa4125d6418f4d", origin: "things", isOfficial: true),
    WeightsIdentity.Published(hashPrefix: "ff5fadd5", origin: "C_T_SKHT_V2", isOfficial: false),
    WeightsIdentity.Published(hashPrefix: "01064c6d", origin: "C_T_V2", isOfficial: false),
  ]

  /// The network.
  public let network: RAFT
  /// Whose weights they are.
  public let weights: WeightsIdentity
  /// Number of updates.
  public let iterations: Int
  /// Whether the network's flow is fitted to the pixels.
  public let isRefined: Bool

  /// Opens a weight file of any known kind and builds the network. Where `refined` is nil, the flow of the project's own
  /// weights is refined.
  ///
  /// - Throws: `CheckpointError`.
  public init(
    weights url: URL, iterations: Int = defaultIterations, refined: Bool? = nil
  ) throws(CheckpointError) {
    let file = try CheckpointFile.open(url)
    network = try RAFT(file)
    weights = try WeightsIdentity(of: file, at: url, published: Self.published)
    self.iterations = iterations
    isRefined = refined ?? weights.isOfProject
  }

  /// RAFT-small inside the program, which the project trained on its own generated animation (Training/README.md).
  ///
  /// - Throws: `CheckpointError`, for a program that was put together without it.
  public init(
    embeddedWithIterations iterations: Int = defaultIterations, refined: Bool = true
  ) throws(CheckpointError) {
    let name = "embedded \(EmbeddedModels.flow)"
    guard let bytes = EmbeddedModels.bytes(named: EmbeddedModels.flow) else {
      throw .unreadable(file: name, reason: "it is not in this program")
    }
    let file = try CheckpointFile.open(named: name, constants: bytes)
    network = try RAFT(file)
    weights = WeightsIdentity(of: file, bytes: bytes, published: Self.published)
    self.iterations = iterations
    isRefined = refined
  }

  /// For example `RAFT-S/project` or `RAFT-L/1f0c22aa`, with `+refined` or `+unrefined` where that is not these weights'
  /// usual way.
  public var label: String {
    let unusual = isRefined == weights.isOfProject ? "" : isRefined ? "+refined" : "+unrefined"
    return "RAFT-\(network.size.rawValue)/\(weights.origin)\(unusual)"
  }

  private var refinement: String { isRefined ? ",refined=v1" : "" }

  /// For example `raft-l(weights=things,sha256=fcfa4125d6418f4d,it=20)`.
  public var name: String {
    "raft-\(network.size.rawValue.lowercased())(weights=\(weights.origin),"
      + "sha256=\(weights.sha256.prefix(16)),it=\(iterations)\(refinement))"
  }

  /// The updates of a pair are the largest cost of TC; reading half a mebibyte back is not.
  public var storedName: String? {
    "raft-\(network.size.rawValue.lowercased())/it=\(iterations)\(refinement)/\(weights.sha256)"
  }

  /// Whether these are the weights and settings the paper's number is read as: raft-things, 20 updates.
  public var isOfficial: Bool { weights.isOfficial && iterations == Self.defaultIterations && !isRefined }

  /// Flow from `first` to `second` in pixels; frames are padded to multiples of 8 and the result is cropped.
  public func flow(from first: Frame, to second: Frame) throws -> OpticalFlow {
    guard first.size == second.size else {
      throw FlowError.sizesDiffer(first: first.size, second: second.size)
    }
    let padder = InputPadder(height: first.height, width: first.width)
    let padded = padder.paddedSize
    guard min(padded.height, padded.width) >= RAFT.smallestSide else {
      throw FlowError.tooSmall(method: label, size: first.size, smallestSide: RAFT.smallestSide)
    }
    guard padded.height / 8 * (padded.width / 8) <= RAFT.placeLimit else {
      throw FlowError.tooLarge(method: label, size: first.size, pixelLimit: 64 * RAFT.placeLimit)
    }
    let flow = padder.crop(
      network.flow(
        from: padder.pad(Self.tensor(first)), to: padder.pad(Self.tensor(second)), iterations: iterations))
    let values = flow.values
    guard values.allSatisfy(\.isFinite) else { throw FlowError.notFinite(method: label) }
    let count = first.width * first.height
    var field = FlowPlanes(
      height: first.height, width: first.width, u: Array(values[..<count]), v: Array(values[count...]))
    if isRefined {
      FlowRefinement.ofNetwork.improve(&field, from: ColourPlanes(first), to: ColourPlanes(second))
    }
    return OpticalFlow(width: first.width, height: first.height, dx: field.u, dy: field.v)
  }

  /// `[1, 3, H, W]` with values in -1...1.
  private static func tensor(_ frame: Frame) -> Tensor {
    let count = frame.width * frame.height
    return Tensor(shape: [1, 3, frame.height, frame.width]) { target in
      for channel in 0..<3 {
        for pixel in 0..<count {
          target[channel * count + pixel] = Float(frame.rgb[3 * pixel + channel]) / 127.5 - 1
        }
      }
    }
  }
}
