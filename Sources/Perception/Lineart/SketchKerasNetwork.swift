internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// SketchKeras under the names of its usual PyTorch port: a U-Net of five levels with batch normalization.
///
/// High-pass filtered channels `[N, 1, H, W]`, sides multiples of 16, to ink `[N, 1, H, W]`, about 0...1.
struct SketchKerasNetwork {
  static let publishedWidth = 32

  /// A reflected 3x3 or strided 4x4 convolution with its normalization and ReLU.
  private struct Layer {
    let convolution: Conv2D
    let norm: BatchNorm
    let padding: Padding2D

    init(
      _ w: WeightScope, at index: Int, _ inputs: Int, _ outputs: Int, kernel: Size2D, stride: Size2D = 1,
      padding: Padding2D = 1
    ) throws(CheckpointError) {
      convolution = try Conv2D(w / index, inputs, outputs, kernel: kernel, stride: stride)
      norm = try BatchNorm(w / (index + 1), channels: outputs, epsilon: 1e-3)
      self.padding = padding
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      norm(convolution(x.padded(padding, mode: .reflect))).relu()
    }
  }

  /// Channels of the first layer.
  let width: Int
  private let down: [[Layer]]
  private let up: [[Layer]]
  private let last: Conv2D

  init(_ w: WeightScope) throws(CheckpointError) {
    let width = try (w / "downblock_1.1").shape(of: "weight").first ?? 0
    self.width = width
    var down = [[try Layer(w / "downblock_1", at: 1, 1, width, kernel: 3)]]
    for (number, factor) in [(2, 1), (3, 2), (4, 4), (5, 8)] {
      let block = w / "downblock_\(number)"
      let outputs = 2 * factor * width
      var layers = [try Layer(block, at: 1, factor * width, outputs, kernel: 4, stride: 2)]
      if number < 5 { layers.append(try Layer(block, at: 5, outputs, outputs, kernel: 3)) }
      down.append(layers)
    }
    down.append([try Layer(w / "downblock_6", at: 1, 16 * width, 16 * width, kernel: 3)])
    self.down = down
    // An even kernel after doubling: one more row below and column to the right than above and to the left.
    let uneven = Padding2D(top: 1, bottom: 2, left: 1, right: 2)
    var up: [[Layer]] = []
    for (number, factor) in [(1, 32), (2, 16), (3, 8), (4, 4)] {
      let block = w / "upblock_\(number)"
      let middle = factor * width / 2
      up.append([
        try Layer(block, at: 2, factor * width, middle, kernel: 4, padding: uneven),
        try Layer(block, at: 6, middle, middle / 2, kernel: 3),
      ])
    }
    self.up = up
    last = try Conv2D(w / "last_conv", 2 * width, 1, kernel: 3)
    try w.requireAllUsed()
  }

  func callAsFunction(_ channels: Tensor) -> Tensor {
    var skips: [Tensor] = []
    var x = channels
    for block in down {
      x = block.reduce(x) { $1($0) }
      skips.append(x)
    }
    for (index, block) in up.enumerated() {
      let skip = skips[skips.count - 2 - index]
      let joined = Tensor.concatenation([skip, x], axis: 1)
      let doubled = joined.resized(
        to: Size2D(height: 2 * joined.shape[2], width: 2 * joined.shape[3]), .nearest)
      x = block.reduce(doubled) { $1($0) }
    }
    return last(Tensor.concatenation([skips[0], x], axis: 1).padded(1, mode: .reflect))
  }
}
