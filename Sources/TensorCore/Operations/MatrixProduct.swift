/// A matrix inside larger memory: `stride` floats from one stored row to the next.
struct MatrixView {
  let start: UnsafePointer<Float>
  let stride: Int
  /// Whether the matrix meant is the transpose of what is stored.
  var isTransposed = false

  var rowStep: Int { isTransposed ? 1 : stride }
  var columnStep: Int { isTransposed ? stride : 1 }

  /// The part that begins at a row.
  func from(row: Int) -> MatrixView {
    MatrixView(start: start + row * rowStep, stride: stride, isTransposed: isTransposed)
  }
}

/// General matrix products. `single` runs on the calling thread; the others spread over the budget.
enum MatrixProduct {
  /// Rows of the left factor that are packed at a time.
  private static let rowTile = 224

  /// `c = a b`, with `a` rows x inner and `b` inner x columns.
  static func single(
    rows: Int, columns: Int, inner: Int, _ a: MatrixView, _ b: MatrixView,
    into c: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    let right = PackedLayout.columns(columns, inner: inner)
    let packed = TensorStorage(uninitializedByteCount: right.floatCount * 4)
    let panels = packed.floats
    PackedProduct.packColumns(
      right, panels: 0..<right.panels, b.start, columnStep: b.columnStep, innerStep: b.rowStep, into: panels)
    let left = PackedLayout.rows(min(rows, rowTile), inner: inner)
    let scratch = TensorStorage(uninitializedByteCount: left.floatCount * 4)
    for first in Swift.stride(from: 0, to: rows, by: rowTile) {
      multiplyRows(
        first..<min(first + rowTile, rows), a, right, panels, 0..<right.panels, nil, scratch.floats, c, stride
      )
    }
    withExtendedLifetime((packed, scratch)) {}
  }

  /// The same on several threads.
  static func tiled(
    rows: Int, columns: Int, inner: Int, _ a: MatrixView, _ b: MatrixView,
    into c: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    let right = PackedLayout.columns(columns, inner: inner)
    let packed = TensorStorage(uninitializedByteCount: right.floatCount * 4)
    let panels = packed.floats
    PackedProduct.forEachPanel(right) { range in
      PackedProduct.packColumns(
        right, panels: range, b.start, columnStep: b.columnStep, innerStep: b.rowStep, into: panels)
    }
    tiled(rows: rows, a, right, panels, bias: nil, into: c, stride: stride)
    withExtendedLifetime(packed) {}
  }

  /// `c = a b + bias` with a packed right factor and one bias per column.
  static func tiled(
    rows: Int, _ a: MatrixView, _ right: PackedLayout, _ packed: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    // Few rows leave threads idle unless columns are cut, too.
    let height = min(rowTile, max(rows, 1))
    let down = (rows + height - 1) / height
    let wanted = max(1, min(right.panels, 8 / down))
    let width = (right.panels + wanted - 1) / wanted
    let across = (right.panels + width - 1) / width
    let left = PackedLayout.rows(height, inner: right.inner)
    ComputeBudget.forEachTile(down * across, scratchCount: left.floatCount) { tile, scratch in
      let first = tile / across * height
      let panel = tile % across * width
      multiplyRows(
        first..<min(first + height, rows), a, right, packed, panel..<min(panel + width, right.panels), bias,
        scratch, c, stride)
    }
  }

  private static func multiplyRows(
    _ range: Range<Int>, _ a: MatrixView, _ right: PackedLayout, _ packed: UnsafePointer<Float>,
    _ columnPanels: Range<Int>, _ bias: UnsafePointer<Float>?, _ scratch: UnsafeMutablePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    let left = PackedLayout.rows(range.count, inner: right.inner)
    let view = a.from(row: range.lowerBound)
    PackedProduct.packRows(
      left, panels: 0..<left.panels, view.start, rowStep: view.rowStep, outerCount: 1, outerStep: 0,
      innerStep: view.columnStep, into: scratch)
    PackedProduct.multiply(
      left, scratch, rowPanels: 0..<left.panels, right, packed, columnPanels: columnPanels, columnBias: bias,
      into: c + range.lowerBound * stride, stride: stride)
  }
}
