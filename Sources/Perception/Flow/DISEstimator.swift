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
  /// The coarsest scale has at least this many pixels on its shorter side; below, what moves is lost.
  static let coarsestSide = 32

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
      let refinement: FlowRefinement = scale > 0 || scales.count == 1 ? .ofCoarseScales : .ofFinestScale
      var finer =
        field?.enlarged(height: first.height, width: first.width)
        ?? FlowPlanes(height: first.height, width: first.width)
      refinement.improve(&finer, from: first, to: second)
      field = finer
    }
    guard let field else { preconditionFailure("a pyramid has at least one level") }
    return OpticalFlow(width: field.width, height: field.height, dx: field.u, dy: field.v)
  }
}
