internal import CTensorKernels

/// The layout of packed factors: the inner dimension is cut into blocks that keep one panel in the nearest cache; each
/// block holds all its panels.
struct PackedLayout {
  /// Rows of a left factor or columns of a right factor.
  let count: Int
  /// Of them in one panel.
  let panel: Int
  /// Elements that are multiplied and summed, and the same rounded up to whole chunks.
  let inner: Int
  let paddedInner: Int
  /// Inner elements of every block but the last.
  let block: Int

  private static let largestBlock = 320

  static func rows(_ count: Int, inner: Int) -> PackedLayout {
    PackedLayout(count: count, panel: ct_panel_rows(count, CT_VECTOR_AUTO), inner: inner)
  }

  static func columns(_ count: Int, inner: Int) -> PackedLayout {
    PackedLayout(count: count, panel: ct_panel_columns(CT_VECTOR_AUTO), inner: inner)
  }

  private init(count: Int, panel: Int, inner: Int) {
    self.count = count
    self.panel = panel
    self.inner = inner
    let chunk = Int(CT_CHUNK)
    paddedInner = max((inner + chunk - 1) / chunk * chunk, chunk)
    let blocks = (paddedInner + Self.largestBlock - 1) / Self.largestBlock
    block = ((paddedInner + blocks - 1) / blocks + chunk - 1) / chunk * chunk
  }

  var panels: Int { (count + panel - 1) / panel }
  var blocks: Int { (paddedInner + block - 1) / block }
  /// Floats of the whole factor.
  var floatCount: Int { panels * panel * paddedInner }

  /// The inner elements of a block.
  func range(ofBlock index: Int) -> Range<Int> { index * block..<min((index + 1) * block, paddedInner) }

  /// Where a panel begins inside a block, from the start of the factor.
  func offset(panel index: Int, block: Range<Int>) -> Int {
    panels * panel * block.lowerBound + index * panel * block.count
  }
}

/// Packing and multiplying on the calling thread.
enum PackedProduct {
  /// Packs some panels of all blocks of a left factor, element (row, t * innerCount + c) at
  /// `row * rowStep + t * outerStep + c * innerStep`.
  static func packRows(
    _ layout: PackedLayout, panels: Range<Int>, _ from: UnsafePointer<Float>, rowStep: Int, outerCount: Int,
    outerStep: Int, innerStep: Int, into to: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<layout.blocks {
      let range = layout.range(ofBlock: index)
      for panel in panels {
        let row = panel * layout.panel
        ct_pack_rows(
          to + layout.offset(panel: panel, block: range), from + row * rowStep,
          min(layout.panel, layout.count - row), layout.panel, rowStep, outerCount, outerStep,
          max(layout.inner / max(outerCount, 1), 1), innerStep, range.lowerBound, range.count,
          CT_VECTOR_AUTO)
      }
    }
  }

  /// Packs some panels of all blocks of a right factor.
  static func packColumns(
    _ layout: PackedLayout, panels: Range<Int>, _ from: UnsafePointer<Float>, columnStep: Int, innerStep: Int,
    factor: Float = 1, into to: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<layout.blocks {
      let range = layout.range(ofBlock: index)
      let valid = min(range.upperBound, layout.inner) - range.lowerBound
      for panel in panels {
        let column = panel * layout.panel
        ct_pack_columns(
          to + layout.offset(panel: panel, block: range),
          from + column * columnStep + range.lowerBound * innerStep,
          min(layout.panel, layout.count - column), columnStep, max(valid, 0), range.count, innerStep, factor,
          CT_VECTOR_AUTO)
      }
    }
  }

  /// All panels in one call of `pack` per thread and panel group.
  static func forEachPanel(_ layout: PackedLayout, _ pack: (Range<Int>) -> Void) {
    ComputeBudget.forEachRange(
      layout.panels, grain: max((1 << 16) / (layout.panel * layout.paddedInner), 1), pack)
  }

  /// Adds the product of some row panels and some column panels to `result`.
  static func multiply(
    _ rows: PackedLayout, _ a: UnsafePointer<Float>, rowPanels: Range<Int>, _ columns: PackedLayout,
    _ b: UnsafePointer<Float>, columnPanels: Range<Int>, rowBias: UnsafePointer<Float>? = nil,
    columnBias: UnsafePointer<Float>? = nil, keep: Bool = false, into to: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let row = rowPanels.lowerBound * rows.panel
    let column = columnPanels.lowerBound * columns.panel
    let target = to + row * stride + column
    for index in 0..<rows.blocks {
      let range = rows.range(ofBlock: index)
      var result = ct_result(
        to: target, stride: stride, places: nil, initial: keep || index > 0 ? UnsafePointer(target) : nil,
        row_bias: index == 0 ? rowBias.map { $0 + row } : nil,
        column_bias: index == 0 ? columnBias.map { $0 + column } : nil)
      ct_multiply(
        a + rows.offset(panel: rowPanels.lowerBound, block: range), rows.panel * range.count,
        b + columns.offset(panel: columnPanels.lowerBound, block: range), columns.panel * range.count,
        min(rowPanels.upperBound * rows.panel, rows.count) - row, rows.panel,
        min(columnPanels.upperBound * columns.panel, columns.count) - column, range.count, &result, 0,
        CT_VECTOR_AUTO)
    }
  }
}
