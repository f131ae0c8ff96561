public import EvalCore

/// Lineart like an inked drawing from colour animation, outlined or not.
///
/// Two kinds of lines are found in CIE Lab and joined. Dark lines and the dark sides of edges: a difference
/// of Gaussians across the local edge direction, integrated along it (flow-based difference of Gaussians,
/// Kang et al. 2007). Boundaries between flat colours that the first leaves out: ridges of the colour
/// gradient, thinned to one pixel. Both are compared with their surroundings, so that grass, fur and noise do
/// not fill the page, and linked by hysteresis; short pieces are dropped.
///
/// Against XDoG it keeps its lines when the picture gets soft: at 256x256, three frames of rendered film, a
/// blur of 2 px moves the distance maps by about 20 px instead of 80.
public struct InkLinesExtractor: LineartExtractor {
  /// Standard deviations, in pixels, of the difference of Gaussians across a line.
  static let lineSigmas = (narrow: 1.0, wide: 1.6)
  /// Weight of the wide Gaussian; below 1, so that even areas are paper.
  static let wideWeight = 0.985
  /// Standard deviations, in pixels, of the integration along lines and along colour boundaries.
  static let alongSigmas = (line: 3.0, boundary: 2.0)
  /// Standard deviation, in pixels, of the neighbourhood that a response is compared with.
  static let surroundSigma = 10.0
  /// How strongly the surroundings weaken lines and boundaries.
  static let surroundWeights = (line: 5.0, boundary: 0.5)
  /// Thresholds on line responses, in units of L* (0…100).
  static let line = LinkThresholds(seed: 0.66, link: 0.24, rawSeed: 1.1, rawLink: 0.45)
  /// Thresholds on colour gradients, in units of Lab per pixel, chroma weighted by `LabPicture.chromaWeight`.
  static let boundary = LinkThresholds(seed: 2.2, link: 1.1, rawSeed: 6.5, rawLink: 3)
  /// Pixels below which a connected piece is dropped.
  static let smallestPiece = 22
  /// A boundary this near to a line, in pixels along each axis, is the line's own edge.
  static let lineReach = 2

  /// The standard settings.
  public init() {}

  /// Name and version of the settings.
  public var name: String { "inklines(v1)" }

  /// `InkLines`.
  public var label: String { "InkLines" }

  /// Ink strength per pixel, `[H * W]`, 0 = paper, 1 = ink.
  public func inkStrength(of frame: Frame) -> [Float] {
    let picture = LabPicture(frame)
    let flow = FlowField(of: picture)
    let responses = flow.responses(in: picture)
    let lines = inkOfLines(responses.line)
    let boundaries = inkOfBoundaries(responses.boundary, flow: flow, lines: lines)
    return zip(lines.values, boundaries.values).map { Float(max($0, $1)) }
  }

  private func inkOfLines(_ response: Plane) -> Plane {
    let relative = response.relative(toSurround: Self.surroundSigma, weight: Self.surroundWeights.line)
    let kept = Self.line.linked(relative: relative, raw: response, smallestPiece: Self.smallestPiece)
    var ink = relative
    for pixel in ink.values.indices {
      let strength = (ink.values[pixel] + 0.1) / (2 * Self.line.link)
      ink.values[pixel] = kept[pixel] ? min(1, max(0, strength)) : 0
    }
    return ink
  }

  private func inkOfBoundaries(_ response: Plane, flow: FlowField, lines: Plane) -> Plane {
    let relative = response.relative(
      toSurround: Self.surroundSigma, weight: Self.surroundWeights.boundary)
    let ridges = flow.ridges(of: response)
    let taken = lines.dilatedSupport(by: Self.lineReach)
    let candidates = ridges.indices.map { ridges[$0] && !taken[$0] }
    let kept = Self.boundary.linked(
      relative: relative, raw: response, smallestPiece: Self.smallestPiece, among: candidates)
    let thin = Plane(width: response.width, height: response.height, values: kept.map { $0 ? 1 : 0 })
    var ink = thin.blurred(sigma: 0.6)
    for pixel in ink.values.indices { ink.values[pixel] = min(1, 1.6 * ink.values[pixel]) }
    return ink
  }
}

extension Plane {
  /// Each value divided by one plus `weight` times the mean of its neighbourhood; values are not negative.
  func relative(toSurround sigma: Double, weight: Double) -> Plane {
    let surround = blurred(sigma: sigma)
    let values = zip(values, surround.values).map { $0 / (1 + weight * $1) }
    return Plane(width: width, height: height, values: values)
  }

  /// Where a value above 0 lies within `reach` pixels along both axes.
  func dilatedSupport(by reach: Int) -> [Bool] {
    var near = [Bool](repeating: false, count: values.count)
    for y in 0..<height {
      for x in 0..<width where values[y * width + x] > 0 {
        for row in max(0, y - reach)...min(height - 1, y + reach) {
          for column in max(0, x - reach)...min(width - 1, x + reach) { near[row * width + column] = true }
        }
      }
    }
    return near
  }
}
