internal import Foundation
internal import TensorCore

/// Prepares a picture for the vision tower as the release does: a blur where the picture shrinks, bicubic
/// sampling with aligned corners, then the mean and deviation CLIP was trained with. Kornia
/// `geometry.resize(antialias=True)`.
enum ImageEncoderInput {
  private static let mean: [Float] = [0.48145466, 0.4578275, 0.40821073]
  private static let deviation: [Float] = [0.26862954, 0.26130258, 0.27577711]

  /// `[1, 3, side, side]` of a picture `[1, 3, H, W]` in -1…1; the aspect ratio is not kept.
  static func prepare(_ image: Tensor, side: Int) -> Tensor {
    let (height, width) = (image.shape[2], image.shape[3])
    var picture = image
    if max(height, width) > side {
      picture = blurred(picture, axis: 3, shrink: Double(width) / Double(side))
      picture = blurred(picture, axis: 2, shrink: Double(height) / Double(side))
    }
    picture = picture.resized(
      to: Size2D(height: side, width: side), .bicubic, alignment: .corners)
    let scale = Tensor(shape: [3], deviation.map { 0.5 / $0 })
    let shift = Tensor(shape: [3], zip(mean, deviation).map { (0.5 - $0) / $1 })
    return picture.scaledPerChannel(scale, shift: shift)
  }

  /// Gaussian blur along one axis with reflected edges; its width follows the factor by which the axis
  /// shrinks.
  private static func blurred(_ image: Tensor, axis: Int, shrink: Double) -> Tensor {
    let sigma = max((shrink - 1) / 2, 0.001)
    let count = max(Int(4 * sigma), 3)
    // A picture too small for the kernel's reflection is narrower than what it shrinks to and needs none.
    let radius = min((count % 2 == 0 ? count + 1 : count) / 2, image.shape[axis] - 1)
    let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let total = weights.reduce(0, +)
    let size = 2 * radius + 1
    let kernel = Tensor(
      shape: axis == 3 ? [1, 1, 1, size] : [1, 1, size, 1], weights.map { Float($0 / total) })
    let padded = image.padded(axis: axis, before: radius, after: radius, mode: .reflect)
    let planes = padded.reshaped([3, 1] + padded.shape.dropFirst(2))
    return planes.convolved2D(kernel).reshaped(image.shape)
  }
}
