internal import TensorCore

/// The only module members a weight pickle may name. They are recognised, never imported or called.
enum PickleGlobal: Hashable {
  /// `collections.OrderedDict`
  case orderedDictionary
  /// `torch._utils._rebuild_tensor`
  case rebuildTensor
  /// `torch._utils._rebuild_tensor_v2`
  case rebuildTensorV2
  /// `torch._utils._rebuild_parameter`
  case rebuildParameter
  /// `torch.Size`
  case torchSize
  /// `torch.FloatStorage` and its siblings
  case storage(ScalarType)
  /// `numpy.core.multiarray._reconstruct`
  case numpyReconstruct
  /// `numpy.core.numeric._frombuffer`, which protocol 5 uses
  case numpyFromBuffer
  /// `numpy.ndarray`
  case numpyArray
  /// `numpy.dtype`
  case numpyType

  /// The global with this module and name, or nil when it is not on the list.
  init?(module: String, name: String) {
    guard let known = Self.known["\(module) \(name)"] else { return nil }
    self = known
  }

  private static let known: [String: PickleGlobal] = [
    "collections OrderedDict": .orderedDictionary,
    "torch._utils _rebuild_tensor": .rebuildTensor,
    "torch._utils _rebuild_tensor_v2": .rebuildTensorV2,
    "torch._utils _rebuild_parameter": .rebuildParameter,
    "torch Size": .torchSize,
    "torch DoubleStorage": .storage(.float64),
    "torch FloatStorage": .storage(.float32),
    "torch HalfStorage": .storage(.float16),
    "torch BFloat16Storage": .storage(.bfloat16),
    "torch LongStorage": .storage(.int64),
    "torch IntStorage": .storage(.int32),
    "torch ShortStorage": .storage(.int16),
    "torch CharStorage": .storage(.int8),
    "torch ByteStorage": .storage(.uint8),
    "torch BoolStorage": .storage(.bool),
    "numpy.core.multiarray _reconstruct": .numpyReconstruct,
    "numpy._core.multiarray _reconstruct": .numpyReconstruct,
    "numpy.core.numeric _frombuffer": .numpyFromBuffer,
    "numpy._core.numeric _frombuffer": .numpyFromBuffer,
    "numpy ndarray": .numpyArray,
    "numpy dtype": .numpyType,
  ]
}
