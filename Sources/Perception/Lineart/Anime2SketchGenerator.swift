internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// Anime2Sketch's generator: a U-Net of eight levels with instance normalization.
///
/// RGB images `[1, 3, H, W]` in -1...1 with sides that are multiples of 256 to lines `[1, 1, H, W]`: 1 = paper,
/// -1 = ink.
struct Anime2SketchGenerator {
  static let publishedWidth = 64
  private static let slope: Float = 0.2

  /// Channels of the first layer.
  let width: Int
  /// Convolutions that halve the size, from the outermost level to the innermost.
  private let down: [Conv2D]
  /// Transposed convolutions that double it, in the same order.
  private let up: [ConvTranspose2D]

  init(_ root: WeightScope) throws(CheckpointError) {
    // Files saved from several devices have one more prefix.
    let w = root.hasTensor("module.model.model.0.weight") ? root / "module" : root
    var down: [Conv2D] = []
    var up: [ConvTranspose2D] = []
    var scope = w / "model.model"
    var inputs = 3
    var isLast = false
    while !isLast {
      let isFirst = down.isEmpty
      let convolution = isFirst ? scope / 0 : scope / "model.1"
      let outputs = try convolution.shape(of: "weight").first ?? 0
      down.append(try Conv2D(convolution, inputs, outputs, kernel: 4, stride: 2, padding: 1))
      isLast = !isFirst && (scope / "model.3").hasTensor("weight")
      let back = isFirst ? scope / 3 : isLast ? scope / "model.3" : scope / "model.5"
      up.append(
        try ConvTranspose2D(
          back, isLast ? outputs : 2 * outputs, isFirst ? 1 : inputs, kernel: 4, stride: 2, padding: 1))
      scope = isFirst ? scope / 1 : scope / "model.3"
      inputs = outputs
    }
    self.down = down
    self.up = up
    width = try (w / "model.model.0").shape(of: "weight").first ?? 0
    try root.requireAllUsed()
  }

  /// Sides must be multiples of this.
  var multiple: Int { 1 << down.count }

  func callAsFunction(_ image: Tensor) -> Tensor {
    var levels = [down[0](image)]
    for (index, layer) in down.enumerated().dropFirst() {
      let x = layer(levels[index - 1].leakyReLU(slope: Self.slope))
      levels.append(index == down.count - 1 ? x : x.instanceNormalized())
    }
    var x = up[up.count - 1](levels[levels.count - 1].relu()).instanceNormalized()
    for index in (1..<up.count - 1).reversed() {
      x = up[index](Tensor.concatenation([levels[index], x], axis: 1).relu()).instanceNormalized()
    }
    return up[0](Tensor.concatenation([levels[0], x], axis: 1).relu()).tanh()
  }
}
