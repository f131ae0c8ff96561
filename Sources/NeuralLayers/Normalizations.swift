public import Checkpoints
public import TensorCore

/// Group normalization of `[N, C, ...]`. PyTorch's `nn.GroupNorm`.
public struct GroupNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let groups: Int
  private let epsilon: Double
  private let activation: FusedActivation

  /// Takes `weight` and `bias`, `[channels]` each; `activation` is applied in the same pass.
  public init(
    _ w: WeightScope, groups: Int, channels: Int, epsilon: Double = 1e-5, activation: FusedActivation = .none
  ) throws(CheckpointError) {
    weight = try w.tensor("weight", channels)
    bias = try w.tensor("bias", channels)
    self.groups = groups
    self.epsilon = epsilon
    self.activation = activation
  }

  /// The normalized values; `samplesTogether` consecutive samples share statistics.
  public func callAsFunction(_ x: Tensor, samplesTogether: Int = 1) -> Tensor {
    x.groupNormalized(
      groups: groups, weight: weight, bias: bias, epsilon: epsilon, samplesTogether: samplesTogether,
      activation: activation)
  }
}

/// Normalization of the last dimension. PyTorch's `nn.LayerNorm` over one dimension.
public struct LayerNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let epsilon: Double

  /// Takes `weight` and `bias`, `[width]` each.
  public init(_ w: WeightScope, _ width: Int, epsilon: Double = 1e-5) throws(CheckpointError) {
    weight = try w.tensor("weight", width)
    bias = try w.tensor("bias", width)
    self.epsilon = epsilon
  }

  /// The normalized rows.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
  }
}

/// Batch normalization with the statistics of training, folded into one factor and one shift per channel of
/// `[N, C, ...]`. PyTorch's `nn.BatchNorm2d` and `nn.BatchNorm3d` in evaluation.
public struct BatchNorm: Sendable {
  private let scale: Tensor
  private let shift: Tensor

  /// Takes `running_mean`, `running_var` and, unless `isAffine` is false, `weight` and `bias`, `[channels]` each.
  /// Folds in double precision.
  public init(
    _ w: WeightScope, channels: Int, epsilon: Double = 1e-5, isAffine: Bool = true
  ) throws(CheckpointError) {
    let mean = try w.tensor("running_mean", channels).values
    let variance = try w.tensor("running_var", channels).values
    let weight = isAffine ? try w.tensor("weight", channels).values : [Float](repeating: 1, count: channels)
    let bias = isAffine ? try w.tensor("bias", channels).values : [Float](repeating: 0, count: channels)
    if w.hasTensor("num_batches_tracked") { _ = try w.tensor("num_batches_tracked") }
    let factors = zip(weight, variance).map { Double($0) / (Double($1) + epsilon).squareRoot() }
    scale = Tensor(shape: [channels], factors.map { Float($0) })
    let shifts = (0..<channels).map { Float(Double(bias[$0]) - Double(mean[$0]) * factors[$0]) }
    shift = Tensor(shape: [channels], shifts)
  }

  /// The normalized values.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.scaledPerChannel(scale, shift: shift) }
}
