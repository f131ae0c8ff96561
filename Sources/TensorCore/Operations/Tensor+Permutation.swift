internal import CTensorKernels

extension Tensor {
  /// A contiguous copy with the dimensions in another order: dimension `i` of the result is dimension
  /// `order[i]`.
  ///
  /// For example `permuted(4, 3, 0, 1, 2)` turns a kernel `[T, H, W, in, out]` into `[out, in, T, H, W]`.
  public func permuted(_ order: Int...) -> Tensor {
    precondition(
      order.sorted() == Array(shape.indices),
      "\(Shape.text(order)) is not an order of the dimensions of \(Shape.text(shape))")
    guard rank > 1 else { return self }
    let strides = Shape.rowMajorStrides(shape)
    let sizes = order.map { shape[$0] }
    let steps = order.map { strides[$0] }
    return withUnsafeBufferPointer { source in
      Tensor(shape: sizes) { target in
        guard let from = source.baseAddress, let to = target.baseAddress, count > 0 else { return }
        // The dimension whose elements lie side by side in the source; the last one of the result is the other side
        // of the matrices to transpose. Where both are one, rows are copied.
        let last = rank - 1
        let side = order.firstIndex(of: last) ?? last
        let targetSteps = Shape.rowMajorStrides(sizes)
        let outer = sizes.indices.filter { $0 != side && $0 != last }
        let matrices = outer.reduce(1) { $0 * sizes[$1] }
        ComputeBudget.forEachRange(matrices, grain: max(1, (1 << 15) * matrices / count)) { range in
          for matrix in range {
            var (rest, start, place) = (matrix, 0, 0)
            for dimension in outer.reversed() {
              let index = rest % sizes[dimension]
              rest /= sizes[dimension]
              start += index * steps[dimension]
              place += index * targetSteps[dimension]
            }
            if side == last {
              (to + place).update(from: from + start, count: sizes[last])
            } else {
              ct_transpose(
                to + place, targetSteps[side], from + start, steps[last], sizes[side], sizes[last],
                CT_VECTOR_AUTO)
            }
          }
        }
      }
    }
  }
}
