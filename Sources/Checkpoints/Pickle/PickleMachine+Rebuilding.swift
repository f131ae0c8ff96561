internal import TensorCore

/// What the known globals stand for: the parts of tensors, described but not yet read.
extension PickleMachine {
  /// The value that calling `function` would have given.
  func rebuild(_ function: PickleGlobal, _ arguments: [PickleIndex]) throws(CheckpointError) -> PickleNode {
    switch function {
    case .orderedDictionary:
      return .dictionary(try orderedPairs(arguments))
    case .rebuildTensor, .rebuildTensorV2:
      return .tensor(try tensor(arguments))
    case .rebuildParameter:
      guard let first = arguments.first, case .tensor = node(first) else {
        throw malformed("_rebuild_parameter without a tensor")
      }
      return node(first)
    case .torchSize:
      guard let first = arguments.first else { return .tuple([]) }
      return .tuple(try sequence(first, "torch.Size"))
    case .numpyReconstruct:
      guard let first = arguments.first, case .global(.numpyArray) = node(first) else {
        throw malformed("_reconstruct of something else than numpy.ndarray")
      }
      return .emptyArray
    case .numpyType:
      return .numpyType(try numpyType(arguments))
    case .numpyFromBuffer:
      return .array(try arrayFromBuffer(arguments))
    case .numpyArray, .storage:
      throw malformed("a class is called that weights only name")
    }
  }

  /// What BUILD makes of `target` with `state`.
  func applyState(_ state: PickleNode, to target: PickleNode) throws(CheckpointError) -> PickleNode {
    switch target {
    case .dictionary:
      // The attributes of an OrderedDict: state_dict() notes module versions there. They hold no weights.
      guard case .dictionary = state else { throw malformed("attributes that are no dictionary") }
      return target
    case .numpyType:
      guard case .tuple(let fields) = state, fields.count >= 2, case .text(let order) = node(fields[1]) else {
        throw malformed("a numpy.dtype state of unknown form")
      }
      guard try text(order) != ">" else {
        throw .unsupported(
          file: file.name, found: "a big-endian NumPy array", fix: "save it in little endian")
      }
      return target
    case .emptyArray:
      return .array(try array(state))
    default:
      throw malformed("BUILD on something that is no dictionary and no array")
    }
  }

  /// The storage a persistent identifier names: `("storage", type, key, location, count)`, in the older
  /// stream with a sixth field `(view key, offset, count)` or None.
  func storage(_ identifier: PickleIndex) throws(CheckpointError) -> PickleStorage {
    guard case .tuple(let fields) = node(identifier), fields.count == 5 || fields.count == 6,
      case .text(let kind) = node(fields[0]), try text(kind) == "storage",
      case .global(.storage(let scalarType)) = node(fields[1]), case .text(let key) = node(fields[2]),
      case .integer(let count) = node(fields[4]), count >= 0
    else { throw malformed("a persistent identifier that names no storage") }
    var storage = PickleStorage(scalarType: scalarType, key: try text(key), count: count)
    guard fields.count == 6 else { return storage }
    switch node(fields[5]) {
    case .none: break
    case .tuple(let view):
      guard view.count == 3, case .integer(let offset) = node(view[1]), offset >= 0,
        case .integer(let count) = node(view[2]), count >= 0
      else { throw malformed("a storage view of unknown form") }
      storage.viewOffset = offset
      storage.count = count
    default: throw malformed("a storage view of unknown form")
    }
    return storage
  }

  /// The text at a range.
  func text(_ range: Range<Int>) throws(CheckpointError) -> String {
    try file.text(range, what: "a string in the pickle")
  }

  // MARK: - Parts

