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
    linear(weight: PreparedWeight(once: weight), bias: bias)
  }

  /// The same with a weight that is used many times.
  public func linear(weight: PreparedWeight, bias: Tensor? = nil) -> Tensor {
    precondition(
      rank >= 1 && weight.shape.count == 2 && shape[rank - 1] == weight.shape[1],
      "a weight \(Shape.text(weight.shape)) does not fit values \(Shape.text(shape))")
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    Tensor.checkBias(bias, outputs)
    let rows = shape.dropLast().reduce(1, *)
    let layout = PackedLayout.columns(outputs, inner: inputs)
    return withUnsafeBufferPointer { values in
      Tensor(shape: shape.dropLast() + [outputs]) { target in
        guard let x = values.baseAddress, let y = target.baseAddress, rows > 0, outputs > 0 else { return }
        weight.withForm(.columns, count: layout.floatCount) { from, packed in
          PackedProduct.forEachPanel(layout) { panels in
            PackedProduct.packColumns(
              layout, panels: panels, from, columnStep: inputs, innerStep: 1, into: packed)
          }
        } _: { packed in
          let view = MatrixView(start: x, stride: inputs)
          guard let bias else {
            return MatrixProduct.tiled(rows: rows, view, layout, packed, bias: nil, into: y, stride: outputs)
          }
          bias.withUnsafeBufferPointer {
            MatrixProduct.tiled(
              rows: rows, view, layout, packed, bias: $0.baseAddress, into: y, stride: outputs)
          }
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
