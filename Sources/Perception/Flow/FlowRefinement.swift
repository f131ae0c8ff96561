internal import CKernels
internal import EvalCore

/// Improves a flow at one scale: inverse search of colour patches, medians, and descent of a variational energy.
///
/// Sources: Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016 (search); Brox et al., High Accuracy
/// Optical Flow Estimation Based on a Theory for Warping, ECCV 2004 (energy). Arithmetic is in a fixed order, so results
/// are the same on every machine.
struct FlowRefinement {
  /// How far from its first vector a patch may look for a better one, in pixels; nil leaves the search out.
  var reach: Float?
  /// Re-linearisations of the energy.
  var warps: Int32

  /// A pyramid's coarse scales, where most of the motion is still unknown.
  static let ofCoarseScales = Self(reach: .infinity, warps: 2)
  /// A pyramid's finest scale.
  static let ofFinestScale = Self(reach: nil, warps: 2)
  /// A network's flow at an eighth of the size: the pixels decide about single pixels, the network about matches, so
  /// that what is hidden does not go where it only looks alike.
  static let ofNetwork = Self(reach: 4, warps: 1)

  /// Distance between patches in pixels.
  private static let patchStride = 4
  /// Steps of descent per patch and sweep.
  private static let descentSteps: Int32 = 16

  private var energy: ck_flow_energy {
    ck_flow_energy(
      colour: 1, gradient: 2, smoothness: 8, edge: 12, warps: warps, reweightings: 3, sweeps: 5)
  }

  /// Makes `field` a better flow between two frames of one scale.
  func improve(_ field: inout FlowPlanes, from first: ColourPlanes, to second: ColourPlanes) {
    let gradients = first.gradients()
    let bordered = second.bordered()
    first.values.withUnsafeBufferPointer { values in
      gradients.dx.withUnsafeBufferPointer { dx in
        gradients.dy.withUnsafeBufferPointer { dy in
          bordered.withUnsafeBufferPointer { other in
            var level = ck_dis_level(
              height: first.height, width: first.width, first: values.baseAddress, first_dx: dx.baseAddress,
              first_dy: dy.baseAddress, second: other.baseAddress)
            if let reach { Self.search(&level, &field, reach: reach) }
            field.filterByMedian()
            var energy = energy
            var scratch = [Float](
              repeating: 0, count: ck_flow_refine_scratch_count(first.height, first.width))
            ck_flow_refine(&level, &energy, &field.u, &field.v, &scratch, ck_isa())
          }
        }
      }
    }
  }

  /// Vectors of patches, started from the flow at their centres and spread over the pixels.
  private static func search(_ level: inout ck_dis_level, _ field: inout FlowPlanes, reach: Float) {
    let lefts = patchPlaces(field.width)
    let tops = patchPlaces(field.height)
    let half = Int(CK_DIS_PATCH) / 2
    let centres = tops.flatMap { top in lefts.map { (top + half) * field.width + $0 + half } }
    var u = centres.map { field.u[$0] }
    var v = centres.map { field.v[$0] }
    let (firstU, firstV) = (u, v)
    var costs = [Float](repeating: 0, count: centres.count)
    var weights = [Float](repeating: 0, count: field.u.count)
    lefts.withUnsafeBufferPointer { lefts in
      tops.withUnsafeBufferPointer { tops in
        var grid = ck_dis_grid(
          rows: tops.count, columns: lefts.count, lefts: lefts.baseAddress, tops: tops.baseAddress)
        ck_dis_search(&level, &grid, descentSteps, &u, &v, &costs, ck_isa())
        for index in u.indices {
          let (dx, dy) = (u[index] - firstU[index], v[index] - firstV[index])
          if dx * dx + dy * dy > reach * reach { (u[index], v[index]) = (firstU[index], firstV[index]) }
        }
        ck_dis_densify(&level, &grid, u, v, &field.u, &field.v, &weights, ck_isa())
      }
    }
  }

  /// First pixels of the patches along a side; the last one ends at the edge.
  private static func patchPlaces(_ side: Int) -> [Int] {
    let last = side - Int(CK_DIS_PATCH)
    let places = Array(stride(from: 0, through: last, by: patchStride))
    return places.last == last ? places : places + [last]
  }
}
