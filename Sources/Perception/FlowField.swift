internal import Foundation

/// The direction across edges at each pixel, from the smoothed structure tensor of all three Lab channels.
struct FlowField: Sendable {
  private static let gradientSigma = 0.7
  private static let tensorSigma = 2.0

  let width: Int
  let height: Int
  /// Unit vector across the edge (along the gradient); the vector along it is `(-acrossY, acrossX)`.
  private var acrossX: [Double]
  private var acrossY: [Double]

  init(of picture: LabPicture) {
    width = picture.lightness.width
    height = picture.lightness.height
    let count = width * height
    var xx = [Double](repeating: 0, count: count)
    var xy = xx
    var yy = xx
    for channel in picture.channels {
      let smooth = channel.blurred(sigma: Self.gradientSigma).values
      for y in 0..<height {
        let above = max(0, y - 1) * width
        let below = min(height - 1, y + 1) * width
        for x in 0..<width {
          let pixel = y * width + x
          let dx = (smooth[y * width + min(width - 1, x + 1)] - smooth[y * width + max(0, x - 1)]) / 2
          let dy = (smooth[below + x] - smooth[above + x]) / 2
          xx[pixel] += dx * dx
          xy[pixel] += dx * dy
          yy[pixel] += dy * dy
        }
      }
    }
    let (width, height) = (width, height)
    let smoothed = [xx, xy, yy].map {
      Plane(width: width, height: height, values: $0).blurred(sigma: Self.tensorSigma).values
    }
    acrossX = [Double](repeating: 0, count: count)
    acrossY = acrossX
    for pixel in 0..<count {
      let angle = 0.5 * atan2(2 * smoothed[1][pixel], smoothed[0][pixel] - smoothed[2][pixel])
      acrossX[pixel] = cos(angle)
      acrossY[pixel] = sin(angle)
    }
  }

  /// Strength of dark lines (difference of Gaussians of lightness) and of colour boundaries (gradient
  /// length), both integrated along the flow; not negative.
  func responses(in picture: LabPicture) -> (line: Plane, boundary: Plane) {
    let (line, boundary) = across(picture)
    let (alongLine, alongBoundary) = along(line, boundary)
    return (
      Plane(width: width, height: height, values: alongLine.map { max(0, -$0) }),
      Plane(width: width, height: height, values: alongBoundary)
    )
  }

  /// Pixels whose value is not below those one pixel away on both sides across the edge.
  func ridges(of plane: Plane) -> [Bool] {
    Sampler.reading(plane.values, width: width, height: height) { sampler in
      plane.values.indices.map { pixel in
        let (x, y) = (Double(pixel % width), Double(pixel / width))
        let value = plane.values[pixel]
        let ahead = sampler.value(x + acrossX[pixel], y + acrossY[pixel])
        let behind = sampler.value(x - acrossX[pixel], y - acrossY[pixel])
        return value >= ahead && value > behind
      }
    }
  }

  /// The filters across the edge: difference of Gaussians of lightness, length of the Lab derivative.
  private func across(_ picture: LabPicture) -> (line: Plane, boundary: Plane) {
    let sigmas = InkLinesExtractor.lineSigmas
    let reach = Int((3 * sigmas.wide).rounded(.up))
    let narrow = Self.weights(sigma: sigmas.narrow, reach: reach)
    let wide = Self.weights(sigma: sigmas.wide, reach: reach)
    let lineTaps = zip(narrow, wide).map { $0 - InkLinesExtractor.wideWeight * $1 }
    let edgeTaps = narrow.enumerated().map { index, weight in
      Double(index - reach) / (sigmas.narrow * sigmas.narrow) * weight
    }
    // One reading position serves all three channels.
    let lab = (0..<(width * height)).map { pixel in
      SIMD4(
        picture.lightness.values[pixel], picture.greenRed.values[pixel], picture.blueYellow.values[pixel], 0)
    }
    var line = [Double](repeating: 0, count: width * height)
    var boundary = line
    Sampler.reading(lab, width: width, height: height) { sampler in
      for pixel in line.indices {
        let (x, y) = (Double(pixel % width), Double(pixel / width))
        let (dx, dy) = (acrossX[pixel], acrossY[pixel])
        var response = 0.0
        var derivatives = SIMD4<Double>.zero
        for tap in -reach...reach {
          let value = sampler.value(x + Double(tap) * dx, y + Double(tap) * dy)
          response += lineTaps[tap + reach] * value.x
          derivatives += edgeTaps[tap + reach] * value
        }
        let squares = derivatives * derivatives
        line[pixel] = response
        boundary[pixel] = (squares.x + squares.y + squares.z).squareRoot()
      }
    }
    return (
      Plane(width: width, height: height, values: line),
      Plane(width: width, height: height, values: boundary)
    )
  }

