internal import CLAPACKE

/// A decomposition that LAPACK could not finish.
public struct DecompositionError: Error, Hashable, CustomStringConvertible {
  /// LAPACK's name of the routine.
  public let routine: String
  /// Its `info`: negative for an argument that is not a number, positive where it did not converge.
  public let code: Int

  /// One line.
  public var description: String {
    "\(routine) failed with code \(code); the matrix holds values that are not numbers or cannot be decomposed"
  }
}

/// Eigenvalues and eigenvectors of a symmetric matrix, `Q diag(values) Q^T`. LAPACK's `dsyevd`.
public struct SymmetricEigen: Sendable {
  /// Eigenvalues in ascending order.
  public let values: [Double]
  /// Eigenvectors as columns.
  public let vectors: Matrix

  /// Decomposes a square matrix of which the upper triangle is read.
  public init(of matrix: Matrix) throws(DecompositionError) {
    precondition(matrix.rows == matrix.columns, "a \(matrix.rows)x\(matrix.columns) matrix is not symmetric")
    let order = matrix.rows
    var vectors = matrix
    var values = [Double](repeating: 0, count: order)
    OpenBLASThreads.confine()
    // Column-major lower is row-major upper, without LAPACKE's transposition; the vectors then lie in rows.
    let code = LAPACKE_dsyevd(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), Int32(order),
      &vectors.elements, Int32(max(order, 1)), &values)
    guard code == 0 else { throw DecompositionError(routine: "dsyevd", code: Int(code)) }
    self.values = values
    self.vectors = vectors.transposed
  }
}

extension Matrix {
  /// Rows and columns exchanged.
  public var transposed: Matrix {
    var result = Matrix(zeros: columns, rows)
    let block = 32
    for firstRow in stride(from: 0, to: rows, by: block) {
      for firstColumn in stride(from: 0, to: columns, by: block) {
        for row in firstRow..<Swift.min(firstRow + block, rows) {
          for column in firstColumn..<Swift.min(firstColumn + block, columns) {
            result.elements[column * rows + row] = elements[row * columns + column]
          }
        }
      }
    }
    return result
  }

  /// The singular values in descending order: LAPACK's `dgesdd`, for large matrices a reduction in two stages; either
  /// is exact to a few units in the last place of the largest value.
  public func singularValues() throws(DecompositionError) -> [Double] {
    let count = Swift.min(rows, columns)
    guard count > 0 else { return [] }
    if count >= BidiagonalReduction.smallestOrder {
      OpenBLASThreads.confine()
      // The transpose has the same singular values: row-major read as column-major needs no copy.
      var reduction =
        columns >= rows
        ? BidiagonalReduction(rows: columns, columns: rows, columnMajor: elements)
        : BidiagonalReduction(rows: rows, columns: columns, columnMajor: transposed.elements)
      return try reduction.singularValues()
    }
    var copy = elements
    var values = [Double](repeating: 0, count: count)
    var (unusedLeft, unusedRight) = ([0.0], [0.0])
    OpenBLASThreads.confine()
    // As above, without a copy.
    let code = LAPACKE_dgesdd(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "N")), Int32(columns), Int32(rows), &copy,
      Int32(columns), &values, &unusedLeft, 1, &unusedRight, 1)
    guard code == 0 else { throw DecompositionError(routine: "dgesdd", code: Int(code)) }
    return values
  }

  /// The lower triangular `L` with `L L^T = self`, or nil when the matrix is not positive definite to working
  /// precision. LAPACK's `dpotrf`; of the matrix the lower triangle is read.
  public func choleskyFactor() -> Matrix? {
    precondition(rows == columns, "a \(rows)x\(columns) matrix is not symmetric")
    var factor = self
    OpenBLASThreads.confine()
    // Column-major upper is row-major lower.
    let code = LAPACKE_dpotrf(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(rows), &factor.elements, Int32(max(rows, 1))
    )
    guard code == 0 else { return nil }
    for row in 0..<rows {
      for column in (row + 1)..<Swift.max(row + 1, columns) { factor[row, column] = 0 }
    }
    return factor
  }
}
