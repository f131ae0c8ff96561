internal import COpenBLAS

/// A dense matrix of `Double`, row-major.
///
/// For statistics: covariances, their eigenvalues and products. Networks compute with `Tensor`.
public struct Matrix: Sendable, Equatable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// `rows * columns` elements, row after row.
  public var elements: [Double]

  /// A matrix of the given elements.
  public init(rows: Int, columns: Int, _ elements: [Double]) {
    precondition(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "a \(rows)x\(columns) matrix needs \(rows * columns) elements, got \(elements.count)")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix of zeros.
  public init(zeros rows: Int, _ columns: Int) {
    self.init(rows: rows, columns: columns, [Double](repeating: 0, count: rows * columns))
  }

  /// The element of a row and a column.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// Sum of the diagonal.
  public var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

  /// Whether every element is a number and not infinite.
  public var isFinite: Bool { elements.allSatisfy(\.isFinite) }

  /// `self` times `other`, either of them transposed first where asked.
  public func multiplied(
    by other: Matrix, transposed: Bool = false, otherTransposed: Bool = false
  ) -> Matrix {
    let (height, inner) = transposed ? (columns, rows) : (rows, columns)
    let (otherInner, width) = otherTransposed ? (other.columns, other.rows) : (other.rows, other.columns)
    precondition(
      inner == otherInner, "a \(height)x\(inner) and a \(otherInner)x\(width) matrix have no product")
    var result = Matrix(zeros: height, width)
    guard height > 0, width > 0, inner > 0 else { return result }
    OpenBLASThreads.confine()
    cblas_dgemm(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, otherTransposed ? CblasTrans : CblasNoTrans,
      blasint(height), blasint(width), blasint(inner), 1, elements, blasint(columns), other.elements,
      blasint(other.columns), 0, &result.elements, blasint(width))
    return result
  }

  /// `self` transposed times itself, `columns x columns`, symmetric.
  public func gram() -> Matrix {
    var result = Matrix(zeros: columns, columns)
    guard rows > 0, columns > 0 else { return result }
    OpenBLASThreads.confine()
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, blasint(columns), blasint(rows), 1, elements, blasint(columns),
      0,
      &result.elements, blasint(columns))
    for row in 0..<columns {
      for column in 0..<row { result[row, column] = result[column, row] }
    }
    return result
  }
}

/// OpenBLAS on the calling thread alone: results do not depend on the number of cores, and several clips or rows may
/// be worked on at a time.
enum OpenBLASThreads {
  private static let confined: Void = openblas_set_num_threads(1)

  static func confine() { _ = confined }
}
