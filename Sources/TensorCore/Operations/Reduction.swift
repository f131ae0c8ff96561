internal import CTensorKernels

/// Sums in double precision in an order that depends on the number of elements alone.
enum Reduction {
  static func sum(_ values: UnsafeBufferPointer<Float>) -> Double {
    guard let start = values.baseAddress else { return 0 }
    return ct_sum(start, values.count, CT_VECTOR_AUTO)
  }

  static func squaredDeviation(_ values: UnsafeBufferPointer<Float>, mean: Double) -> Double {
    guard let start = values.baseAddress else { return 0 }
    return ct_squared_deviation(start, values.count, mean, CT_VECTOR_AUTO)
  }
}
