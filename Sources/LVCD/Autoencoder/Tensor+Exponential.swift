internal import Foundation
internal import TensorCore

extension Tensor {
  /// e to the power of every element.
  func exponential() -> Tensor { mapped { exp($0) } }
}
