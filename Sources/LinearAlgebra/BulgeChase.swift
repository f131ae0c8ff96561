internal import COpenBLAS

/// Reduces an upper band to two diagonals, in place.
struct Chase {
  /// Element (i, j) lies at `i + j * leading`.
  let cells: UnsafeMutablePointer<Double>
  let leading: Int
  /// Rows and columns.
  let order: Int
  /// Diagonals above the main one.
  let band: Int

  /// Row after row is annihilated right of its second element; what that fills in below the diagonal and beyond the band
  /// is driven out along the band.
  func run() {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * band) { scratch in
      guard let vector = scratch.baseAddress else { return }
      for row in 0..<max(0, order - 2) { sweep(row, vector, vector + band) }
    }
  }

  private func sweep(
    _ row: Int, _ vector: UnsafeMutablePointer<Double>, _ product: UnsafeMutablePointer<Double>
  ) {
    var source = row
    var first = row + 1
    while first < order {
      let last = min(first + band - 1, order - 1)
      guard last > first else { return }
      // The row `source` right of column `first`, from the right.
      let count = last - first + 1
      for index in 0..<count { vector[index] = cells[source + (first + index) * leading] }
      var tau = Self.reflector(vector, count)
      cells[source + first * leading] = vector[0]
      for index in 1..<count { cells[source + (first + index) * leading] = 0 }
      vector[0] = 1
      if tau != 0 { applyRight(vector, tau, rows: source + 1, last, columns: first, count, product) }
      // The column `first` below the diagonal, from the left.
      let corner = cells + first + first * leading
      for index in 0..<count { vector[index] = corner[index] }
      tau = Self.reflector(vector, count)
      corner[0] = vector[0]
      for index in 1..<count { corner[index] = 0 }
      vector[0] = 1
      if tau != 0 {
        applyLeft(vector, tau, rows: first, count, columns: first + 1, min(last + band, order - 1), product)
      }
      source = first
      first += band
    }
  }

  /// Turns `vector` into a reflector `I - tau v v^T` that takes it to a multiple of the first unit vector: the multiple
  /// in place of the first element, the rest of `v` behind it; `v` itself begins with 1. As LAPACK's `dlarfg`.
  static func reflector(_ vector: UnsafeMutablePointer<Double>, _ count: Int) -> Double {
    let tail = cblas_dnrm2(blasint(count - 1), vector + 1, 1)
    guard tail != 0 else { return 0 }
    let head = vector[0]
    // As hypot, which neither overflows nor loses the smaller part.
    let scale = max(abs(head), tail)
    let (x, y) = (head / scale, tail / scale)
    let length = scale * (x * x + y * y).squareRoot()
    let beta = head > 0 ? -length : length
    let inverse = 1 / (head - beta)
    for index in 1..<count { vector[index] *= inverse }
    vector[0] = beta
    return (beta - head) / beta
  }

  /// Rows `top...bottom`, columns `first..<first + count`.
  private func applyRight(
    _ vector: UnsafePointer<Double>, _ tau: Double, rows top: Int, _ bottom: Int, columns first: Int,
    _ count: Int,
    _ product: UnsafeMutablePointer<Double>
  ) {
    let block = cells + top + first * leading
    let (m, n, stride) = (blasint(bottom - top + 1), blasint(count), blasint(leading))
    cblas_dgemv(CblasColMajor, CblasNoTrans, m, n, 1, block, stride, vector, 1, 0, product, 1)
    cblas_dger(CblasColMajor, m, n, -tau, product, 1, vector, 1, block, stride)
  }

  /// Rows `first..<first + count`, columns `left...right`.
  private func applyLeft(
    _ vector: UnsafePointer<Double>, _ tau: Double, rows first: Int, _ count: Int, columns left: Int,
    _ right: Int,
    _ product: UnsafeMutablePointer<Double>
  ) {
    let block = cells + first + left * leading
    let (m, n, stride) = (blasint(count), blasint(right - left + 1), blasint(leading))
    cblas_dgemv(CblasColMajor, CblasTrans, m, n, 1, block, stride, vector, 1, 0, product, 1)
    cblas_dger(CblasColMajor, m, n, -tau, vector, 1, product, 1, block, stride)
  }
}
