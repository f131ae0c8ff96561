internal import Foundation

/// A position or offset; x to the right, y down.
struct Point: Sendable, Hashable {
  var x: Double
  var y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  static let zero = Point(0, 0)
  static func + (p: Point, q: Point) -> Point { Point(p.x + q.x, p.y + q.y) }
  static func - (p: Point, q: Point) -> Point { Point(p.x - q.x, p.y - q.y) }
  static func * (p: Point, factor: Double) -> Point { Point(p.x * factor, p.y * factor) }
  var length: Double { (x * x + y * y).squareRoot() }
}

/// An affine map of the plane: `x' = a x + b y + tx`, `y' = c x + d y + ty`.
struct Affine: Sendable, Hashable {
  var a = 1.0
  var b = 0.0
  var c = 0.0
  var d = 1.0
  var tx = 0.0
  var ty = 0.0

  static let identity = Affine()

  static func translation(_ x: Double, _ y: Double) -> Affine { Affine(tx: x, ty: y) }
  static func translation(_ p: Point) -> Affine { Affine(tx: p.x, ty: p.y) }
  static func scale(_ x: Double, _ y: Double) -> Affine { Affine(a: x, d: y) }
  static func rotation(_ angle: Double) -> Affine {
    let cosine = cos(angle)
    let sine = sin(angle)
    return Affine(a: cosine, b: -sine, c: sine, d: cosine)
  }

  /// The map that applies `inner` first.
  static func * (outer: Affine, inner: Affine) -> Affine {
    Affine(
      a: outer.a * inner.a + outer.b * inner.c, b: outer.a * inner.b + outer.b * inner.d,
      c: outer.c * inner.a + outer.d * inner.c, d: outer.c * inner.b + outer.d * inner.d,
      tx: outer.a * inner.tx + outer.b * inner.ty + outer.tx,
      ty: outer.c * inner.tx + outer.d * inner.ty + outer.ty)
  }

  static func * (map: Affine, p: Point) -> Point {
    Point(map.a * p.x + map.b * p.y + map.tx, map.c * p.x + map.d * p.y + map.ty)
  }

  var determinant: Double { a * d - b * c }

  /// The inverse map. Poses never collapse a part to a line, so the determinant is not zero.
  var inverse: Affine {
    let scale = 1 / determinant
    let ia = d * scale
    let ib = -b * scale
    let ic = -c * scale
    let id = a * scale
    return Affine(a: ia, b: ib, c: ic, d: id, tx: -(ia * tx + ib * ty), ty: -(ic * tx + id * ty))
  }
}

/// Two-bone inverse kinematics: angles that put the end of a thigh and shin at `target`, knee to the front (+x).
///
/// Bones point along +y at angle 0; a target out of reach is pulled in.
func legAngles(thigh: Double, shin: Double, to target: Point) -> (hip: Double, knee: Double) {
  let reach = min(max(target.length, abs(thigh - shin) * 1.02 + 1e-6), (thigh + shin) * 0.9995)
  let hipCosine = (thigh * thigh + reach * reach - shin * shin) / (2 * thigh * reach)
  let kneeCosine = (thigh * thigh + shin * shin - reach * reach) / (2 * thigh * shin)
  let direction = atan2(-target.x, target.y)
  let hip = direction - acos(min(1, max(-1, hipCosine)))
  let knee = Double.pi - acos(min(1, max(-1, kneeCosine)))
  return (hip, knee)
}

/// 0 at 0, 1 at 1, flat at both ends: the ease-in, ease-out of animators.
func eased(_ s: Double) -> Double {
  let clamped = min(1, max(0, s))
  return clamped * clamped * (3 - 2 * clamped)
}

/// The fractional part, in `[0, 1)` for negative numbers as well.
func fraction(_ value: Double) -> Double { value - value.rounded(.down) }

/// A full turn in radians.
let turn = 2 * Double.pi
