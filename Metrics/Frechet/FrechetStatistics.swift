internal import LinearAlgebra

/// Count, mean and scatter of feature rows in float64; statistics of parts merge into those of the whole.
///
/// Rows are centred by the mean of their own block before products are formed: features behind a ReLU have means
/// much larger than their deviations, and raw second moments would cancel digits.
/// Source: Chan, Golub and LeVeque 1983, the pairwise update.
struct FrechetStatistics: Sendable {
  /// Divisor of a covariance.
  enum Normalization: Sendable {
    /// n - 1.
    case unbiased
    /// n.
    case population

    func divisor(_ count: Int) -> Double { Double(self == .unbiased ? count - 1 : count) }
  }

  /// Rows seen.
  private(set) var count = 0
  /// Their mean, one number per dimension.
  private(set) var mean: [Double]
  /// Sum of the products of deviations, symmetric.
  private(set) var scatter: Matrix

  /// No rows of `dimension` numbers.
  init(dimension: Int) {
    mean = [Double](repeating: 0, count: dimension)
    scatter = Matrix(zeros: dimension, dimension)
  }

  /// The statistics of a block of rows.
  init(_ rows: Matrix) {
    let (centred, mean) = Self.centred(rows)
    count = rows.rows
    self.mean = mean
    scatter = centred.gram()
  }

  /// Rows minus their mean, and the mean.
  static func centred(_ rows: Matrix) -> (rows: Matrix, mean: [Double]) {
    var mean = [Double](repeating: 0, count: rows.columns)
    for row in 0..<rows.rows {
      for column in 0..<rows.columns { mean[column] += rows.elements[row * rows.columns + column] }
    }
    for column in mean.indices { mean[column] /= Double(max(rows.rows, 1)) }
    var centred = rows
    for row in 0..<rows.rows {
      for column in 0..<rows.columns { centred.elements[row * rows.columns + column] -= mean[column] }
    }
    return (centred, mean)
  }

  /// Adds the rows that `other` has seen.
  mutating func merge(_ other: FrechetStatistics) {
    precondition(mean.count == other.mean.count, "features of \(mean.count) and \(other.mean.count) numbers")
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let weight = Double(count) * Double(other.count) / total
    let difference = zip(mean, other.mean).map { $1 - $0 }
    let dimension = mean.count
    for row in 0..<dimension {
      let factor = difference[row] * weight
      let start = row * dimension
      for column in 0..<dimension {
        scatter.elements[start + column] +=
          other.scatter.elements[start + column] + factor * difference[column]
      }
    }
    for index in mean.indices { mean[index] += difference[index] * Double(other.count) / total }
    count += other.count
  }

  /// The covariance; needs two rows for the unbiased one.
  func covariance(_ normalization: Normalization) -> Matrix {
    var result = scatter
    let factor = 1 / normalization.divisor(count)
    for index in result.elements.indices { result.elements[index] *= factor }
    return result
  }
}
