internal import COpenBLAS

/// A matrix inside larger memory: `stride` floats from one stored row to the next.
struct MatrixView {
  let start: UnsafePointer<Float>
  let stride: Int
  /// Whether the matrix meant is the transpose of what is stored.
  var isTransposed = false
}

/// General matrix products. `single` runs on the calling thread; `tiled` spreads over the budget.
enum MatrixProduct {
  /// `c = factor * a b + keep * c`, with `a` rows x inner and `b` inner x columns.
  static func single(
    rows: Int, columns: Int, inner: Int, _ a: MatrixView, _ b: MatrixView, factor: Float = 1,
    keep: Float = 0, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(inner), factor, a.start, blasint(a.stride), b.start,
      blasint(b.stride), keep, c, blasint(stride))
  }

  /// The same, in tiles that depend on the sizes alone. `c` must be initialised where `keep` is not 0.
  static func tiled(
    rows: Int, columns: Int, inner: Int, _ a: MatrixView, _ b: MatrixView, keep: Float = 0,
    into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let (height, width) = tileSize(rows: rows, columns: columns)
    let across = (columns + width - 1) / width
    let down = (rows + height - 1) / height
    ComputeBudget.forEachTile(across * down) { tile in
      let row = tile / across * height
      let column = tile % across * width
      let left = MatrixView(
        start: a.start + row * (a.isTransposed ? 1 : a.stride), stride: a.stride, isTransposed: a.isTransposed
      )
      let right = MatrixView(
        start: b.start + column * (b.isTransposed ? b.stride : 1), stride: b.stride,
        isTransposed: b.isTransposed)
      single(
        rows: min(height, rows - row), columns: min(width, columns - column), inner: inner, left, right,
        keep: keep, into: c + row * stride + column, stride: stride)
    }
  }

  /// Large tiles keep OpenBLAS's packing cheap; small products are halved until several threads find work.
  private static func tileSize(rows: Int, columns: Int) -> (height: Int, width: Int) {
    var height = min(max(rows, 1), 512)
    var width = min(max(columns, 1), 1024)
    let wantedTiles = 8
    while (rows + height - 1) / height * ((columns + width - 1) / width) < wantedTiles,
      max(height, width) > 128
    {
      if height >= width { height = (height + 1) / 2 } else { width = (width + 1) / 2 }
    }
    return (height, width)
  }
}
