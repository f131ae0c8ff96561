internal import Checkpoints
internal import EvalCore
internal import TensorCore

/// LPIPS's input: 2x - 1 on 0...1, then shifted and scaled per channel.
enum LPIPSInput {
  private static let shift: [Float] = [-0.030, -0.088, -0.188]
  private static let scale: [Float] = [0.458, 0.448, 0.450]

  /// `[1, 3, H, W]`.
  static func tensor(_ frame: Frame) -> Tensor {
    Tensor(frame) { channel, level in ((2 * (Float(level) / 255) - 1) - shift[channel]) / scale[channel] }
      .images
  }
}

/// The learned perceptual distance of LPIPS 0.1: a weighted distance of unit-length feature vectors.
///
/// Source: Zhang et al. 2018; lpips 0.1.4.
struct LPIPSDistance: Sendable {
  /// How a layer's map of distances becomes a number.
  enum Average: String, Sendable, CaseIterable {
    /// Mean over the layer's positions.
    case layer
    /// The map enlarged bilinearly to the frame, then its mean.
    case spatialMean = "spatial-mean"
  }

  /// A layer's features scaled to unit length at every position, `[C, h * w]`.
  struct Features: Sendable {
    let layers: [Tensor]
  }

  /// Added to the length itself, outside the root.
  private static let epsilon: Float = 1e-10

  private let network: PerceptualNetwork
  private let weights: [[Float]]

  /// Takes the backbone's convolutions and `lin0` to `lin4`.
  init(_ w: WeightScope, _ backbone: PerceptualBackbone) throws(CheckpointError) {
    network = try PerceptualNetwork(w, backbone)
    weights = try (0..<5).map { layer throws(CheckpointError) in
      let scope = w / "lin\(layer).model.1"
      let channels = try scope.shape(of: "weight").dropFirst().first ?? 0
      return try scope.tensor("weight", 1, channels, 1, 1).values
    }
  }

  /// What a frame is compared by.
  func features(_ frame: Frame) -> Features {
    Features(layers: network(LPIPSInput.tensor(frame)).map(Self.unitLength))
  }

  /// The distance and its five parts.
  func callAsFunction(
    _ a: Features, _ b: Features, size: FrameSize, average: Average
  ) -> (total: Double, layers: [Double]) {
    let layers = zip(zip(a.layers, b.layers), weights).map { pair, weights in
      let map = Self.differences(pair.0, pair.1, weights)
      switch average {
      case .layer: return map.mean()
      case .spatialMean:
        return map.resized(to: Size2D(height: size.height, width: size.width), .bilinear).mean()
      }
    }
    return (layers.reduce(0, +), layers)
  }

  /// Every position's vector of `[1, C, h, w]` divided by its length.
  private static func unitLength(_ x: Tensor) -> Tensor {
    let (channels, area) = (x.shape[1], x.shape[2] * x.shape[3])
    return x.withUnsafeBufferPointer { source in
      Tensor(shape: x.shape) { target in
        var lengths = [Float](repeating: 0, count: area)
        lengths.withUnsafeMutableBufferPointer { lengths in
          for channel in 0..<channels {
            for position in 0..<area {
              let value = source[channel * area + position]
              lengths[position] += value * value
            }
          }
          for position in 0..<area { lengths[position] = 1 / (lengths[position].squareRoot() + epsilon) }
          for channel in 0..<channels {
            for position in 0..<area {
              target[channel * area + position] = source[channel * area + position] * lengths[position]
            }
          }
        }
      }
    }
  }

  /// The weighted squared differences summed over channels, `[1, 1, h, w]`.
  private static func differences(_ a: Tensor, _ b: Tensor, _ weights: [Float]) -> Tensor {
    let area = a.shape[2] * a.shape[3]
    precondition(weights.count == a.shape[1], "\(weights.count) weights for \(a.shape[1]) channels")
    return a.withUnsafeBufferPointer { left in
      b.withUnsafeBufferPointer { right in
        Tensor(shape: [1, 1, a.shape[2], a.shape[3]]) { target in
          for position in 0..<area { target[position] = 0 }
          for (channel, weight) in weights.enumerated() {
            for position in 0..<area {
              let difference = left[channel * area + position] - right[channel * area + position]
              target[position] += weight * (difference * difference)
            }
          }
        }
      }
    }
  }
}
