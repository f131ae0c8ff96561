public import EvalCore

/// Flood filling, the paint bucket of 2D animation: every region that the lineart encloses gets the colour that a
/// source picture shows most often at the same place, and line pixels are blended from their neighbours.
///
/// A baseline that uses the lineart but cannot follow motion: what tracking or matching is worth shows against it.
/// With `.previous`, an error stays and spreads along the clip, as with every frame-by-frame method.
public struct RegionFill: Colorizer {
  /// Where a region's colour is looked up.
  public enum Source: String, Sendable {
    /// The reference frame.
    case first
    /// The frame filled before.
    case previous
  }

  private let source: Source

  /// Makes the baseline.
  public init(source: Source) { self.source = source }

  /// Named `fill-first` or `fill-prev`.
  public var identity: MethodIdentity {
    MethodIdentity(
      name: source == .first ? "fill-first" : "fill-prev", kind: .colorizer,
      provenance: source == .first
        ? "regions filled from the reference at the same place"
        : "regions filled from the previous result at the same place",
      settings: ["source": source.rawValue, "ink_threshold": "\(LineartRegions.inkThreshold)"])
  }

  /// Delivers one filled frame per lineart frame; the reference frame itself is delivered as given.
  ///
  /// Throws `RegionFillError.sizeMismatch` when lineart and reference differ in size.
  public func colorize(_ request: ColorizationRequest, to sink: any ColorizationSink) throws {
    let reader = try request.lineart.makeReader()
    var index = 0
    var palette = request.reference
    // Regions of the picture that colours are taken from; line pixels there say nothing about a region's colour.
    var paletteRegions: LineartRegions?
    let lineColour = try lineColour(request)
    while let lineart = try reader.next() {
      try sink.checkCancellation()
      guard lineart.size == request.reference.size else {
        throw RegionFillError.sizeMismatch(
          lineart: request.lineart.name, lineartSize: lineart.size, referenceSize: request.reference.size)
      }
      let regions = LineartRegions(lineart)
      var output = request.reference
      if index != request.referenceIndex {
        output = regions.filled(from: palette, sourceRegions: paletteRegions, lineColour: lineColour)
      }
      if source == .previous || index == request.referenceIndex {
        palette = output
        paletteRegions = regions
      }
      if index >= sink.framesAlreadyWritten { try sink.write(output, at: index) }
      index += 1
      sink.report(stage: "fill", completed: index, total: request.lineart.count)
    }
  }

  /// Mean colour of the reference under its strongest ink; black when it has no ink.
  private func lineColour(_ request: ColorizationRequest) throws -> SIMD3<Float> {
    let reader = try request.lineart.makeReader()
    var index = 0
    while let lineart = try reader.next() {
      if index == request.referenceIndex, lineart.size == request.reference.size {
        let ink = LineartRegions.ink(lineart)
        var sum = SIMD3<Float>.zero
        var count: Float = 0
        for (pixel, strength) in ink.enumerated() where strength > 0.9 {
          sum += request.reference.colour(pixel)
          count += 1
        }
        return count > 0 ? sum / count : .zero
      }
      index += 1
    }
    return .zero
  }
}

/// Why `RegionFill` cannot colour a clip.
public enum RegionFillError: ReasonedError, Equatable, CustomStringConvertible {
  /// Reference and lineart differ in size.
  case sizeMismatch(lineart: String, lineartSize: FrameSize, referenceSize: FrameSize)

  /// `size_mismatch`.
  public var reason: FailureReason { .sizeMismatch }

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .sizeMismatch(let lineart, let lineartSize, let referenceSize):
      "\(lineart): lineart is \(lineartSize), the reference is \(referenceSize); resize one to the other"
    }
  }
}
