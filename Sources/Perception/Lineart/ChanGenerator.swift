internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// The generator of Chan et al. 2022 (informative drawings), which LVCD's release extracts lines with.
///
/// RGB images `[1, 3, H, W]` in 0...1 with sides that are multiples of 4 to paper `[1, 1, H, W]`: 1 = paper, 0 = ink.
/// Instance normalization looks at the whole image, so parts of an image give other lines.
struct ChanGenerator {
  static let publishedWidth = 64

  /// Channels of the first layer.
  let width: Int
  private let first: Conv2D
  private let down: [Conv2D]
  private let blocks: [(Conv2D, Conv2D)]
  private let up: [ConvTranspose2D]
  private let last: Conv2D

  init(_ w: WeightScope) throws(CheckpointError) {
    width = try (w / "model0.1").shape(of: "weight").first ?? 0
    first = try Conv2D(w / "model0.1", 3, width, kernel: 7)
    down = [
      try Conv2D(w / "model1.0", width, 2 * width, kernel: 3, stride: 2, padding: 1),
      try Conv2D(w / "model1.3", 2 * width, 4 * width, kernel: 3, stride: 2, padding: 1),
    ]
    var blocks: [(Conv2D, Conv2D)] = []
    while (w / "model2" / blocks.count).hasTensor("conv_block.1.weight") {
      let block = w / "model2" / blocks.count / "conv_block"
      blocks.append(
        (
          try Conv2D(block / 1, 4 * width, 4 * width, kernel: 3),
          try Conv2D(block / 5, 4 * width, 4 * width, kernel: 3)
        ))
    }
    self.blocks = blocks
    up = [
      try ConvTranspose2D(
        w / "model3.0", 4 * width, 2 * width, kernel: 3, stride: 2, padding: 1, outputPadding: 1),
      try ConvTranspose2D(
        w / "model3.3", 2 * width, width, kernel: 3, stride: 2, padding: 1, outputPadding: 1),
    ]
    last = try Conv2D(w / "model4.1", width, 1, kernel: 7)
    try w.requireAllUsed()
  }

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = first(image.padded(3, mode: .reflect)).instanceNormalized().relu()
    for layer in down { x = layer(x).instanceNormalized().relu() }
    for (one, two) in blocks {
      let inner = one(x.padded(1, mode: .reflect)).instanceNormalized().relu()
      x = x + two(inner.padded(1, mode: .reflect)).instanceNormalized()
    }
    for layer in up { x = layer(x).instanceNormalized().relu() }
    return last(x.padded(3, mode: .reflect)).sigmoid()
  }
}
