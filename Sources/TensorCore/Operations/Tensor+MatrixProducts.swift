extension Tensor {
  /// Matrix product. `[M, K] x [K, N]` gives `[M, N]`; of tensors of rank 3 with equal first sizes, the product of
  /// each pair of matrices.
  public func matrixProduct(_ other: Tensor) -> Tensor {
    precondition(
      rank == other.rank && (rank == 2 || rank == 3) && shape[rank - 1] == other.shape[rank - 2]
        && shape.dropLast(2) == other.shape.dropLast(2),
      "no matrix product of \(Shape.text(shape)) and \(Shape.text(other.shape))")
    let (rows, inner, columns) = (shape[rank - 2], shape[rank - 1], other.shape[rank - 1])
    let batch = rank == 3 ? shape[0] : 1
    return withUnsafeBufferPointer { left in
      other.withUnsafeBufferPointer { right in
        Tensor(shape: shape.dropLast() + [columns]) { target in
          guard let a = left.baseAddress, let b = right.baseAddress, let c = target.baseAddress else {
            return
          }
          for index in 0..<batch {
            MatrixProduct.tiled(
              rows: rows, columns: columns, inner: inner,
              MatrixView(start: a + index * rows * inner, stride: max(inner, 1)),
              MatrixView(start: b + index * inner * columns, stride: max(columns, 1)),
              into: c + index * rows * columns, stride: max(columns, 1))
          }
        }
      }
    }
  }

  /// The affine map of the last dimension: `[..., in]` with a weight `[out, in]` and a bias `[out]` gives
  /// `[..., out]`.
  public func linear(weight: Tensor, bias: Tensor? = nil) -> Tensor {
    precondition(
      rank >= 1 && weight.rank == 2 && shape[rank - 1] == weight.shape[1],
      "a weight \(Shape.text(weight.shape)) does not fit values \(Shape.text(shape))")
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    Tensor.checkBias(bias, outputs)
    let rows = shape.dropLast().reduce(1, *)
    return withUnsafeBufferPointer { values in
      weight.withUnsafeBufferPointer { weights in
        Tensor(shape: shape.dropLast() + [outputs]) { target in
          guard let x = values.baseAddress, let w = weights.baseAddress, let y = target.baseAddress else {
            return
          }
          bias?.withUnsafeBufferPointer { added in
            for row in 0..<rows {
              for output in 0..<outputs { y[row * outputs + output] = added[output] }
            }
          }
          MatrixProduct.tiled(
            rows: rows, columns: outputs, inner: inputs, MatrixView(start: x, stride: max(inputs, 1)),
            MatrixView(start: w, stride: max(inputs, 1), isTransposed: true), keep: bias == nil ? 0 : 1,
            into: y, stride: max(outputs, 1))
        }
      }
    }
  }

  /// Rows of a table: `[count, width]` looked up at each index gives `[indices.count, width]`.
  public func rows(at indices: [Int]) -> Tensor {
    precondition(rank == 2, "a tensor \(Shape.text(shape)) is not a table of rows")
    let width = shape[1]
    for index in indices {
      precondition(index >= 0 && index < shape[0], "row \(index) lies outside a table \(Shape.text(shape))")
    }
    return withUnsafeBufferPointer { source in
      Tensor(shape: [indices.count, width]) { target in
        for (row, index) in indices.enumerated() {
          for column in 0..<width { target[row * width + column] = source[index * width + column] }
        }
      }
    }
  }

  static func checkBias(_ bias: Tensor?, _ outputs: Int) {
    guard let bias else { return }
    precondition(
      bias.shape == [outputs], "a bias \(Shape.text(bias.shape)) does not fit \(outputs) output channels")
  }
}
