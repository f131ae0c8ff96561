internal import Checkpoints
internal import EvalCore
public import Foundation
internal import LinearAlgebra
internal import TensorCore

/// The pieces of work that decide how long the network metrics take, one at a time, for timing beside other programs.
public enum NetworkWorkload: String, CaseIterable, Sendable {
  /// Inception's features of one 299x299 image.
  case inception
  /// LPIPS of one pair of 256x256 frames on AlexNet, both frames through the network.
  case lpipsAlex = "lpips-alex"
  /// The same on VGG16.
  case lpipsVGG = "lpips-vgg"
  /// I3D's logits of one clip of 16 frames at 224x224.
  case i3d
  /// The Fréchet distance of two full-rank covariances of 2048 dimensions.
  case frechet

  /// Reads what the work needs and returns the work, whose result is a number that depends on all of it.
  ///
  /// - Parameter weights: the weight file; `frechet` needs none.
  /// - Throws: `CheckpointError` for a file that does not hold the network.
  public func prepare(weights: URL?) throws -> () throws -> Double {
    guard self != .frechet else { return try Self.frechetDistance(dimension: 2048) }
    guard let weights else {
      throw MetricsError.unavailable(metric: .fid, reason: "the workload \(rawValue) needs a weight file")
    }
    let file = try CheckpointFile.open(weights)
    let pair = (Self.frame(side: 256, seed: 1), Self.frame(side: 256, seed: 2))
    switch self {
    case .inception:
      let network = try InceptionV3(WeightScope(file))
      let input = FIDFlavour.pytorchFID.input(pair.0)
      return { network.features(input).sum() }
    case .lpipsAlex, .lpipsVGG:
      let backbone: PerceptualBackbone = self == .lpipsAlex ? .alex : .vgg
      let network = try LPIPSDistance(WeightScope(PackageNames.perceptual(file, backbone)), backbone)
      return {
        network(network.features(pair.0), network.features(pair.1), size: pair.0.size, average: .layer).total
      }
    case .i3d:
      let network = try I3D(WeightScope(PackageNames.i3d(file)))
      let input = FVDConvention.commonMetrics.input(pair.0).reshaped(3, 1, I3D.side, I3D.side)
      let clip = Tensor.concatenation(
        [Tensor](repeating: input, count: FVDFrames.window), axis: 1
      ).reshaped(1, 3, FVDFrames.window, I3D.side, I3D.side)
      return { network(clip).sum() }
    case .frechet: preconditionFailure("handled above")
    }
  }

  private static func frechetDistance(dimension: Int) throws -> () throws -> Double {
    let sets = (0..<2).map { set in
      var generator = TorchNoise(seed: UInt64(set))
      let rows = generator.normal(dimension + 512, dimension)
      return FrechetStatistics(
        Matrix(rows: dimension + 512, columns: dimension, rows.values.map(Double.init)))
    }
    let covariances = sets.map { $0.covariance(.unbiased) }
    return { try FrechetDistance.between(sets[0].mean, covariances[0], sets[1].mean, covariances[1]) }
  }

  private static func frame(side: Int, seed: UInt64) -> Frame {
    var generator = TorchNoise(seed: seed)
    let values = generator.uniform([side * side * 3]).values
    return Frame(width: side, height: side, rgb: values.map { UInt8($0 * 255) })
  }
}
