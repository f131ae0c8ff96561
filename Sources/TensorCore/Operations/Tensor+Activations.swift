internal import CTensorKernels

extension Tensor {
  /// 1 / (1 + exp(-x)).
  public func sigmoid() -> Tensor { mapped(CT_SIGMOID) }

  /// x sigmoid(x), also called swish.
  public func silu() -> Tensor { mapped(CT_SILU) }

  /// Hyperbolic tangent.
  public func tanh() -> Tensor { mapped(CT_TANH) }

  /// The exact GELU, x Φ(x), with the normal distribution function.
  public func gelu() -> Tensor { mapped(CT_GELU) }

  /// x sigmoid(1.702 x), the approximation OpenAI's CLIP uses.
  public func quickGELU() -> Tensor { mapped(CT_QUICK_GELU) }

  /// max(x, 0); NaN stays NaN.
  public func relu() -> Tensor { mapped(CT_RELU) }

  /// x where positive, else `slope` x.
  public func leakyReLU(slope: Float) -> Tensor { mapped { $0 < 0 ? slope * $0 : $0 } }

  /// Leaky ReLU with a learned slope: `slopes` is `[1]`, or `[C]` for values `[N, C, ...]`.
  public func preLU(slopes: Tensor) -> Tensor {
    if slopes.count == 1 { return leakyReLU(slope: slopes.reshaped([]).scalar) }
    precondition(
      rank >= 2 && slopes.shape == [shape[1]],
      "slopes \(Shape.text(slopes.shape)) do not fit values \(Shape.text(shape))")
    let area = shape.dropFirst(2).reduce(1, *)
    let channels = shape[1]
    return withUnsafeBufferPointer { source in
      slopes.withUnsafeBufferPointer { slope in
        Tensor(shape: shape) { target in
          ComputeBudget.forEachTile(shape[0] * channels) { plane in
            let factor = slope[plane % channels]
            for index in plane * area..<(plane + 1) * area {
              let value = source[index]
              target[index] = value < 0 ? factor * value : value
            }
          }
        }
      }
    }
  }

  /// Softmax along one dimension, the last unless told; a negative `axis` counts from the end.
  public func softmax(axis: Int = -1) -> Tensor {
    let axis = checkedAxis(axis)
    if axis != rank - 1 { return movedToEnd(axis).softmax().movedFromEnd(axis) }
    let length = shape[axis]
    let rows = shape.dropLast().reduce(1, *)
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        guard let from = source.baseAddress, let to = target.baseAddress, length > 0 else { return }
        ComputeBudget.forEachRange(rows, grain: max(1, (1 << 14) / length)) { range in
          for row in range { ct_softmax(to + row * length, from + row * length, length, CT_VECTOR_AUTO) }
        }
      }
    }
  }

  private func mapped(_ function: ct_function) -> Tensor {
    withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        ComputeBudget.forEachRange(source.count) { range in
          ct_map(function, to + range.lowerBound, from + range.lowerBound, range.count, CT_VECTOR_AUTO)
        }
      }
    }
  }
}
