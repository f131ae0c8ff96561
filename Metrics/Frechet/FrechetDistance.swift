public import EvalCore
internal import LinearAlgebra

/// Why two sets of features have no Fréchet distance.
public enum FrechetError: ReasonedError, CustomStringConvertible, Equatable {
  /// An eigenvalue is so negative that the matrix is no covariance.
  case notACovariance(smallest: Double, largest: Double)
  /// Means or covariances hold values that are not numbers.
  case notFinite
  /// The linear algebra library gave up.
  case decomposition(String)

  /// The reason code.
  public var reason: FailureReason {
    switch self {
    case .notFinite: .notFinite
    case .notACovariance, .decomposition: .modelError
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .notACovariance(let smallest, let largest):
      "the covariance has the eigenvalue \(smallest) beside \(largest), expected none below zero; "
        + "check the stored features"
    case .notFinite: "features hold values that are not numbers; check the weights and the frames"
    case .decomposition(let message): message
    }
  }
}

/// The Fréchet distance of two normal distributions, `|m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)`.
///
/// The trace of the root is the sum of the singular values of a product of factors of the two covariances. Eigenvalues
/// of `S1^(1/2) S2 S1^(1/2)` would square those values and lose the small ones; a general matrix root loses more.
/// Source: Dowson and Landau 1982 for the distance.
enum FrechetDistance {
  /// A covariance whose Cholesky pivots stay above this share of its largest variance is factored that way, at a
  /// tenth of the cost of its eigenvectors and without loss.
  private static let definiteShare = 1e-6

  /// Distance from means and covariances; may come out below zero by rounding.
  static func between(
    _ mean1: [Double], _ covariance1: Matrix, _ mean2: [Double], _ covariance2: Matrix
  ) throws(FrechetError) -> Double {
    guard covariance1.isFinite, covariance2.isFinite, (mean1 + mean2).allSatisfy(\.isFinite) else {
      throw .notFinite
    }
    let root = try nuclearNorm(
      try factor(covariance1).multiplied(by: try factor(covariance2), transposed: true))
    return squaredDistance(mean1, mean2) + covariance1.trace + covariance2.trace - 2 * root
  }

  /// Distance from feature rows, for fewer rows than dimensions: an exact route through a matrix of n1 x n2 numbers.
  static func between(
    rows rows1: Matrix, _ rows2: Matrix, _ normalization: FrechetStatistics.Normalization
  ) throws(FrechetError) -> Double {
    guard rows1.isFinite, rows2.isFinite else { throw .notFinite }
    let (centred1, mean1) = FrechetStatistics.centred(rows1)
    let (centred2, mean2) = FrechetStatistics.centred(rows2)
    let divisor1 = normalization.divisor(rows1.rows)
    let divisor2 = normalization.divisor(rows2.rows)
    let norm = try nuclearNorm(centred1.multiplied(by: centred2, otherTransposed: true))
    let root = norm / (divisor1 * divisor2).squareRoot()
    return squaredDistance(mean1, mean2) + sumOfSquares(centred1) / divisor1
      + sumOfSquares(centred2) / divisor2 - 2 * root
  }

  /// `F` with `F F^T` equal to a positive semidefinite matrix.
  private static func factor(_ covariance: Matrix) throws(FrechetError) -> Matrix {
    let largest = (0..<covariance.rows).map { covariance[$0, $0] }.max() ?? 0
    if let cholesky = covariance.choleskyFactor() {
      let pivots = (0..<cholesky.rows).map { cholesky[$0, $0] * cholesky[$0, $0] }
      if pivots.allSatisfy({ $0 > definiteShare * largest }) { return cholesky }
    }
    let eigen: SymmetricEigen
    do { eigen = try SymmetricEigen(of: covariance) } catch { throw .decomposition("\(error)") }
    let top = eigen.values.last ?? 0
    if let bottom = eigen.values.first, bottom < -1e-6 * abs(top) {
      throw .notACovariance(smallest: bottom, largest: top)
    }
    // Below this rounding decides about an eigenvalue, and its root would be far larger than itself.
    let floor = Double(covariance.rows) * 0x1p-52 * top
    let roots = eigen.values.map { $0 > floor ? $0.squareRoot() : 0 }
    var factor = eigen.vectors
    for row in 0..<factor.rows {
      for column in 0..<factor.columns { factor.elements[row * factor.columns + column] *= roots[column] }
    }
    return factor
  }

  private static func nuclearNorm(_ matrix: Matrix) throws(FrechetError) -> Double {
    do { return try matrix.singularValues().reduce(0, +) } catch { throw .decomposition("\(error)") }
  }

  private static func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  private static func sumOfSquares(_ matrix: Matrix) -> Double { matrix.elements.reduce(0) { $0 + $1 * $1 } }
}
