internal import Foundation

extension Double {
  /// `e` to the power of this number.
  var exponential: Double { Foundation.exp(self) }
  /// Hyperbolic tangent.
  var hyperbolicTangent: Double { Foundation.tanh(self) }
}
