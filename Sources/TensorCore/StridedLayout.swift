/// Elements that lie apart in memory: sizes and steps per dimension, both in elements.
///
/// Steps may be zero (a broadcast dimension) or of any order (a transposed view).
public struct StridedLayout: Sendable, Hashable {
  /// Sizes of the dimensions, outermost first.
  public let shape: [Int]
  /// Distance in elements between neighbours along each dimension.
  public let strides: [Int]

  /// A layout; shape and strides must have the same length and hold no negative value.
  public init(shape: [Int], strides: [Int]) {
    precondition(
      shape.count == strides.count && strides.allSatisfy { $0 >= 0 },
      "strides \(Shape.text(strides)) do not belong to a shape \(Shape.text(shape))")
    self.shape = shape
    self.strides = strides
  }

  /// Whether the elements follow one another in row-major order; dimensions of size 1 may have any stride.
  public var isContiguous: Bool {
    if shape.contains(0) { return true }
    return zip(shape, zip(strides, Shape.rowMajorStrides(shape))).allSatisfy { size, steps in
      size == 1 || steps.0 == steps.1
    }
  }

  /// Offset in elements of the last element from the first, or nil when it does not fit an `Int`; -1 for no
  /// elements.
  public var lastOffset: Int? {
    if shape.contains(0) { return -1 }
    var offset = 0
    for (size, stride) in zip(shape, strides) {
      let (span, spanOverflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, sumOverflow) = offset.addingReportingOverflow(span)
      if spanOverflow || sumOverflow { return nil }
      offset = sum
    }
    return offset
  }

  /// Visits the innermost rows in row-major order: `body(position, offset, length, step)`, where `position`
  /// counts elements visited so far and `offset` is the first element's offset from the layout's start.
  public func forEachRow(_ body: (_ position: Int, _ offset: Int, _ length: Int, _ step: Int) -> Void) {
    guard !shape.contains(0) else { return }
    guard let length = shape.last, let step = strides.last else { return body(0, 0, 1, 1) }
    var index = [Int](repeating: 0, count: shape.count - 1)
    var position = 0
    var offset = 0
    while true {
      body(position, offset, length, step)
      position += length
      var dimension = index.count - 1
      while dimension >= 0 {
        index[dimension] += 1
        offset += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        offset -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        dimension -= 1
      }
      if dimension < 0 { return }
    }
  }
}
