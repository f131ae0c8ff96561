/// Sizes of the dimensions of a tensor, outermost first.
public enum Shape {
  /// Number of elements of `shape`, or nil when a size is negative or the product does not fit an `Int`.
  public static func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    var hasZero = false
    for size in shape {
      guard size >= 0 else { return nil }
      if size == 0 { hasZero = true }
      let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow else { return nil }
      count = product
    }
    return hasZero ? 0 : count
  }

  /// Distance in elements between neighbours along each dimension of a contiguous row-major tensor.
  public static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for dimension in shape.indices.reversed() {
      strides[dimension] = step
      step *= max(shape[dimension], 1)
    }
    return strides
  }

  /// For example `[320, 4, 3, 3]`, as messages print shapes.
  public static func text(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }
}
