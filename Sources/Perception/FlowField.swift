internal import Foundation

/// The direction across edges at each pixel, from the smoothed structure tensor of all three Lab channels.
struct FlowField: Sendable {
  private static let gradientSigma = 0.7
  private static let tensorSigma = 2.0

  let width: Int
  let height: Int
  /// Unit vector across the edge (along the gradient); the vector along it is `(-acrossY, acrossX)`.
  private let acrossX: [Double]
  private let acrossY: [Double]

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
    let angles = (0..<count).map { pixel in
      0.5 * atan2(2 * smoothed[1][pixel], smoothed[0][pixel] - smoothed[2][pixel])
    }
    acrossX = angles.map { cos($0) }
    acrossY = angles.map { sin($0) }
  }

  /// Strength of dark lines (difference of Gaussians of lightness) and of colour boundaries (gradient
  /// length), both integrated along the flow; not negative.
  func responses(in picture: LabPicture) -> (line: Plane, boundary: Plane) {
    let (line, boundary) = across(picture)
    let sigmas = InkLinesExtractor.alongSigmas
    var alongLine = along(line, sigma: sigmas.line)
    for pixel in alongLine.values.indices { alongLine.values[pixel] = max(0, -alongLine.values[pixel]) }
    return (alongLine, along(boundary, sigma: sigmas.boundary))
  }

  /// Pixels whose value is not below those one pixel away on both sides across the edge.
  func ridges(of plane: Plane) -> [Bool] {
    let sampler = Sampler(plane)
    return plane.values.indices.map { pixel in
      let (x, y) = (Double(pixel % width), Double(pixel / width))
      let value = plane.values[pixel]
      let ahead = sampler.value(x + acrossX[pixel], y + acrossY[pixel])
      let behind = sampler.value(x - acrossX[pixel], y - acrossY[pixel])
      return value >= ahead && value > behind
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
    let samplers = picture.channels.map(Sampler.init)
    var line = [Double](repeating: 0, count: width * height)
    var boundary = line
    for pixel in line.indices {
      let (x, y) = (Double(pixel % width), Double(pixel / width))
      var derivatives = (0.0, 0.0, 0.0)
      for tap in -reach...reach {
        let px = x + Double(tap) * acrossX[pixel]
        let py = y + Double(tap) * acrossY[pixel]
        let lightness = samplers[0].value(px, py)
        let edge = edgeTaps[tap + reach]
        line[pixel] += lineTaps[tap + reach] * lightness
        derivatives.0 += edge * lightness
        derivatives.1 += edge * samplers[1].value(px, py)
        derivatives.2 += edge * samplers[2].value(px, py)
      }
      let squares =
        derivatives.0 * derivatives.0 + derivatives.1 * derivatives.1 + derivatives.2 * derivatives.2
      boundary[pixel] = squares.squareRoot()
    }
    return (
      Plane(width: width, height: height, values: line),
      Plane(width: width, height: height, values: boundary)
    )
  }

  /// Gaussian-weighted mean along the curve that follows the edge direction to both sides.
  private func along(_ plane: Plane, sigma: Double) -> Plane {
    let steps = Int(2.5 * sigma)
    let weights = (0...steps).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let total = weights[0] + 2 * weights.dropFirst().reduce(0, +)
    let sampler = Sampler(plane)
    var output = plane
    for pixel in plane.values.indices {
      var sum = plane.values[pixel]
      for side in [1.0, -1.0] {
        var (x, y) = (Double(pixel % width), Double(pixel / width))
        var (dx, dy) = (-side * acrossY[pixel], side * acrossX[pixel])
        for step in 1...steps {
          x += dx
          y += dy
          sum += weights[step] * sampler.value(x, y)
          let column = min(width - 1, max(0, Int(x.rounded())))
          let row = min(height - 1, max(0, Int(y.rounded())))
          let here = row * width + column
          let (alongX, alongY) = (-acrossY[here], acrossX[here])
          // Directions have no sign: go on the way that was taken.
          let sign = alongX * dx + alongY * dy < 0 ? -1.0 : 1.0
          (dx, dy) = (sign * alongX, sign * alongY)
        }
      }
      output.values[pixel] = sum / total
    }
    return output
  }

  private static func weights(sigma: Double, reach: Int) -> [Double] {
    let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}

/// Bilinear reading between pixel centres; positions outside read the border.
private struct Sampler {
  private let plane: Plane
  private let lastX: Double
  private let lastY: Double

  init(_ plane: Plane) {
    self.plane = plane
    lastX = Double(plane.width - 1)
    lastY = Double(plane.height - 1)
  }

  func value(_ x: Double, _ y: Double) -> Double {
    let (px, py) = (min(lastX, max(0, x)), min(lastY, max(0, y)))
    let (left, top) = (Int(px), Int(py))
    let (fx, fy) = (px - Double(left), py - Double(top))
    let right = min(left + 1, plane.width - 1)
    let upper = top * plane.width
    let lower = min(top + 1, plane.height - 1) * plane.width
    let above = plane.values[upper + left] * (1 - fx) + plane.values[upper + right] * fx
    let below = plane.values[lower + left] * (1 - fx) + plane.values[lower + right] * fx
    return above * (1 - fy) + below * fy
  }
}
