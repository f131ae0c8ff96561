extension Tensor {
  /// Sum of elements. Shapes are aligned at their last dimensions; a size of 1 is repeated, as in NumPy.
  public static func + (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b) { $0 + $1 } }

  /// Difference of elements, with repetition as in `+`.
  public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b) { $0 - $1 } }

  /// Product of elements, with repetition as in `+`.
  public static func * (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b) { $0 * $1 } }

  /// Adds a number to every element.
  public static func + (a: Tensor, b: Float) -> Tensor { a.mapped { $0 + b } }

  /// Subtracts a number from every element.
  public static func - (a: Tensor, b: Float) -> Tensor { a.mapped { $0 - b } }

  /// Multiplies every element.
  public static func * (a: Tensor, b: Float) -> Tensor { a.mapped { $0 * b } }

  /// This tensor plus `factor` times another of the same shape, in one pass.
  public func adding(_ other: Tensor, times factor: Float) -> Tensor {
    precondition(
      shape == other.shape,
      "the shapes \(Shape.text(shape)) and \(Shape.text(other.shape)) cannot be added")
    return combined(with: other) { $0 + $1 * factor }
  }

  /// Every element through `function`, which may be called on several threads.
  public func mapped(_ function: @Sendable (Float) -> Float) -> Tensor {
    withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        ComputeBudget.forEachRange(source.count) { range in
          for index in range { target[index] = function(source[index]) }
        }
      }
    }
  }

  /// Clamps every element to a range; NaN stays NaN.
  public func clamped(to range: ClosedRange<Float>) -> Tensor {
    mapped { $0 < range.lowerBound ? range.lowerBound : ($0 > range.upperBound ? range.upperBound : $0) }
  }

  @inline(__always)
  private func combined(with other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    if shape != other.shape { return broadcast(with: other, function) }
    return withUnsafeBufferPointer { left in
      other.withUnsafeBufferPointer { right in
        Tensor(shape: shape) { target in
          ComputeBudget.forEachRange(target.count) { range in
            for index in range { target[index] = function(left[index], right[index]) }
          }
        }
      }
    }
  }

  private func broadcast(with other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    let resultRank = max(rank, other.rank)
    let left = repeatedLayout(rank: resultRank)
    let right = other.repeatedLayout(rank: resultRank)
    var sizes: [Int] = []
    for (a, b) in zip(left.shape, right.shape) {
      precondition(
        a == b || a == 1 || b == 1,
        "the shapes \(Shape.text(shape)) and \(Shape.text(other.shape)) cannot be combined")
      sizes.append(a == 1 ? b : a)
    }
    let rows = sizes.dropLast().reduce(1, *)
    let length = sizes.last ?? 1
    let (leftStep, rightStep) = (left.strides.last ?? 0, right.strides.last ?? 0)
    return withUnsafeBufferPointer { a in
      other.withUnsafeBufferPointer { b in
        Tensor(shape: sizes) { target in
          ComputeBudget.forEachRange(rows, grain: max(1, (1 << 15) / max(length, 1))) { range in
            for row in range {
              var (rest, leftStart, rightStart) = (row, 0, 0)
              for dimension in (0..<max(resultRank - 1, 0)).reversed() {
                let index = rest % sizes[dimension]
                rest /= sizes[dimension]
                leftStart += index * left.strides[dimension]
                rightStart += index * right.strides[dimension]
              }
              for index in 0..<length {
                target[row * length + index] = function(
                  a[leftStart + index * leftStep], b[rightStart + index * rightStep])
              }
            }
          }
        }
      }
    }
  }

  /// Sizes and steps with leading dimensions of size 1; dimensions of size 1 do not step.
  private func repeatedLayout(rank resultRank: Int) -> StridedLayout {
    let leading = [Int](repeating: 1, count: resultRank - rank)
    let strides = zip(shape, Shape.rowMajorStrides(shape)).map { $0 == 1 ? 0 : $1 }
    return StridedLayout(shape: leading + shape, strides: leading.map { _ in 0 } + strides)
  }
}
