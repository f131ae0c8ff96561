internal import CTensorKernels

extension Tensor {
  /// The gated GELU of the last dimension: `[..., 2 H]` gives `[..., H]`, the first half times the exact GELU of the
  /// second.
  ///
  /// Source: Shazeer, GLU Variants Improve Transformer, 2020 (GEGLU), with the halves in the order of diffusion UNets.
  public func gatedGELU() -> Tensor {
    precondition(
      rank >= 1 && shape[rank - 1].isMultiple(of: 2),
      "the last dimension of \(Shape.text(shape)) has no halves")
    let width = shape[rank - 1] / 2
    let rows = shape.dropLast().reduce(1, *)
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape.dropLast() + [width]) { target in
        guard let from = source.baseAddress, let to = target.baseAddress, width > 0 else { return }
        ComputeBudget.forEachRange(rows, grain: max(1, (1 << 15) / width)) { range in
          for row in range {
            // Row by row, so that the gate is multiplied while it is in the nearest cache.
            let (value, gated) = (from + row * 2 * width, to + row * width)
            ct_map(CT_GELU, gated, value + width, width, CT_VECTOR_AUTO)
            ct_combine(CT_MULTIPLY, gated, gated, 1, value, 1, width, CT_VECTOR_AUTO)
          }
        }
      }
    }
  }
}
