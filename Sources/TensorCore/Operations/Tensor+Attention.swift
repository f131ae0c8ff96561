/// Consecutive keys whose logits all get the same number added.
public struct KeySegment: Sendable, Hashable {
  /// Number of keys.
  public var count: Int
  /// What is added to their logits; finite.
  public var bias: Float

  /// A segment of keys.
  public init(count: Int, bias: Float = 0) {
    self.count = count
    self.bias = bias
  }
}

extension Tensor {
  /// Softmax attention of several heads, with this tensor as queries.
  ///
  /// Queries are `[N, Q, heads * d]`, `keys` and `values` `[N, K, heads * d]`, heads side by side in each row, as a
  /// linear layer writes them. Every head computes `softmax(scale Q Kᵀ + bias) V` with `scale` 1/√d unless told.
  /// Logits exist for one tile at a time; memory does not grow with Q times K.
  ///
  /// - Parameter segments: splits the keys in order, with a constant added to the logits of each part; their counts
  ///   add up to K.
  public func attention(
    keys: Tensor, values: Tensor, heads: Int, scale: Float? = nil, segments: [KeySegment]? = nil
  ) -> Tensor {
    precondition(
      rank == 3 && keys.rank == 3 && keys.shape == values.shape && shape[0] == keys.shape[0]
        && shape[2] == keys.shape[2] && heads > 0 && shape[2] % heads == 0,
      "\(heads) heads of queries \(Shape.text(shape)) do not fit keys \(Shape.text(keys.shape)) "
        + "and values \(Shape.text(values.shape))")
    let parts = segments ?? [KeySegment(count: keys.shape[1])]
    precondition(
      parts.allSatisfy { $0.count >= 0 && $0.bias.isFinite }
        && parts.reduce(0) { $0 + $1.count } == keys.shape[1] && keys.shape[1] > 0,
      "the key segments \(parts) do not cover \(keys.shape[1]) keys")
    let width = shape[2] / heads
    let kernel = AttentionKernel(
      samples: shape[0], heads: heads, width: width, queries: shape[1], keys: keys.shape[1],
      scale: scale ?? 1 / Float(width).squareRoot(), segments: parts)
    return withUnsafeBufferPointer { q in
      keys.withUnsafeBufferPointer { k in
        values.withUnsafeBufferPointer { v in
          Tensor(shape: shape) { result in
            guard let query = q.baseAddress, let key = k.baseAddress, let value = v.baseAddress,
              let to = result.baseAddress
            else { return }
            kernel.run(query, key, value, into: to)
          }
        }
      }
    }
  }
}
