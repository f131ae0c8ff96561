internal import TensorCore

/// A tensor in a file: where its elements lie. Nothing is read until `load`.
struct StoredTensor: Sendable {
  /// Element type.
  let scalarType: ScalarType
  /// Sizes, and steps between elements in the file.
  let layout: StridedLayout
  private let place: Place

  private enum Place {
    case bytes(TensorStorage, offset: Int)
    case deflated(ZipEntry, in: MappedFile, headerByteCount: Int)
  }

  /// A contiguous tensor at `range`, whose length must be that of the elements.
  init(
    _ scalarType: ScalarType, shape: [Int], at range: Range<Int>, of file: MappedFile, what: String
  ) throws(CheckpointError) {
    let needed = try checkedCount(shape, what, file.name) * scalarType.byteCount
    guard range.count == needed else {
      throw .malformed(
        file: file.name,
        what: "\(what) has \(range.count) bytes, \(Shape.text(shape)) of \(scalarType) needs \(needed)")
    }
    try self.init(
      scalarType, StridedLayout(shape: shape, strides: Shape.rowMajorStrides(shape)), elementOffset: 0,
      in: range, of: file, what: what)
  }

  /// A tensor with any strides inside the elements at `range`.
  init(
    _ scalarType: ScalarType, _ layout: StridedLayout, elementOffset: Int, in range: Range<Int>,
    of file: MappedFile, what: String
  ) throws(CheckpointError) {
    let available = range.count / scalarType.byteCount
    let count = try checkedCount(layout.shape, what, file.name)
    guard let last = layout.lastOffset, elementOffset >= 0, elementOffset <= available,
      last < available - elementOffset
    else {
      throw .malformed(
        file: file.name,
        what: "\(what) \(Shape.text(layout.shape)) with strides \(Shape.text(layout.strides)) at element "
          + "\(elementOffset) reaches outside its storage of \(available) elements")
    }
    // Zero strides repeat elements; without a bound a few bytes could ask for any amount of memory.
    let limit = available + 65_536
    guard count <= limit else {
      throw .tooLarge(file: file.name, what: "the element count of \(what)", found: count, limit: limit)
    }
    self.scalarType = scalarType
    self.layout = layout
    place = .bytes(file.storage, offset: range.lowerBound + elementOffset * scalarType.byteCount)
  }

  /// A tensor behind `headerByteCount` bytes of a compressed archive entry.
  init(
    _ scalarType: ScalarType, _ layout: StridedLayout, inflating entry: ZipEntry, in file: MappedFile,
    headerByteCount: Int, what: String
  ) throws(CheckpointError) {
    let needed = try checkedCount(layout.shape, what, file.name) * scalarType.byteCount
    guard needed == entry.byteCount - headerByteCount else {
      throw .malformed(
        file: file.name,
        what: "\(what) \(Shape.text(layout.shape)) of \(scalarType) needs \(needed) bytes, the entry has "
          + "\(entry.byteCount - headerByteCount)")
    }
    self.scalarType = scalarType
    self.layout = layout
    place = .deflated(entry, in: file, headerByteCount: headerByteCount)
  }

  /// Number of bytes of the elements, each counted once per use.
  var byteCount: Int { layout.shape.reduce(1, *) * scalarType.byteCount }

  /// The tensor, contiguous. Contiguous elements of a mapped file are not copied.
  func load() throws(CheckpointError) -> WeightTensor {
    switch place {
    case .bytes(let storage, let offset):
      return gather(storage, offset)
    case .deflated(let entry, let file, let headerByteCount):
      let storage = try entry.inflate(from: file, prefix: entry.byteCount)
      return gather(storage, headerByteCount)
    }
  }

  private func gather(_ storage: TensorStorage, _ offset: Int) -> WeightTensor {
    if layout.isContiguous {
      return WeightTensor(scalarType: scalarType, shape: layout.shape, storage: storage, byteOffset: offset)
    }
    let target = TensorStorage(uninitializedByteCount: byteCount)
    let size = scalarType.byteCount
    let source = storage.baseAddress + offset
    if let bytes = target.mutableBytes?.baseAddress {
      layout.forEachRow { position, start, length, step in
        for index in 0..<length {
          let from = source + (start + index * step) * size
          (bytes + (position + index) * size).copyMemory(from: from, byteCount: size)
        }
      }
    }
    withExtendedLifetime(storage) {}
    return WeightTensor(scalarType: scalarType, shape: layout.shape, storage: target, byteOffset: 0)
  }
}

/// The element count of a shape from a file; the bytes of any type must fit an `Int`.
private func checkedCount(_ shape: [Int], _ what: String, _ file: String) throws(CheckpointError) -> Int {
  guard shape.count <= 32 else {
    throw .tooLarge(file: file, what: "the dimension count of \(what)", found: shape.count, limit: 32)
  }
  guard let count = Shape.elementCount(shape), count <= Int.max / 16 else {
    throw .malformed(file: file, what: "\(what) has the impossible shape \(Shape.text(shape))")
  }
  return count
}