  /// Gaussian-weighted means of both planes along the curve that follows the edge direction to both sides:
  /// one walk serves both, and both sides are walked in step, since each step waits for the one before.
  private func along(_ line: Plane, _ boundary: Plane) -> ([Double], [Double]) {
    let sigmas = InkLinesExtractor.alongSigmas
    let reach = (line: Int(2.5 * sigmas.line), boundary: Int(2.5 * sigmas.boundary))
    let steps = max(reach.line, reach.boundary)
    func weight(_ step: Int, _ sigma: Double, _ reach: Int) -> Double {
      step <= reach ? exp(-Double(step * step) / (2 * sigma * sigma)) : 0
    }
    let weights = (0...steps).map { step in
      SIMD2(weight(step, sigmas.line, reach.line), weight(step, sigmas.boundary, reach.boundary))
    }
    let total = weights[0] + 2 * weights.dropFirst().reduce(.zero, +)
    let pairs = line.values.indices.map { SIMD2(line.values[$0], boundary.values[$0]) }
    let across = acrossX.indices.map { SIMD2(acrossX[$0], acrossY[$0]) }
    var (first, second) = (line.values, boundary.values)
    Sampler.reading(pairs, width: width, height: height) { sampler in
      across.withUnsafeBufferPointer { across in
        withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: 2 * steps) { read in
          for pixel in pairs.indices {
            let place = SIMD2(Double(pixel % width), Double(pixel / width))
            let direction = SIMD2(-across[pixel].y, across[pixel].x)
            var ahead = Walk(place: place, direction: direction)
            var back = Walk(place: place, direction: -direction)
            for step in 0..<steps {
              read[step] = ahead.step(sampler, across, width: width, height: height)
              read[steps + step] = back.step(sampler, across, width: width, height: height)
            }
            var sum = pairs[pixel]
            for step in 0..<steps { sum += weights[step + 1] * read[step] }
            for step in 0..<steps { sum += weights[step + 1] * read[steps + step] }
            let mean = sum / total
            first[pixel] = mean.x
            second[pixel] = mean.y
          }
        }
      }
    }
    return (first, second)
  }

  /// A point that follows the edge direction, pixel by pixel.
  private struct Walk {
    var place: SIMD2<Double>
    var direction: SIMD2<Double>

    /// Goes on by one pixel; returns what is read there.
    @inline(__always)
    mutating func step(
      _ sampler: Sampler<SIMD2<Double>>, _ across: UnsafeBufferPointer<SIMD2<Double>>, width: Int, height: Int
    ) -> SIMD2<Double> {
      place += direction
      let value = sampler.value(place.x, place.y)
      let here = across[
        FlowField.nearest(place.y, below: height) * width + FlowField.nearest(place.x, below: width)]
      let along = SIMD2(-here.y, here.x)
      // Directions have no sign: go on the way that was taken.
      let turned = along * direction
      direction = turned.x + turned.y < 0 ? -along : along
      return value
    }
  }

  /// The whole number nearest to `position` among 0 ..< `bound`; halves go up.
  @inline(__always)
  private static func nearest(_ position: Double, below bound: Int) -> Int {
    guard position > 0 else { return 0 }
    let whole = Int(position)
    return min(bound - 1, position - Double(whole) >= 0.5 ? whole + 1 : whole)
  }

  private static func weights(sigma: Double, reach: Int) -> [Double] {
    let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}

/// What can be read between pixels.
private protocol Blendable {
  static func * (value: Self, weight: Double) -> Self
  static func + (a: Self, b: Self) -> Self
}

extension Double: Blendable {}
extension SIMD2<Double>: Blendable {}
extension SIMD4<Double>: Blendable {}

/// Bilinear reading between pixel centres; positions outside read the border.
private struct Sampler<Value: Blendable> {
  private let values: UnsafeBufferPointer<Value>
  private let width: Int
  private let lastX: Double
  private let lastY: Double

  /// Calls `body` with a sampler over `width * height` values.
  static func reading<Result>(
    _ values: [Value], width: Int, height: Int, _ body: (Sampler<Value>) -> Result
  ) -> Result {
    precondition(values.count == width * height, "a \(width)x\(height) plane needs \(width * height) values")
    return values.withUnsafeBufferPointer { body(Sampler(values: $0, width: width, height: height)) }
  }

  private init(values: UnsafeBufferPointer<Value>, width: Int, height: Int) {
    self.values = values
    self.width = width
    lastX = Double(width - 1)
    lastY = Double(height - 1)
  }

  @inline(__always)
  func value(_ x: Double, _ y: Double) -> Value {
    let (px, py) = (min(lastX, max(0, x)), min(lastY, max(0, y)))
    let (left, top) = (Int(px), Int(py))
    let (fx, fy) = (px - Double(left), py - Double(top))
    let right = px < lastX ? 1 : 0
    let upper = top * width + left
    let lower = py < lastY ? upper + width : upper
    let above = values[upper] * (1 - fx) + values[upper + right] * fx
    let below = values[lower] * (1 - fx) + values[lower + right] * fx
    return above * (1 - fy) + below * fy
  }
}
