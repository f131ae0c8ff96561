internal import Checkpoints
internal import TensorCore

/// Tensors at hand, by name: weights that were changed after they were read.
struct TensorTable: TensorSource {
  let name: String
  let tensors: [String: Tensor]

  var names: [String] { tensors.keys.sorted() }
  var separator: String { "." }

  func hasTensor(named name: String) -> Bool { tensors[name] != nil }

  func shape(ofTensorNamed name: String) -> [Int]? { tensors[name]?.shape }

  func weight(named name: String, expectedShape: [Int]) -> WeightTensor? {
    tensors[name].map { WeightTensor($0) }
  }
}

/// A weight file under other names and with the dimensions of its tensors in PyTorch's order.
struct RenamedTensors: TensorSource {
  /// How a tensor lies in the file.
  enum Layout: Sendable {
    /// As PyTorch has it.
    case same
    /// Kernel `[height, width, in, out]`.
    case imageKernel
    /// Kernel `[frames, height, width, in, out]`.
    case clipKernel
    /// One number per channel with leading dimensions of size 1.
    case flattened
  }

  private let base: any TensorSource
  private let places: [String: (name: String, layout: Layout)]

  /// `rename` gives the new name and the layout of each name of `base`; nil leaves the tensor out.
  init(_ base: any TensorSource, _ rename: (String) -> (name: String, layout: Layout)?) {
    self.base = base
    var places: [String: (name: String, layout: Layout)] = [:]
    for name in base.names {
      if let new = rename(name) { places[new.name] = (name, new.layout) }
    }
    self.places = places
  }

  var name: String { base.name }
  var names: [String] { places.keys.sorted() }
  var separator: String { "." }

  func hasTensor(named name: String) -> Bool { places[name] != nil }

  func shape(ofTensorNamed name: String) -> [Int]? {
    guard let place = places[name], let shape = base.shape(ofTensorNamed: place.name) else { return nil }
    switch place.layout {
    case .imageKernel where shape.count == 4: return [3, 2, 0, 1].map { shape[$0] }
    case .clipKernel where shape.count == 5: return [4, 3, 0, 1, 2].map { shape[$0] }
    case .flattened: return [shape.reduce(1, *)]
    case .same, .imageKernel, .clipKernel: return shape
    }
  }

  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    guard let place = places[name] else { return nil }
    guard let weight = try base.weight(named: place.name, expectedShape: []) else { return nil }
    let rank = weight.shape.count
    switch place.layout {
    case .imageKernel where rank == 4: return WeightTensor(weight.float32().permuted(3, 2, 0, 1))
    case .clipKernel where rank == 5: return WeightTensor(weight.float32().permuted(4, 3, 0, 1, 2))
    case .flattened: return WeightTensor(weight.float32().reshaped(weight.count))
    case .same, .imageKernel, .clipKernel: return weight
    }
  }
}
