internal import CKernels
public import EvalCore

/// Classical dense flow without weights: inverse search of colour patches from coarse to fine, and variational
/// refinement at every scale.
///
/// Source: Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016. For flat-coloured animation ours
/// compares colours instead of greys and keeps the patches' means, takes over better neighbours' vectors in both
/// directions, filters by medians before it refines, and lets smoothness stop at colour edges. Arithmetic is in a
/// fixed order, so results are the same on every machine.
public struct DISEstimator: FlowEstimator {
  /// Distance between patches in pixels.
  static let patchStride = 4
  /// The coarsest scale has at least this many pixels on its shorter side; below, what moves is lost.
  static let coarsestSide = 32
  /// Steps of descent per patch and sweep.
  static let descentSteps: Int32 = 16

  static let energy = ck_flow_energy(
    colour: 1, gradient: 2, smoothness: 8, edge: 12, warps: 2, reweightings: 3, sweeps: 5)

  /// The standard settings.
  public init() {}

  /// `DIS`.
  public var label: String { "DIS" }

  /// Name and version of the settings.
  public var name: String { "dis(v1)" }

  /// Flow from `first` to `second` in pixels. Sides must be at least 8 pixels.
  public func flow(from first: Frame, to second: Frame) throws -> OpticalFlow {
    guard first.size == second.size else {
      throw FlowError.sizesDiffer(first: first.size, second: second.size)
    }
    guard min(first.width, first.height) >= Int(CK_DIS_PATCH) else {
      throw FlowError.tooSmall(method: label, size: first.size, smallestSide: Int(CK_DIS_PATCH))
    }
    var scales = [(first: ColourPlanes(first), second: ColourPlanes(second))]
    while let (a, b) = scales.last, min(a.height, a.width) / 2 >= Self.coarsestSide {
      scales.append((a.halved(), b.halved()))
    }
    var field: FlowPlanes?
    for (scale, (first, second)) in scales.enumerated().reversed() {
      // Patches are searched down to half size; the full size is left to refinement, unless it is the only one.
      let searches = scale > 0 || scales.count == 1
      field = Self.improve(
        field?.enlarged(height: first.height, width: first.width)
          ?? FlowPlanes(height: first.height, width: first.width), first, second, searches: searches)
    }
    guard let field else { preconditionFailure("a pyramid has at least one level") }
    return OpticalFlow(width: field.width, height: field.height, dx: field.u, dy: field.v)
  }

  /// The flow at one scale from what the coarser one found.
  private static func improve(
    _ start: FlowPlanes, _ first: ColourPlanes, _ second: ColourPlanes, searches: Bool
  ) -> FlowPlanes {
    var field = start
    let gradients = first.gradients()
    let bordered = second.bordered()
    first.values.withUnsafeBufferPointer { values in
      gradients.dx.withUnsafeBufferPointer { dx in
        gradients.dy.withUnsafeBufferPointer { dy in
          bordered.withUnsafeBufferPointer { other in
            var level = ck_dis_level(
              height: first.height, width: first.width, first: values.baseAddress, first_dx: dx.baseAddress,
              first_dy: dy.baseAddress, second: other.baseAddress)
            if searches { search(&level, &field) }
            field.filterByMedian()
            var energy = energy
            var scratch = [Float](
              repeating: 0, count: ck_flow_refine_scratch_count(first.height, first.width))
            ck_flow_refine(&level, &energy, &field.u, &field.v, &scratch, ck_isa())
          }
        }
      }
    }
    return field
  }

  /// Vectors of patches, started from the flow at their centres and spread over the pixels.
  private static func search(_ level: inout ck_dis_level, _ field: inout FlowPlanes) {
    let lefts = patchPlaces(field.width)
    let tops = patchPlaces(field.height)
    let half = Int(CK_DIS_PATCH) / 2
    let centres = tops.flatMap { top in lefts.map { (top + half) * field.width + $0 + half } }
    var u = centres.map { field.u[$0] }
    var v = centres.map { field.v[$0] }
    var costs = [Float](repeating: 0, count: centres.count)
    var weights = [Float](repeating: 0, count: field.u.count)
    lefts.withUnsafeBufferPointer { lefts in
      tops.withUnsafeBufferPointer { tops in
        var grid = ck_dis_grid(
          rows: tops.count, columns: lefts.count, lefts: lefts.baseAddress, tops: tops.baseAddress)
        ck_dis_search(&level, &grid, descentSteps, &u, &v, &costs, ck_isa())
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
