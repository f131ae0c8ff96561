/// Float32 logarithm, sine and cosine with the polynomials of the Cephes library, evaluated as PyTorch's
/// AVX2 build does: every product that feeds one sum is fused with it, nothing else is.
///
/// Only for reproducing random numbers; arguments are those Box-Muller needs (`log` in (0, 1], angles in
/// [0, 2π)). Source of polynomials and reduction constants: Moshier, Cephes Mathematical Library, `logf.c`
/// and `sinf.c`.
enum CephesMath {
  /// 2π rounded to float32.
  static let twoPi = Float(2 * Double.pi)

  private static let squareRootOfHalf: Float = 0.707106781186547524
  private static let logPolynomial: [Float] = [
    -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
  ]
  private static let logLeading: Float = 7.0376836292e-2
  /// ln 2 in two parts, the second exact in few bits.
  private static let logTwoLow: Float = -2.12194440e-4
  private static let logTwoHigh: Float = 0.693359375

  /// Natural logarithm of a normal `x` in (0, 1].
  static func log(_ x: Float) -> Float {
    var exponent = Float(Int32(x.bitPattern >> 23) - 126)
    var mantissa = Float(bitPattern: (x.bitPattern & 0x007F_FFFF) | 0x3F00_0000)  // [0.5, 1)
    if mantissa < squareRootOfHalf {
      exponent -= 1
      mantissa = (mantissa - 1) + mantissa
    } else {
      mantissa -= 1
    }
    let square = mantissa * mantissa
    var sum = logLeading
    for coefficient in logPolynomial { sum = coefficient.addingProduct(sum, mantissa) }
    sum = (exponent * logTwoLow).addingProduct(sum * mantissa, square)
    sum = sum.addingProduct(-square, 0.5)
    return (mantissa + sum).addingProduct(exponent, logTwoHigh)
  }

  /// Sine and cosine of `x`, 0 ≤ x < 2π.
  static func sineAndCosine(_ x: Float) -> (sine: Float, cosine: Float) {
    let fourOverPi: Float = 1.27323954473516
    let octant = (Int32(x * fourOverPi) + 1) & ~1
    let multiple = Float(octant)
    // π/4 in three parts of few bits, so that the first two products are exact.
    var reduced = x.addingProduct(multiple, -0.78515625)
    reduced = reduced.addingProduct(multiple, -2.4187564849853515625e-4)
    reduced = reduced.addingProduct(multiple, -3.77489497744594108e-8)
    let square = reduced * reduced

    var even: Float = 2.443315711809948e-5
    even = Float(-1.388731625493765e-3).addingProduct(even, square)
    even = Float(4.166664568298827e-2).addingProduct(even, square)
    even = (-(square * 0.5)).addingProduct(even * square, square) + 1

    var odd: Float = -1.9515295891e-4
    odd = Float(8.3321608736e-3).addingProduct(odd, square)
    odd = Float(-1.6666654611e-1).addingProduct(odd, square)
    odd = reduced.addingProduct(odd * square, reduced)

    let isSwapped = octant & 2 != 0
    let sine = isSwapped ? even : odd
    let cosine = isSwapped ? odd : even
    let negatesSine = octant & 4 != 0
    let negatesCosine = (octant - 2) & 4 == 0
    return (negatesSine ? -sine : sine, negatesCosine ? -cosine : cosine)
  }
}
