internal import EvalCore
internal import Foundation

/// A closed outline of cubic Bézier segments: `points[0]` is the start, then two control points and an end
/// per segment.
struct Curve: Sendable {
  var points: [Point]

  /// Handle length of a quarter circle of radius 1.
  private static let kappa = 0.552_284_749_831

  /// An ellipse with half axes `rx` and `ry`.
  static func ellipse(_ rx: Double, _ ry: Double, at centre: Point = .zero) -> Curve {
    let kx = rx * kappa
    let ky = ry * kappa
    let offsets: [(Double, Double)] = [
      (rx, 0), (rx, ky), (kx, ry), (0, ry), (-kx, ry), (-rx, ky), (-rx, 0), (-rx, -ky), (-kx, -ry), (0, -ry),
      (kx, -ry), (rx, -ky), (rx, 0),
    ]
    return Curve(points: offsets.map { Point(centre.x + $0.0, centre.y + $0.1) })
  }

  /// A limb along +y: half circle of radius `top` at the origin, of radius `bottom` at `(0, length)`.
  static func limb(_ top: Double, _ bottom: Double, _ length: Double) -> Curve {
    let k0 = top * kappa
    let k1 = bottom * kappa
    var curve = Curve(points: [Point(top, 0)])
    curve.line(to: Point(bottom, length))
    curve.add(Point(bottom, length + k1), Point(k1, length + bottom), Point(0, length + bottom))
    curve.add(Point(-k1, length + bottom), Point(-bottom, length + k1), Point(-bottom, length))
    curve.line(to: Point(-top, 0))
    curve.add(Point(-top, -k0), Point(-k0, -top), Point(0, -top))
    curve.add(Point(k0, -top), Point(top, -k0), Point(top, 0))
    return curve
  }

  /// A box of half extents with rounded corners; `taper` scales the upper edge.
  static func box(
    _ halfWidth: Double, _ halfHeight: Double, at centre: Point = .zero, round: Double = 0, taper: Double = 1
  ) -> Curve {
    let upper = halfWidth * taper
    let corners = [
      Point(centre.x - upper, centre.y - halfHeight), Point(centre.x + upper, centre.y - halfHeight),
      Point(centre.x + halfWidth, centre.y + halfHeight), Point(centre.x - halfWidth, centre.y + halfHeight),
    ]
    return polygon(corners, round: round)
  }

  /// A polygon whose corners are cut by curves that begin `round` before them.
  static func polygon(_ corners: [Point], round: Double = 0) -> Curve {
    func toward(_ from: Point, _ to: Point) -> Point {
      let edge = to - from
      let share = min(round / max(edge.length, 1e-9), 0.5)
      return from + edge * share
    }
    let count = corners.count
    var curve = Curve(points: [toward(corners[0], corners[1])])
    for index in 1...count {
      let corner = corners[index % count]
      let entry = toward(corner, corners[index - 1])
      curve.line(to: entry)
      guard round > 0 else { continue }
      let exit = toward(corner, corners[(index + 1) % count])
      curve.add(entry + (corner - entry) * kappa, exit + (corner - exit) * kappa, exit)
    }
    return curve
  }

  /// A closed smooth curve through `knots` (Catmull-Rom); knots listed in `corners` stay sharp.
  static func spline(_ knots: [Point], corners: Set<Int> = [], tension: Double = 1) -> Curve {
    let count = knots.count
    func tangent(_ index: Int) -> Point {
      corners.contains(index)
        ? .zero : (knots[(index + 1) % count] - knots[(index + count - 1) % count]) * (tension / 6)
    }
    var curve = Curve(points: [knots[0]])
    for index in 0..<count {
      let next = (index + 1) % count
      curve.add(knots[index] + tangent(index), knots[next] - tangent(next), knots[next])
    }
    return curve
  }

  /// A round shape with `bumps` knots whose radii vary by `jitter`.
  static func blob(
    _ rx: Double, _ ry: Double, at centre: Point = .zero, bumps: Int, jitter: Double, rng: inout SplitMix64
  ) -> Curve {
    let start = rng.uniform(0, turn)
    let knots = (0..<bumps).map { index in
      let angle = start + turn * Double(index) / Double(bumps)
      let radius = 1 + rng.uniform(-jitter, jitter)
      return Point(centre.x + rx * radius * cos(angle), centre.y + ry * radius * sin(angle))
    }
    return spline(knots)
  }

  /// A scalloped round shape, as of a cloud or a tree crown.
  static func scallops(
    _ rx: Double, _ ry: Double, at centre: Point = .zero, count: Int, depth: Double, rng: inout SplitMix64
  ) -> Curve {
    let start = rng.uniform(0, turn)
    var knots: [Point] = []
    var corners: Set<Int> = []
    for index in 0..<count {
      let wobble = rng.uniform(0.9, 1.1)
      for (step, radius) in [(0.0, 1 - depth), (0.25, 1.0), (0.75, 1.0)] {
        if step == 0 { corners.insert(knots.count) }
        let angle = start + turn * (Double(index) + step) / Double(count)
        let r = step == 0 ? radius : radius * wobble
        knots.append(Point(centre.x + rx * r * cos(angle), centre.y + ry * r * sin(angle)))
      }
    }
    return spline(knots, corners: corners)
  }

  /// A star or gear with sharp tips; `inner` is the share of the radius at the notches.
  static func star(_ rx: Double, _ ry: Double, at centre: Point = .zero, tips: Int, inner: Double) -> Curve {
    let knots = (0..<(2 * tips)).map { index in
      let angle = -Double.pi / 2 + Double.pi * Double(index) / Double(tips)
      let share = index.isMultiple(of: 2) ? 1 : inner
      return Point(centre.x + rx * share * cos(angle), centre.y + ry * share * sin(angle))
    }
    return polygon(knots)
  }

  /// A brush stroke from `from` to `to`, bent sideways by `bend`, widest in the middle.
  static func stroke(_ from: Point, _ to: Point, bend: Double, width: Double) -> Curve {
    let axis = to - from
    let normal = Point(-axis.y, axis.x) * (1 / max(axis.length, 1e-9))
    let middle = (from + to) * 0.5 + normal * bend
    let knots = [from, middle + normal * (width / 2), to, middle - normal * (width / 2)]
    return spline(knots, corners: [0, 2], tension: 1.4)
  }

  mutating func add(_ first: Point, _ second: Point, _ end: Point) {
    points.append(first)
    points.append(second)
    points.append(end)
  }

  mutating func line(to end: Point) {
    guard let start = points.last else { return }
    add(start + (end - start) * (1 / 3), start + (end - start) * (2 / 3), end)
  }

  /// The curve moved by `map`.
  func moved(by map: Affine) -> Curve { Curve(points: points.map { map * $0 }) }

  /// Smallest box around all control points, which holds the curve.
  var bounds: (low: Point, high: Point) {
    var low = points[0]
    var high = points[0]
    for point in points {
      low = Point(min(low.x, point.x), min(low.y, point.y))
      high = Point(max(high.x, point.x), max(high.y, point.y))
    }
    return (low, high)
  }
}
