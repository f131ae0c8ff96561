internal import TensorCore

/// PyTorch's format before 1.6: five pickles (magic number, version, system, value, storage keys), then per
/// storage its 64-bit element count and its elements.
///
/// Source: PyTorch `torch/serialization.py` (`_legacy_save`, `_legacy_load`).
enum TorchStream {
  /// The first instruction behind the protocol number: the long integer 0x1950A86A20F9469CFC6C.
  static let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// The tensors, views of the file.
  static func tensors(_ file: MappedFile) throws(CheckpointError) -> [(String, StoredTensor)] {
    var position = 0
    for pickle in ["magic number", "version", "system"] {
      let (machine, root) = try run(file, &position)
      guard pickle == "version" else { continue }
      guard case .integer(1001) = machine.node(root) else {
        throw .unsupported(file: file.name, found: "another stream version than 1001", fix: "save it again")
      }
    }
    let (machine, root) = try run(file, &position)
    let (keyMachine, keyRoot) = try run(file, &position)
    let types = try storageTypes(machine)
    let keys = try storageKeys(keyMachine, keyRoot)
    var ranges: [String: Range<Int>] = [:]
    var cursor = file.cursor(in: position..<file.byteCount, of: "the storages")
    for key in keys {
      guard let type = types[key] else {
        throw .malformed(file: file.name, what: "storage '\(key)' is listed but not used")
      }
      let count = try cursor.takeSize()
      let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
      ranges[key] = try cursor.take(overflow ? .max : bytes)
    }
    var tensors: [(String, StoredTensor)] = []
    for (name, leaf) in try machine.tensors(root: root) {
      switch leaf {
      case .array(let array): tensors.append((name, try StoredTensor(array, of: file, name: name)))
      case .tensor(let tensor):
        guard let range = ranges[tensor.storage.key] else {
          throw .malformed(file: file.name, what: "tensor '\(name)' refers to a storage that is not there")
        }
        tensors.append((name, try StoredTensor(tensor, in: range, of: file, name: name)))
      }
    }
    return tensors
  }

  private static func run(
    _ file: MappedFile, _ position: inout Int
  ) throws(CheckpointError) -> (PickleMachine, PickleIndex) {
    var machine = PickleMachine(file: file, range: position..<file.byteCount)
    let root = try machine.run()
    position = machine.position
    return (machine, root)
  }

  /// The element type of every storage named anywhere in the value, optimizer state included: the sizes of
  /// all are needed to find any.
  private static func storageTypes(_ machine: PickleMachine) throws(CheckpointError) -> [String: ScalarType] {
    var types: [String: ScalarType] = [:]
    for case .storage(let storage) in machine.nodes {
      guard
        types.updateValue(storage.scalarType, forKey: storage.key) ?? storage.scalarType == storage.scalarType
      else {
        throw .malformed(file: machine.file.name, what: "storage '\(storage.key)' has two element types")
      }
    }
    return types
  }

  private static func storageKeys(
    _ machine: PickleMachine, _ root: PickleIndex
  ) throws(CheckpointError) -> [String] {
    guard case .list(let items) = machine.node(root) else {
      throw machine.malformed("the storage keys are no list")
    }
    var keys: [String] = []
    for item in items {
      guard case .text(let range) = machine.node(item) else {
        throw machine.malformed("a storage key is no text")
      }
      keys.append(try machine.text(range))
    }
    guard Set(keys).count == keys.count else { throw machine.malformed("a storage key is listed twice") }
    return keys
  }
}