  /// No argument (items follow), or one list of pairs, as Python 2 wrote ordered dictionaries.
  private func orderedPairs(_ arguments: [PickleIndex]) throws(CheckpointError) -> [PickleIndex] {
    guard let first = arguments.first else { return [] }
    var pairs: [PickleIndex] = []
    for item in try sequence(first, "the argument of OrderedDict") {
      let pair = try sequence(item, "an item of OrderedDict")
      guard pair.count == 2 else { throw malformed("an item of OrderedDict is no pair") }
      pairs += pair
    }
    return pairs
  }

  /// `(storage, offset, size, stride, …)`.
  private func tensor(_ arguments: [PickleIndex]) throws(CheckpointError) -> PickleTensor {
    guard arguments.count >= 4, case .storage(let storage) = node(arguments[0]),
      case .integer(let offset) = node(arguments[1]), offset >= 0
    else { throw malformed("_rebuild_tensor without storage and offset") }
    let shape = try integers(arguments[2], "a tensor's size")
    let strides = try integers(arguments[3], "a tensor's stride")
    guard shape.count == strides.count else {
      throw malformed("a tensor with unequal numbers of sizes and strides")
    }
    return PickleTensor(
      storage: storage, elementOffset: offset, layout: StridedLayout(shape: shape, strides: strides))
  }

  /// `(version, shape, dtype, isFortran, bytes)`.
  private func array(_ state: PickleNode) throws(CheckpointError) -> PickleArray {
    guard case .tuple(let fields) = state, fields.count == 5,
      case .numpyType(let scalarType) = node(fields[2]),
      case .bool(let isColumnMajor) = node(fields[3]), case .bytes(let range) = node(fields[4])
    else { throw malformed("a numpy.ndarray state of unknown form") }
    let shape = try integers(fields[1], "an array's shape")
    return PickleArray(
      scalarType: scalarType, layout: try layout(shape, isColumnMajor: isColumnMajor), range: range)
  }

  /// `(bytes, dtype, shape, "C" or "F")`.
  private func arrayFromBuffer(_ arguments: [PickleIndex]) throws(CheckpointError) -> PickleArray {
    guard arguments.count == 4, case .bytes(let range) = node(arguments[0]),
      case .numpyType(let scalarType) = node(arguments[1]), case .text(let order) = node(arguments[3])
    else { throw malformed("_frombuffer with arguments of unknown form") }
    let shape = try integers(arguments[2], "an array's shape")
    let isColumnMajor = try text(order) == "F"
    return PickleArray(
      scalarType: scalarType, layout: try layout(shape, isColumnMajor: isColumnMajor), range: range)
  }

  private func layout(_ shape: [Int], isColumnMajor: Bool) throws(CheckpointError) -> StridedLayout {
    guard shape.count <= 32, Shape.elementCount(shape) != nil else {
      throw malformed("an array of the impossible shape \(Shape.text(shape))")
    }
    return NpyHeader.layout(shape, isColumnMajor: isColumnMajor)
  }

  /// `(name, align, copy)`.
  private func numpyType(_ arguments: [PickleIndex]) throws(CheckpointError) -> ScalarType {
    guard let first = arguments.first, case .text(let range) = node(first) else {
      throw malformed("numpy.dtype without a name")
    }
    let name = try text(range)
    guard let type = NpyHeader.scalarTypes[name] else {
      throw .unsupported(
        file: file.name, found: "the NumPy type '\(name.prefix(40))'",
        fix: "save the arrays as float32 or float16")
    }
    return type
  }

  private func sequence(_ index: PickleIndex, _ what: String) throws(CheckpointError) -> [PickleIndex] {
    switch node(index) {
    case .tuple(let items), .list(let items): return items
    default: throw malformed("\(what) is no tuple or list")
    }
  }

  private func integers(_ index: PickleIndex, _ what: String) throws(CheckpointError) -> [Int] {
    var values: [Int] = []
    for item in try sequence(index, what) {
      guard case .integer(let value) = node(item), value >= 0 else {
        throw malformed("\(what) holds something else than non-negative integers")
      }
      values.append(value)
    }
    return values
  }
}
