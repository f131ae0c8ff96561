internal import TensorCore

/// A value a pickle builds. Containers hold indices into the heap, so that neither deep nesting nor cycles
/// can exhaust the stack when values are released.
enum PickleNode {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer of more than 64 bits; its bytes lie in the file.
  case longInteger(Range<Int>)
  case float(Double)
  /// Text or a protocol-2 string; its bytes lie in the file.
  case text(Range<Int>)
  /// Bytes in the file.
  case bytes(Range<Int>)
  case tuple([PickleIndex])
  case list([PickleIndex])
  /// Keys and values alternate.
  case dictionary([PickleIndex])
  case global(PickleGlobal)
  /// A storage named by a persistent identifier.
  indirect case storage(PickleStorage)
  /// A tensor over a storage.
  indirect case tensor(PickleTensor)
  /// A NumPy element type.
  case numpyType(ScalarType)
  /// A NumPy array before its state is set.
  case emptyArray
  /// A NumPy array whose elements lie in the file.
  indirect case array(PickleArray)
}

/// Position of a value in the heap.
typealias PickleIndex = Int32

/// A PyTorch storage as a pickle names it.
struct PickleStorage {
  /// Element type.
  let scalarType: ScalarType
  /// Its key in the archive or stream.
  let key: String
  /// Number of elements.
  var count: Int
  /// First element of the view of the storage under this key, which the older stream allows.
  var viewOffset = 0
}

/// A PyTorch tensor as a pickle describes it.
struct PickleTensor {
  /// Where its elements are.
  let storage: PickleStorage
  /// First element in the storage.
  let elementOffset: Int
  /// Sizes and strides.
  let layout: StridedLayout
}

/// A NumPy array as a pickle describes it.
struct PickleArray {
  /// Element type.
  let scalarType: ScalarType
  /// Sizes and strides.
  let layout: StridedLayout
  /// Its elements in the file.
  let range: Range<Int>
}
