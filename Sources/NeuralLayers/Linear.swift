public import Checkpoints
public import TensorCore

/// An affine map of the last dimension, `[..., in]` to `[..., out]`. PyTorch's `nn.Linear`.
public struct Linear: Sendable {
  private let weight: PreparedWeight
  private let bias: Tensor?

  /// Takes `weight` `[out, in]` and, unless `hasBias` is false, `bias` `[out]`.
  public init(
    _ w: WeightScope, _ inputs: Int, _ outputs: Int, hasBias: Bool = true
  ) throws(CheckpointError) {
    weight = PreparedWeight(try w.weight("weight", outputs, inputs))
    bias = hasBias ? try w.tensor("bias", outputs) : nil
  }

  /// The map of every row.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight, bias: bias) }
}

/// A table of vectors looked up by number. PyTorch's `nn.Embedding`.
public struct Embedding: Sendable {
  private let weight: Tensor

  /// Takes `weight` `[count, width]`.
  public init(_ w: WeightScope, count: Int, width: Int) throws(CheckpointError) {
    weight = try w.tensor("weight", count, width)
  }

  /// One row per index, `[indices.count, width]`; every index must lie in the table.
  public func callAsFunction(_ indices: [Int]) -> Tensor { weight.rows(at: indices) }
}
