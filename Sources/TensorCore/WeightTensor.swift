internal import CTensorKernels

/// A weight as its file stores it: any scalar type, contiguous row-major, usually memory-mapped.
///
/// Half-precision weights stay as they are until a kernel reads them; `float32()` widens a copy. Values are
/// never written.
public struct WeightTensor: Sendable {
  /// Element type of the stored bytes.
  public let scalarType: ScalarType
  /// Sizes of the dimensions, outermost first.
  public let shape: [Int]
  private let storage: TensorStorage
  private let byteOffset: Int

  /// A weight over part of `storage`; it must lie inside.
  public init(scalarType: ScalarType, shape: [Int], storage: TensorStorage, byteOffset: Int) {
    guard let count = Shape.elementCount(shape), count <= Int.max / 8 else {
      preconditionFailure("\(Shape.text(shape)) is not a shape")
    }
    precondition(
      byteOffset >= 0 && byteOffset <= storage.byteCount
        && count * scalarType.byteCount <= storage.byteCount - byteOffset,
      "a weight \(Shape.text(shape)) at byte \(byteOffset) does not fit \(storage.byteCount) bytes")
    self.scalarType = scalarType
    self.shape = shape
    self.storage = storage
    self.byteOffset = byteOffset
  }

  /// A float32 weight with the elements of `tensor`.
  public init(_ tensor: Tensor) {
    let storage = TensorStorage(uninitializedByteCount: tensor.count * 4)
    tensor.withUnsafeBufferPointer { storage.mutableBytes?.copyMemory(from: UnsafeRawBufferPointer($0)) }
    self.init(scalarType: .float32, shape: tensor.shape, storage: storage, byteOffset: 0)
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Number of stored bytes.
  public var byteCount: Int { count * scalarType.byteCount }

  /// Calls `body` with the stored bytes, little endian; they need not be aligned.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeRawBufferPointer(start: storage.baseAddress + byteOffset, count: byteCount))
  }

  /// Tells the system that a mapped weight is not needed for now, so that its pages do not count as this process's
  /// memory; the next access reads them again, from the system's cache where there is room.
  public func releasePages() { storage.release(byteOffset..<byteOffset + byteCount) }

  /// The weight as `Float`s. Float32 shares the storage where its alignment allows; half precision is
  /// widened exactly; float64 and integers are rounded to nearest.
  public func float32() -> Tensor {
    if scalarType == .float32, Int(bitPattern: storage.baseAddress + byteOffset) % 4 == 0, byteOffset % 4 == 0
    {
      return Tensor(shape: shape, storage: storage, byteOffset: byteOffset)
    }
    return Tensor(shape: shape) { target in withUnsafeBytes { widen($0, into: target) } }
  }

  /// The weight rounded to another floating-point type (to nearest, ties to even). Integers stay as they are.
  public func converted(to type: ScalarType) -> WeightTensor {
    precondition(type == .float32 || type == .float16 || type == .bfloat16, "cannot convert to \(type)")
    guard scalarType.isFloatingPoint, scalarType != type else { return self }
    let floats = float32()
    let target = TensorStorage(uninitializedByteCount: count * type.byteCount)
    guard let bytes = target.mutableBytes else { return self }
    floats.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress, let base = bytes.baseAddress else { return }
      switch type {
      case .float16:
        ct_half_from_float(base.assumingMemoryBound(to: UInt16.self), from, source.count, CT_ISA_AUTO)
      case .bfloat16:
        ct_bfloat16_from_float(base.assumingMemoryBound(to: UInt16.self), from, source.count)
      default:
        bytes.copyMemory(from: UnsafeRawBufferPointer(source))
      }
    }
    return WeightTensor(scalarType: type, shape: shape, storage: target, byteOffset: 0)
  }

  /// The elements as integers; nil for floating-point weights.
  public func integers() -> [Int64]? {
    withUnsafeBytes { bytes in
      switch scalarType {
      case .int64: elements(bytes, Int64.self)
      case .int32: elements(bytes, Int32.self)
      case .int16: elements(bytes, Int16.self)
      case .int8: elements(bytes, Int8.self)
      case .uint8: elements(bytes, UInt8.self)
      case .bool: bytes.map { $0 == 0 ? 0 : 1 }
      case .float64, .float32, .float16, .bfloat16: nil
      }
    }
  }

  private func elements<Scalar: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _: Scalar.Type) -> [Int64]
  {
    let size = MemoryLayout<Scalar>.size
    return (0..<count).map { Int64(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Scalar.self)) }
  }

  private func widen(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    guard let to = target.baseAddress, let from = bytes.baseAddress, !target.isEmpty else { return }
    switch scalarType {
    case .float32:
      UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
    case .float16, .bfloat16:
      withAlignedHalves(from) { halves in
        if scalarType == .float16 {
          ct_float_from_half(to, halves, target.count, CT_ISA_AUTO)
        } else {
          ct_float_from_bfloat16(to, halves, target.count)
        }
      }
    case .float64:
      for index in target.indices {
        target[index] = Float(bytes.loadUnaligned(fromByteOffset: index * 8, as: Double.self))
      }
    case .int64, .int32, .int16, .int8, .uint8, .bool:
      guard let values = integers() else { return }
      for (index, value) in values.enumerated() { target[index] = Float(value) }
    }
  }

  /// Files may place 16-bit values at odd addresses; C code must not read them there.
  private func withAlignedHalves(_ from: UnsafeRawPointer, _ body: (UnsafePointer<UInt16>) -> Void) {
    if Int(bitPattern: from) % 2 == 0 { return body(from.assumingMemoryBound(to: UInt16.self)) }
    let copy = TensorStorage(uninitializedByteCount: byteCount)
    copy.mutableBytes?.copyMemory(from: UnsafeRawBufferPointer(start: from, count: byteCount))
    body(copy.baseAddress.assumingMemoryBound(to: UInt16.self))
    withExtendedLifetime(copy) {}
  }
}
