internal import CLAPACKE
internal import COpenBLAS

/// Singular values by two orthogonal reductions: to a band by blocks of reflectors, nearly all of it matrix products,
/// then from the band to a bidiagonal by chasing bulges inside a cache.
///
/// LAPACK's one-stage reduction reads the whole rest of the matrix for every column and waits for memory. Source of the
/// method: Lang, "Parallel reduction of banded matrices to bidiagonal form" (1996); Grosser and Lang, "Efficient
/// parallel reduction to bidiagonal form" (1999).
struct BidiagonalReduction {
  /// Diagonals above the main one after the first stage.
  private static let band = 32
  /// Below this order LAPACK's one stage is as quick.
  static let smallestOrder = 256

  private let rows: Int
  private let columns: Int
  /// Column-major `[rows, columns]`.
  private var matrix: [Double]

  /// Reduces a column-major matrix with at least as many rows as columns.
  init(rows: Int, columns: Int, columnMajor elements: [Double]) {
    precondition(rows >= columns && columns >= 1 && elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    matrix = elements
  }

  /// The singular values in descending order.
  mutating func singularValues() throws(DecompositionError) -> [Double] {
    try reduceToBand()
    var (diagonal, above) = chase()
    var (right, left, other) = ([0.0], [0.0], [0.0])
    // Without vectors this is the differential quotient-difference algorithm, exact to the last digits.
    let code = LAPACKE_dbdsqr(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(columns), 0, 0, 0, &diagonal, &above, &right, 1,
      &left, 1, &other, 1)
    guard code == 0 else { throw DecompositionError(routine: "dbdsqr", code: Int(code)) }
    return diagonal
  }

  // MARK: - To a band

  /// Reflectors from the left and from the right in turn, `band` columns or rows at a time; what they annihilate is left
  /// in place and not read again.
  private mutating func reduceToBand() throws(DecompositionError) {
    var panel = [Double](repeating: 0, count: rows * Self.band)
    var factor = [Double](repeating: 0, count: Self.band * Self.band)
    var product = [Double](repeating: 0, count: rows * Self.band)
    for start in stride(from: 0, to: columns, by: Self.band) {
      let width = min(Self.band, columns - start)
      let next = start + width
      let height = rows - start
      copyColumns(from: start, count: width, to: &panel)
      try Self.orthogonalize(&panel, height, width, &factor)
      restoreUpperTriangle(of: panel, at: start, width: width)
      guard next < columns else { break }
      let rest = columns - next
      Self.makeReflectors(&panel, height, width)
      matrix.withUnsafeMutableBufferPointer { matrix in
        guard let base = matrix.baseAddress else { return }
        Self.applyLeft(
          panel, height, width, factor, to: base + start + next * rows, columns: rest, leading: rows, &product
        )
      }

      // The rows of the panel, as columns.
      copyRows(from: start, count: width, firstColumn: next, to: &panel)
      let reflectors = min(width, rest)
      try Self.orthogonalize(&panel, rest, width, &factor)
      restoreLowerTriangle(of: panel, at: start, firstColumn: next, height: width, rest: rest)
      Self.makeReflectors(&panel, rest, reflectors)
      matrix.withUnsafeMutableBufferPointer { matrix in
        guard let base = matrix.baseAddress, rows > next else { return }
        Self.applyRight(
          panel, rest, reflectors, factor, to: base + next + next * rows, rows: rows - next, leading: rows,
          &product)
      }
    }
  }

  /// QR of a column-major panel: reflectors below the diagonal, `R` above, their triangular factor in `factor`.
  private static func orthogonalize(
    _ panel: inout [Double], _ height: Int, _ width: Int, _ factor: inout [Double]
  ) throws(DecompositionError) {
    let code = LAPACKE_dgeqrt(
      LAPACK_COL_MAJOR, Int32(height), Int32(width), Int32(min(height, width)), &panel, Int32(height),
      &factor,
      Int32(band))
    guard code == 0 else { throw DecompositionError(routine: "dgeqrt", code: Int(code)) }
  }

  /// Ones on the diagonal and zeros above it, in place of `R`.
  private static func makeReflectors(_ panel: inout [Double], _ height: Int, _ count: Int) {
    for column in 0..<count {
      for row in 0..<min(column, height) { panel[row + column * height] = 0 }
      if column < height { panel[column + column * height] = 1 }
    }
  }

  /// `A -= V T^T V^T A` for `V` of `height` rows.
  private static func applyLeft(
    _ reflectors: [Double], _ height: Int, _ count: Int, _ factor: [Double],
    to target: UnsafeMutablePointer<Double>, columns: Int, leading: Int, _ product: inout [Double]
  ) {
    let (m, n, k) = (blasint(height), blasint(columns), blasint(count))
    cblas_dgemm(
      CblasColMajor, CblasTrans, CblasNoTrans, k, n, m, 1, reflectors, m, target, blasint(leading), 0,
      &product, k)
    cblas_dtrmm(
      CblasColMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, k, n, 1, factor, blasint(band),
      &product, k)
    cblas_dgemm(
      CblasColMajor, CblasNoTrans, CblasNoTrans, m, n, k, -1, reflectors, m, product, k, 1, target,
      blasint(leading))
  }

  /// `A -= A V T V^T` for `V` with as many rows as `A` has columns.
  private static func applyRight(
    _ reflectors: [Double], _ columns: Int, _ count: Int, _ factor: [Double],
    to target: UnsafeMutablePointer<Double>, rows: Int, leading: Int, _ product: inout [Double]
  ) {
    let (m, n, k) = (blasint(rows), blasint(columns), blasint(count))
    cblas_dgemm(
      CblasColMajor, CblasNoTrans, CblasNoTrans, m, k, n, 1, target, blasint(leading), reflectors, n, 0,
      &product,
      m)
    cblas_dtrmm(
      CblasColMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, m, k, 1, factor, blasint(band),
      &product, m)
    cblas_dgemm(
      CblasColMajor, CblasNoTrans, CblasTrans, m, n, k, -1, product, m, reflectors, n, 1, target,
      blasint(leading))
  }

  /// Columns from `start` on, from row `start` down.
  private func copyColumns(from start: Int, count: Int, to panel: inout [Double]) {
    let height = rows - start
    for column in 0..<count {
      for row in 0..<height { panel[row + column * height] = matrix[start + row + (start + column) * rows] }
    }
  }

  /// Rows from `start` on, right of `firstColumn`, each as a column.
  private func copyRows(from start: Int, count: Int, firstColumn: Int, to panel: inout [Double]) {
    let rest = columns - firstColumn
    for column in 0..<rest {
      for row in 0..<count {
        panel[column + row * rest] = matrix[start + row + (firstColumn + column) * rows]
      }
    }
  }

  private mutating func restoreUpperTriangle(of panel: [Double], at start: Int, width: Int) {
    let height = rows - start
    for column in 0..<width {
      for row in 0...min(column, height - 1) {
        matrix[start + row + (start + column) * rows] = panel[row + column * height]
      }
    }
  }

  private mutating func restoreLowerTriangle(
    of panel: [Double], at start: Int, firstColumn: Int, height: Int, rest: Int
  ) {
    for column in 0..<min(height, rest) {
      for row in column..<height {
        matrix[start + row + (firstColumn + column) * rows] = panel[column + row * rest]
      }
    }
  }

  // MARK: - To two diagonals

  /// The diagonal and the one above it.
  ///
  /// Element (i, j) of the band lies at `2 band + i - j + j * (3 band + 1)`, that is at `i + j * leading` of a dense
  /// matrix with a leading dimension smaller by one, so that BLAS works on its blocks. There is room for the bulges:
  /// `band` diagonals below, `2 band` above.
  private func chase() -> (diagonal: [Double], above: [Double]) {
    let band = Self.band
    let leading = 3 * band
    var storage = [Double](repeating: 0, count: (leading + 1) * columns)
    for column in 0..<columns {
      for row in max(0, column - band)...column {
        storage[2 * band + row + column * leading] = matrix[row + column * rows]
      }
    }
    storage.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Chase(cells: base + 2 * band, leading: leading, order: columns, band: band).run()
    }
    let place = { (row: Int, column: Int) in 2 * band + row + column * leading }
    return (
      (0..<columns).map { storage[place($0, $0)] }, (0..<columns - 1).map { storage[place($0, $0 + 1)] }
    )
  }
}
