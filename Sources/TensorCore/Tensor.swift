/// A dense array of `Float`, contiguous in row-major order, with value semantics.
///
/// Copies share storage until one of them is written. A tensor may view a part of a larger storage, for
/// example a memory-mapped weight file; the first write then moves it into memory of its own. A shape that
/// does not fit is a programmer error and stops the program with a message that prints both sides.
public struct Tensor: Sendable {
  /// Sizes of the dimensions, outermost first; empty for a single number.
  public let shape: [Int]
  private var storage: TensorStorage
  private var byteOffset: Int

  /// A tensor over part of `storage` that starts `byteOffset` bytes in; the offset must be a multiple of 4.
  public init(shape: [Int], storage: TensorStorage, byteOffset: Int) {
    let count = Tensor.checkedCount(shape)
    precondition(byteOffset >= 0 && byteOffset % 4 == 0, "byte offset \(byteOffset) is not a multiple of 4")
    precondition(
      byteOffset <= storage.byteCount && count <= (storage.byteCount - byteOffset) / 4,
      "a tensor \(Shape.text(shape)) at byte \(byteOffset) does not fit \(storage.byteCount) bytes")
    self.shape = shape
    self.storage = storage
    self.byteOffset = byteOffset
  }

  /// A tensor whose elements `initialize` writes, every one of them, in row-major order.
  public init<Failure: Error>(
    shape: [Int], initializingWith initialize: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    let count = Tensor.checkedCount(shape)
    let storage = TensorStorage(uninitializedByteCount: count * 4)
    if let bytes = storage.mutableBytes { try initialize(bytes.bindMemory(to: Float.self)) }
    self.init(shape: shape, storage: storage, byteOffset: 0)
  }

  /// A tensor with the given elements in row-major order; their number must be that of the shape.
  public init(shape: [Int], _ values: [Float]) {
    let count = Tensor.checkedCount(shape)
    precondition(
      count == values.count, "a tensor \(Shape.text(shape)) needs \(count) values, got \(values.count)")
    self.init(shape: shape) { elements in _ = elements.initialize(fromContentsOf: values) }
  }

  /// A tensor filled with one value.
  public init(repeating value: Float, shape: [Int]) {
    self.init(shape: shape) { elements in elements.initialize(repeating: value) }
  }

  /// A tensor of zeros.
  public init(zeros shape: Int...) { self.init(repeating: 0, shape: shape) }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Number of dimensions.
  public var rank: Int { shape.count }

  /// A copy of the elements in row-major order.
  public var values: [Float] { withUnsafeBufferPointer { Array($0) } }

  /// The only element of a tensor that has just one.
  public var scalar: Float {
    precondition(count == 1, "a tensor \(Shape.text(shape)) is not one number")
    return withUnsafeBufferPointer { $0[0] }
  }

  /// The element at the given indices, one per dimension.
  public subscript(indices: Int...) -> Float {
    get {
      let position = position(of: indices)
      return withUnsafeBufferPointer { $0[position] }
    }
    set {
      let position = position(of: indices)
      withUnsafeMutableBufferPointer { $0[position] = newValue }
    }
  }

  /// The same elements with another shape of the same count; shares the storage.
  public func reshaped(_ newShape: Int...) -> Tensor { reshaped(newShape) }

  /// The same elements with another shape of the same count; shares the storage.
  public func reshaped(_ newShape: [Int]) -> Tensor {
    precondition(
      Tensor.checkedCount(newShape) == count,
      "a tensor \(Shape.text(shape)) cannot take the shape \(Shape.text(newShape))")
    return Tensor(shape: newShape, storage: storage, byteOffset: byteOffset)
  }

  /// Calls `body` with the elements in row-major order.
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = (storage.baseAddress + byteOffset).assumingMemoryBound(to: Float.self)
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// Calls `body` with the elements for writing; other tensors that share the storage are not affected.
  public mutating func withUnsafeMutableBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let count = count
    if storage.mutableBytes == nil || !isKnownUniquelyReferenced(&storage) {
      self = Tensor(shape: shape, values)
    }
    guard let memory = storage.mutableBytes?.baseAddress else {
      preconditionFailure("a storage made for writing cannot be written")
    }
    let start = (memory + byteOffset).assumingMemoryBound(to: Float.self)
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: start, count: count))
  }

  /// The same memory as a float32 weight.
  var sharedWeight: WeightTensor {
    WeightTensor(scalarType: .float32, shape: shape, storage: storage, byteOffset: byteOffset)
  }

  private func position(of indices: [Int]) -> Int {
    precondition(
      indices.count == rank && zip(indices, shape).allSatisfy { $0 >= 0 && $0 < $1 },
      "index \(Shape.text(indices)) lies outside a tensor \(Shape.text(shape))")
    return zip(indices, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  private static func checkedCount(_ shape: [Int]) -> Int {
    guard let count = Shape.elementCount(shape), count <= Int.max / 8 else {
      preconditionFailure("\(Shape.text(shape)) is not a shape")
    }
    return count
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal elements; NaN differs from everything, 0 equals -0.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape else { return false }
    return a.withUnsafeBufferPointer { left in
      b.withUnsafeBufferPointer { right in left.elementsEqual(right) }
    }
  }
}
