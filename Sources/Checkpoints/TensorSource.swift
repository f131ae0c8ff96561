public import TensorCore

/// Something layers can be built from: a weight file, several of them, or random numbers in tests.
public protocol TensorSource: Sendable {
  /// What messages call this source: usually a path.
  var name: String { get }
  /// All tensor names; empty for sources that make tensors of any name.
  var names: [String] { get }
  /// Whether there is a tensor of this name.
  func hasTensor(named name: String) -> Bool
  /// What joins the parts of a name.
  var separator: String { get }
  /// The tensor named `name`, or nil when there is none.
  ///
  /// `expectedShape` is for sources that make tensors; others return what they have, whatever its shape.
  func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor?
}

extension CheckpointFile: TensorSource {
  /// All tensor names in file order.
  public var names: [String] { entries.map(\.name) }

  /// Whether there is a tensor of this name.
  public func hasTensor(named name: String) -> Bool { tensors[name] != nil }

  /// "/" for HDF5, "." for all others.
  public var separator: String { format == .hdf5 ? "/" : "." }

  /// The tensor named `name`, or nil when there is none.
  public func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    try weight(named: name)
  }
}

/// Several sources one above the other: the last one that has a name gives its tensor.
///
/// For example the base model's file and a fine-tuned file that replaces part of it.
public struct LayeredTensorSource: TensorSource {
  private let layers: [any TensorSource]

  /// Sources from the base to the one that overrides all others.
  public init(_ layers: [any TensorSource]) {
    precondition(!layers.isEmpty, "a layered source needs at least one layer")
    self.layers = layers
  }

  /// The layers' names joined with " + ".
  public var name: String { layers.map(\.name).joined(separator: " + ") }

  /// The names of all layers, each once.
  public var names: [String] {
    var seen: Set<String> = []
    return layers.flatMap(\.names).filter { seen.insert($0).inserted }
  }

  /// Whether any layer has a tensor of this name.
  public func hasTensor(named name: String) -> Bool { layers.contains { $0.hasTensor(named: name) } }

  /// That of the base.
  public var separator: String { layers[0].separator }

  /// The tensor of the uppermost layer that has the name.
  public func weight(named name: String, expectedShape: [Int]) throws(CheckpointError) -> WeightTensor? {
    for layer in layers.reversed() {
      if let weight = try layer.weight(named: name, expectedShape: expectedShape) { return weight }
    }
    return nil
  }
}
