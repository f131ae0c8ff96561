/// Where samplers get their noise from. One source serves one clip, in the order the reference
/// implementation draws.
public protocol NoiseSource: Sendable {
  /// The next standard normal values, as many as `shape` holds.
  mutating func normal(_ shape: [Int]) -> Tensor
}

extension NoiseSource {
  /// The next standard normal values, as many as `shape` holds.
  public mutating func normal(_ shape: Int...) -> Tensor { normal(shape) }
}
