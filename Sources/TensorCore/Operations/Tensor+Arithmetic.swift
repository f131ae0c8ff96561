internal import CTensorKernels

extension Tensor {
  /// Sum of elements. Shapes are aligned at their last dimensions; a size of 1 is repeated, as in NumPy.
  public static func + (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, CT_ADD) }

  /// Difference of elements, with repetition as in `+`.
  public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, CT_SUBTRACT) }

  /// Product of elements, with repetition as in `+`.
  public static func * (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, CT_MULTIPLY) }

  /// Adds a number to every element.
  public static func + (a: Tensor, b: Float) -> Tensor { a.combined(with: b, CT_ADD) }

  /// Subtracts a number from every element.
  public static func - (a: Tensor, b: Float) -> Tensor { a.combined(with: b, CT_SUBTRACT) }

  /// Multiplies every element.
  public static func * (a: Tensor, b: Float) -> Tensor { a.combined(with: b, CT_MULTIPLY) }

  /// `self * share + other * (1 - share)` for tensors of one shape, in one pass.
  public func blended(with other: Tensor, share: Float) -> Tensor {
    weighted(share, plus: other, times: 1 - share)
  }

  /// This tensor plus `factor` times another of the same shape, in one pass.
  public func adding(_ other: Tensor, times factor: Float) -> Tensor {
    weighted(1, plus: other, times: factor)
  }

  private func weighted(_ ownFactor: Float, plus other: Tensor, times factor: Float) -> Tensor {
    precondition(
      shape == other.shape,
      "the shapes \(Shape.text(shape)) and \(Shape.text(other.shape)) cannot be added")
    return withUnsafeBufferPointer { left in
      other.withUnsafeBufferPointer { right in
        Tensor(shape: shape) { target in
          guard let a = left.baseAddress, let b = right.baseAddress, let to = target.baseAddress else { return }
          ComputeBudget.forEachRange(target.count) { range in
            let start = range.lowerBound
            ct_blend(to + start, a + start, ownFactor, b + start, factor, range.count, CT_VECTOR_AUTO)
          }
        }
      }
    }
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

  private func combined(with number: Float, _ operation: ct_operation) -> Tensor {
    withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        guard let a = source.baseAddress, let to = target.baseAddress else { return }
        ComputeBudget.forEachRange(target.count) { range in
          withUnsafePointer(to: number) { b in
            let start = range.lowerBound
            ct_combine(operation, to + start, a + start, 1, b, 0, range.count, CT_VECTOR_AUTO)
          }
        }
      }
    }
  }

  private func combined(with other: Tensor, _ operation: ct_operation) -> Tensor {
    if shape != other.shape { return broadcast(with: other, operation) }
    return withUnsafeBufferPointer { left in
      other.withUnsafeBufferPointer { right in
        Tensor(shape: shape) { target in
          guard let a = left.baseAddress, let b = right.baseAddress, let to = target.baseAddress else { return }
          ComputeBudget.forEachRange(target.count) { range in
            let start = range.lowerBound
            ct_combine(operation, to + start, a + start, 1, b + start, 1, range.count, CT_VECTOR_AUTO)
          }
        }
      }
    }
  }

  private func broadcast(with other: Tensor, _ operation: ct_operation) -> Tensor {
    let dimensions = commonDimensions(with: other)
    let outer = dimensions.dropLast()
    let inner = dimensions.last ?? CommonDimension(size: 1, leftStep: 0, rightStep: 0)
    let rows = outer.reduce(1) { $0 * $1.size }
    return withUnsafeBufferPointer { leftValues in
      other.withUnsafeBufferPointer { rightValues in
        Tensor(shape: broadcastShape(with: other)) { target in
          guard let a = leftValues.baseAddress, let b = rightValues.baseAddress, let to = target.baseAddress
          else { return }
          ComputeBudget.forEachRange(rows, grain: max(1, (1 << 15) / max(inner.size, 1))) { range in
            for row in range {
              var (rest, leftStart, rightStart) = (row, 0, 0)
              for dimension in outer.reversed() {
                let index = rest % dimension.size
                rest /= dimension.size
                leftStart += index * dimension.leftStep
                rightStart += index * dimension.rightStep
              }
              ct_combine(
                operation, to + row * inner.size, a + leftStart, inner.leftStep, b + rightStart,
                inner.rightStep, inner.size, CT_VECTOR_AUTO)
            }
          }
        }
      }
    }
  }

  /// A dimension of two tensors that are combined; a tensor that is repeated along it does not step.
  private struct CommonDimension {
    var size: Int
    var leftStep: Int
    var rightStep: Int
  }

  /// Dimensions of the combination, outermost first; neighbours that both tensors walk through as one are one.
  private func commonDimensions(with other: Tensor) -> [CommonDimension] {
    let resultRank = max(rank, other.rank)
    let (left, right) = (repeatedLayout(rank: resultRank), other.repeatedLayout(rank: resultRank))
    var dimensions: [CommonDimension] = []
    for (index, size) in broadcastShape(with: other).enumerated() where size != 1 {
      let next = CommonDimension(size: size, leftStep: left.strides[index], rightStep: right.strides[index])
      if let last = dimensions.last, last.leftStep == next.leftStep * size, last.rightStep == next.rightStep * size {
        dimensions[dimensions.count - 1] = CommonDimension(
          size: last.size * size, leftStep: next.leftStep, rightStep: next.rightStep)
      } else {
        dimensions.append(next)
      }
    }
    return dimensions
  }

  private func broadcastShape(with other: Tensor) -> [Int] {
    let resultRank = max(rank, other.rank)
    let padded = [self, other].map { [Int](repeating: 1, count: resultRank - $0.rank) + $0.shape }
    return zip(padded[0], padded[1]).map { a, b in
      precondition(
        a == b || a == 1 || b == 1,
        "the shapes \(Shape.text(shape)) and \(Shape.text(other.shape)) cannot be combined")
      return a == 1 ? b : a
    }
  }

  /// Sizes and steps with leading dimensions of size 1; dimensions of size 1 do not step.
  private func repeatedLayout(rank resultRank: Int) -> StridedLayout {
    let leading = [Int](repeating: 1, count: resultRank - rank)
    let strides = zip(shape, Shape.rowMajorStrides(shape)).map { $0 == 1 ? 0 : $1 }
    return StridedLayout(shape: leading + shape, strides: leading.map { _ in 0 } + strides)
  }
}
