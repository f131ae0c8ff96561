internal import EvalCore
internal import LinearAlgebra
internal import Statistics

/// Dense arithmetic of the statistics on LAPACK.
struct LapackAlgebra: DenseAlgebra {
  func symmetricEigen(_ matrix: [Double], size: Int) throws -> (values: [Double], vectors: [Double]) {
    let eigen = try SymmetricEigen(of: Matrix(rows: size, columns: size, matrix))
    return (eigen.values, eigen.vectors.elements)
  }

  func product(_ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int) -> [Double] {
    Matrix(rows: rows, columns: inner, a).multiplied(by: Matrix(rows: inner, columns: columns, b)).elements
  }
}

/// The influence of each clip on a Fréchet distance of features.
///
/// With fewer rows than dimensions everything happens in the space that the rows span: distances and influences
/// depend on inner products alone, and matrices of `dimension` squared numbers are never formed.
struct FrechetInfluencePass: InfluencePass {
  private let names: (original: String, generated: String)
  private let maps: FrechetMaps
  /// `[dimension, rank]`, orthonormal columns; nil where the features are used as they are.
  private let basis: Matrix?

  init(
    _ accumulator: FrechetAccumulator, original: String, generated: String
  ) throws {
    names = (original, generated)
    if let (rows1, rows2) = accumulator.rowsOfBothSides {
      let basis = try Self.span(rows1, rows2)
      self.basis = basis
      let sides = [rows1, rows2].map { Self.fit(FrechetStatistics($0.multiplied(by: basis))) }
      maps = try FrechetMaps(sides[1], sides[0], algebra: LapackAlgebra())
    } else {
      let (first, second) = accumulator.statistics
      basis = nil
      maps = try FrechetMaps(Self.fit(second), Self.fit(first), algebra: LapackAlgebra())
    }
  }

  private static func fit(_ statistics: FrechetStatistics) -> NormalFit {
    NormalFit(
      frames: statistics.count, mean: statistics.mean,
      covariance: statistics.covariance(.population).elements)
  }

  /// Orthonormal columns that span the rows of both sides, from the eigenvectors of their inner products.
  private static func span(_ rows1: Matrix, _ rows2: Matrix) throws -> Matrix {
    let all = Matrix(
      rows: rows1.rows + rows2.rows, columns: rows1.columns, rows1.elements + rows2.elements)
    let inner = all.multiplied(by: all, otherTransposed: true)
    let eigen = try SymmetricEigen(of: inner)
    let floor = 1e-12 * (eigen.values.last ?? 0)
    let kept = eigen.values.indices.filter { eigen.values[$0] > floor }
    var scaled = Matrix(zeros: all.rows, kept.count)
    for (column, index) in kept.enumerated() {
      let scale = 1 / eigen.values[index].squareRoot()
      for row in 0..<all.rows { scaled[row, column] = eigen.vectors[row, index] * scale }
    }
    return all.transposed.multiplied(by: scaled)
  }

  func influence(of measurement: ClipMeasurement) throws -> Double {
    guard let original = measurement.arrays[names.original],
      let generated = measurement.arrays[names.generated]
    else { return 0 }
    func coordinates(_ array: NumericArray) -> [Double] {
      let rows = array.values.map(Double.init)
      guard let basis else { return rows }
      return Matrix(rows: array.shape[0], columns: array.shape[1], rows).multiplied(by: basis).elements
    }
    return try maps.influence(
      first: coordinates(generated), second: coordinates(original), algebra: LapackAlgebra())
  }
}
