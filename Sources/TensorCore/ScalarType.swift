/// The element types weight files store. Arithmetic happens in `float32` only; the others are storage.
public enum ScalarType: String, Sendable, Hashable, CaseIterable, Codable {
  /// IEEE binary64.
  case float64
  /// IEEE binary32.
  case float32
  /// IEEE binary16.
  case float16
  /// The upper half of a binary32.
  case bfloat16
  /// Signed 64-bit integer.
  case int64
  /// Signed 32-bit integer.
  case int32
  /// Signed 16-bit integer.
  case int16
  /// Signed 8-bit integer.
  case int8
  /// Unsigned 8-bit integer.
  case uint8
  /// One byte, zero or not.
  case bool

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether this is a floating-point type.
  public var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    case .int64, .int32, .int16, .int8, .uint8, .bool: false
    }
  }
}
