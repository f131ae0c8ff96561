internal import CCairo
internal import Foundation

/// Antialiased coverage of fills and strokes, drawn by Cairo on an 8-bit mask. One rasterizer belongs to one thread.
final class MaskRasterizer {
  /// A rectangle of pixels: columns `x0..<x1`, rows `y0..<y1`.
  struct Area {
    var x0: Int
    var y0: Int
    var x1: Int
    var y1: Int
  }

  let width: Int
  let height: Int
  let stride: Int
  private let surface: OpaquePointer
  private let context: OpaquePointer
  private let bytes: UnsafeMutablePointer<UInt8>

  init(width: Int, height: Int) throws(CartoonError) {
    self.width = width
    self.height = height
    guard let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, Int32(width), Int32(height)),
      let context = cairo_create(surface)
    else { throw .cairo("no surface of \(width)x\(height) pixels") }
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS, let bytes = cairo_image_surface_get_data(surface) else {
      let reason = String(cString: cairo_status_to_string(status))
      cairo_destroy(context)
      cairo_surface_destroy(surface)
      throw .cairo(reason)
    }
    self.surface = surface
    self.context = context
    self.bytes = bytes
    stride = Int(cairo_image_surface_get_stride(surface))
    cairo_set_source_rgba(context, 0, 0, 0, 1)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_WINDING)
    cairo_set_tolerance(context, 0.2)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// Coverage values, `stride` bytes per row.
  var coverage: UnsafePointer<UInt8> { UnsafePointer(bytes) }

  /// Sets the curve that later fills and strokes draw; returns its pixel area enlarged by `margin`, or nil when nothing
  /// of it is in the frame.
  func setPath(_ curve: Curve, _ map: Affine, margin: Double) -> Area? {
    var lowX = Double.infinity
    var lowY = Double.infinity
    var highX = -Double.infinity
    var highY = -Double.infinity
    for point in curve.points {
      let p = map * point
      lowX = min(lowX, p.x)
      highX = max(highX, p.x)
      lowY = min(lowY, p.y)
      highY = max(highY, p.y)
    }
    guard lowX - margin < Double(width), lowY - margin < Double(height), highX + margin > 0,
      highY + margin > 0
    else {
      return nil
    }
    cairo_new_path(context)
    let start = map * curve.points[0]
    cairo_move_to(context, start.x, start.y)
    for index in Swift.stride(from: 1, to: curve.points.count - 2, by: 3) {
      let first = map * curve.points[index]
      let second = map * curve.points[index + 1]
      let end = map * curve.points[index + 2]
      cairo_curve_to(context, first.x, first.y, second.x, second.y, end.x, end.y)
    }
    cairo_close_path(context)
    return Area(
      x0: max(0, Int((lowX - margin).rounded(.down))), y0: max(0, Int((lowY - margin).rounded(.down))),
      x1: min(width, Int((highX + margin).rounded(.up)) + 1),
      y1: min(height, Int((highY + margin).rounded(.up)) + 1))
  }

  /// Covers the inside of the path.
  func fill(_ area: Area) throws(CartoonError) {
    clear(area)
    cairo_fill_preserve(context)
    try finish(area)
  }

  /// Covers a line of `lineWidth` pixels along the path.
  func stroke(_ area: Area, lineWidth: Double) throws(CartoonError) {
    clear(area)
    cairo_set_line_width(context, lineWidth)
    cairo_stroke_preserve(context)
    try finish(area)
  }

  private func clear(_ area: Area) {
    cairo_surface_flush(surface)
    let count = area.x1 - area.x0
    for row in area.y0..<area.y1 { memset(bytes + row * stride + area.x0, 0, count) }
    cairo_surface_mark_dirty(surface)
  }

  private func finish(_ area: Area) throws(CartoonError) {
    cairo_surface_flush(surface)
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw .cairo(String(cString: cairo_status_to_string(status)))
    }
    Self.levels.withUnsafeBufferPointer { levels in
      for row in area.y0..<area.y1 {
        let line = bytes + row * stride
        for column in area.x0..<area.x1 { line[column] = levels[Int(line[column])] }
      }
    }
  }

  /// Steps of coverage from empty to full. Few steps make clips half the size as lossless video, for edges are
  /// most of what there is to store, and level out differences between versions of Cairo.
  private static let steps = 4

  /// Coverage rounded to steps.
  private static let levels: [UInt8] = (0...255).map { value in
    let step = (value * steps + 127) / 255
    return UInt8((step * 255 + steps / 2) / steps)
  }
}
