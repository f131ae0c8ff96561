internal import Foundation

/// A separable Gaussian blur; pixels outside the picture repeat its edge.
public struct GaussianBlur: Sendable {
  /// Weights from -radius to radius, summing to 1.
  public let weights: [Double]
  private var radius: Int { weights.count / 2 }

  /// A blur of standard deviation `sigma` pixels, cut at `truncate` standard deviations: radius
  /// `Int(truncate * sigma + 0.5)`, as SciPy's `gaussian_filter` has it.
  public init(sigma: Double, truncate: Double) {
    precondition(
      sigma > 0 && truncate > 0, "a blur needs sigma > 0 and truncate > 0, got \(sigma), \(truncate)")
    let radius = Int(truncate * sigma + 0.5)
    let raw = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = raw.reduce(0, +)
    weights = raw.map { $0 / sum }
  }

  /// The blurred image.
  public func callAsFunction(_ image: GrayImage) -> GrayImage {
    horizontal(vertical(image))
  }

  private func vertical(_ image: GrayImage) -> GrayImage {
    var result = [Double](repeating: 0, count: image.values.count)
    image.values.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        for y in 0..<image.height {
          for tap in 0..<weights.count {
            let row = min(max(y + tap - radius, 0), image.height - 1) * image.width
            let weight = weights[tap]
            for x in 0..<image.width { target[y * image.width + x] += weight * source[row + x] }
          }
        }
      }
    }
    return GrayImage(width: image.width, height: image.height, values: result)
  }

  private func horizontal(_ image: GrayImage) -> GrayImage {
    var result = [Double](repeating: 0, count: image.values.count)
    var padded = [Double](repeating: 0, count: image.width + 2 * radius)
    for y in 0..<image.height {
      for x in 0..<padded.count {
        padded[x] = image.values[y * image.width + min(max(x - radius, 0), image.width - 1)]
      }
      padded.withUnsafeBufferPointer { source in
        result.withUnsafeMutableBufferPointer { target in
          for tap in 0..<weights.count {
            let weight = weights[tap]
            for x in 0..<image.width { target[y * image.width + x] += weight * source[x + tap] }
          }
        }
      }
    }
    return GrayImage(width: image.width, height: image.height, values: result)
  }
}
