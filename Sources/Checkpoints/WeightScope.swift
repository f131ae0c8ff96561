internal import EvalCore
internal import Synchronization
public import TensorCore

/// A position in the tree of tensor names, from which a layer takes its weights.
///
/// `scope / "in_layers" / 2` names a child; `tensor("weight", 320, 4, 3, 3)` takes a tensor and checks its
/// shape. All scopes of one source share the record of names taken, so that what no layer asked for can be
/// reported.
public struct WeightScope: Sendable {
  /// The prefix of this scope, without a trailing separator; empty at the root.
  public let path: String
  private let source: any TensorSource
  private let taken: TakenNames

  /// The root of a source.
  public init(_ source: any TensorSource) {
    self.init(path: "", source: source, taken: TakenNames())
  }

  /// The root of several sources; later ones replace names of earlier ones.
  public init(layers: any TensorSource...) { self.init(LayeredTensorSource(layers)) }

  private init(path: String, source: any TensorSource, taken: TakenNames) {
    self.path = path
    self.source = source
    self.taken = taken
  }

  /// The child `name`, which may itself hold separators, for example `"in_layers.0"`.
  public static func / (scope: WeightScope, name: String) -> WeightScope {
    WeightScope(path: scope.fullName(name), source: scope.source, taken: scope.taken)
  }

  /// The child with a number for a name, as in lists of layers.
  public static func / (scope: WeightScope, index: Int) -> WeightScope { scope / String(index) }

  /// What messages call the source: usually a path.
  public var sourceName: String { source.name }

  /// Whether the source has a tensor of this name; asking does not take it.
  public func hasTensor(_ name: String) -> Bool { source.hasTensor(named: fullName(name)) }

  /// The shape of a tensor as the source has it, for networks whose widths come from the file; asking does
  /// not take it.
  ///
  /// - Throws: `missingTensor` with the nearest name.
  public func shape(of name: String) throws(CheckpointError) -> [Int] {
    let fullName = fullName(name)
    guard let shape = source.shape(ofTensorNamed: fullName) else {
      throw .missingTensor(
        file: source.name, name: fullName, nearest: NearestMatch.of(fullName, among: source.names))
    }
    return shape
  }

  /// Takes a tensor as float32.
  ///
  /// - Throws: `missingTensor` with the nearest name, or `wrongShape` with both shapes.
  public func tensor(_ name: String, _ shape: Int...) throws(CheckpointError) -> Tensor {
    try weight(name, shape).float32()
  }

  /// Takes a tensor as float32; see `tensor(_:_:)`.
  public func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> Tensor {
    try weight(name, shape).float32()
  }

  /// Takes a tensor in the file's own element type, for kernels that read half precision.
  public func weight(_ name: String, _ shape: Int...) throws(CheckpointError) -> WeightTensor {
    try weight(name, shape)
  }

  /// The shape of a tensor, for networks whose widths come from their file; asking does not take it.
  ///
  /// - Throws: `missingTensor` with the nearest name.
  public func shape(of name: String) throws(CheckpointError) -> [Int] {
    let fullName = fullName(name)
    guard let weight = try source.weight(named: fullName, expectedShape: []) else {
      throw .missingTensor(
        file: source.name, name: fullName, nearest: NearestName.to(fullName, among: source.names))
    }
    return weight.shape
  }

  /// Names that no layer has taken, in file order, except those that begin with one of `prefixes`.
  public func unusedNames(ignoring prefixes: [String] = []) -> [String] {
    let taken = taken.all
    return source.names.filter { name in
      !taken.contains(name) && !prefixes.contains { name.hasPrefix($0) }
    }
  }

  /// Requires that every tensor was taken, except those that begin with one of `prefixes`.
  ///
  /// - Throws: `unusedTensors`.
  public func requireAllUsed(ignoring prefixes: [String] = []) throws(CheckpointError) {
    let names = unusedNames(ignoring: prefixes)
    guard names.isEmpty else { throw .unusedTensors(file: source.name, names: names) }
  }

  private func weight(_ name: String, _ shape: [Int]) throws(CheckpointError) -> WeightTensor {
    let fullName = fullName(name)
    guard let weight = try source.weight(named: fullName, expectedShape: shape) else {
      throw .missingTensor(
        file: source.name, name: fullName, nearest: NearestMatch.of(fullName, among: source.names))
    }
    guard weight.shape == shape else {
      throw .wrongShape(file: source.name, name: fullName, found: weight.shape, expected: shape)
    }
    taken.insert(fullName)
    return weight
  }

  private func fullName(_ name: String) -> String {
    path.isEmpty ? name : path + source.separator + name
  }
}

/// The names taken so far, shared by all scopes of a source.
private final class TakenNames: Sendable {
  private let names = Mutex<Set<String>>([])

  var all: Set<String> { names.withLock { $0 } }

  func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
}
