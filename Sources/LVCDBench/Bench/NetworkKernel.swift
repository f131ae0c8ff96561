internal import TensorCore

/// An operation of a network at the sizes the network runs it at.
struct NetworkKernel: Encodable {
  /// What is computed; `Benchmarks/networks.py` knows the same names.
  enum Operation: String, Encodable {
    case convolution2D, convolution3D, linear, attention, normalization, sampling, lookup
  }

  /// Network and layer.
  var name: String
  var operation: Operation
  /// Input; queries of attention, feature maps of a lookup.
  var input: [Int]
  /// Kernels of a convolution or weight of a linear layer; keys of attention; places of sampling; empty otherwise.
  var other: [Int] = []
  var stride: [Int] = []
  var padding: [Int] = []
  /// Heads of attention, groups of a normalization, levels of a lookup.
  var parts = 1

  /// Multiplications and additions of the direct algorithm; nil where memory decides.
  var operations: Double? {
    switch operation {
    case .convolution2D, .convolution3D:
      let spatial = zip(zip(input.dropFirst(2), other.dropFirst(2)), zip(stride, padding)).map {
        sizes, steps in
        (sizes.0 + 2 * steps.1 - sizes.1) / steps.0 + 1
      }
      return 2 * Self.product([input[0]] + spatial) * Self.product(other)
    case .linear: return 2 * Self.product(input) * Double(other[0])
    case .attention: return 4 * Self.product(input) * Double(other[1])
    case .normalization, .sampling, .lookup: return nil
    }
  }

  private static func product(_ sizes: [Int]) -> Double { sizes.reduce(1) { $0 * Double($1) } }

  /// Inputs of its own, and the work to time.
  func prepared() -> () -> Tensor {
    var noise = TorchNoise(seed: 1)
    let x = noise.uniform(input) - 0.5
    switch operation {
    case .convolution2D:
      let weight = PreparedWeight(WeightTensor(noise.uniform(other) - 0.5))
      let bias = noise.uniform([other[0]])
      return {
        x.convolved2D(
          weight, bias: bias, stride: Size2D(height: stride[0], width: stride[1]),
          padding: Padding2D(height: padding[0], width: padding[1]))
      }
    case .convolution3D:
      let weight = PreparedWeight(WeightTensor(noise.uniform(other) - 0.5))
      let bias = noise.uniform([other[0]])
      return {
        x.convolved3D(
          weight, bias: bias, stride: Size3D(frames: stride[0], height: stride[1], width: stride[2]),
          padding: Size3D(frames: padding[0], height: padding[1], width: padding[2]))
      }
    case .linear:
      let weight = PreparedWeight(WeightTensor(noise.uniform(other) - 0.5))
      let bias = noise.uniform([other[0]])
      return { x.linear(weight: weight, bias: bias) }
    case .attention:
      let keys = noise.uniform(other) - 0.5
      let values = noise.uniform(other) - 0.5
      return { x.attention(keys: keys, values: values, heads: parts) }
    case .normalization:
      let weight = noise.uniform([input[1]])
      let bias = noise.uniform([input[1]])
      return { x.groupNormalized(groups: parts, weight: weight, bias: bias, activation: .silu) }
    case .sampling:
      let places = (noise.uniform(other) - 0.5) * 2
      return { x.sampled(at: places, alignment: .corners) }
    case .lookup:
      let pyramid = CorrelationPyramid(x, noise.uniform(input) - 0.5, levels: parts)
      let (height, width) = (input[2], input[3])
      // Places a few pixels away from their own, as after some iterations.
      let shifts = ((noise.uniform([1, 2, height, width]) - 0.5) * 8).values
      let places = (0..<2 * height * width).map { index -> Float in
        let position = index % (height * width)
        let own = index < height * width ? position % width : position / width
        return Float(own) + shifts[index]
      }
      let at = Tensor(shape: [1, 2, height, width], places)
      return { pyramid.windows(at: at, radius: 4) }
    }
  }
}
