public import EvalCore
internal import Foundation

extension OpticalFlow {
  /// The usual picture of a flow: hue tells the direction, saturation the length.
  ///
  /// Source: Baker et al., A Database and Evaluation Methodology for Optical Flow, IJCV 2011: a wheel of 55 hues whose
  /// steps between the primary colours follow how well they are told apart. White is no motion; lengths are relative
  /// to `longest`, by default the longest vector, and darker beyond it.
  public func picture(longest: Float? = nil) -> Frame {
    let lengths = zip(dx, dy).map { ($0 * $0 + $1 * $1).squareRoot() }
    let scale = max(longest ?? lengths.max() ?? 0, .leastNormalMagnitude)
    var rgb: [UInt8] = []
    rgb.reserveCapacity(3 * lengths.count)
    for (pixel, length) in lengths.enumerated() {
      rgb.append(contentsOf: Self.colour(x: dx[pixel], y: dy[pixel], length: length / scale))
    }
    return Frame(width: width, height: height, rgb: rgb)
  }

  /// The colour of a direction at a relative length.
  private static func colour(x: Float, y: Float, length: Float) -> [UInt8] {
    guard length > 0 else { return [255, 255, 255] }
    let turn = (atan2(-Double(y), -Double(x)) / .pi + 1) / 2
    let place = turn * Double(wheel.count - 1)
    let first = Int(place)
    let share = place - Double(first)
    let radius = Double(length)
    return (0..<3).map { channel in
      let hue = (1 - share) * wheel[first][channel] + share * wheel[(first + 1) % wheel.count][channel]
      let colour = radius <= 1 ? 1 - radius * (1 - hue) : 0.75 * hue
      return UInt8(255 * colour)
    }
  }

  /// Red, green, blue in 0...1 of each hue: ramps from red over yellow, green, cyan, blue and magenta back to red.
  private static let wheel: [[Double]] = {
    let ramps: [(steps: Int, full: Int, changing: Int, rises: Bool)] = [
      (15, 0, 1, true), (6, 1, 0, false), (4, 1, 2, true), (11, 2, 1, false), (13, 2, 0, true),
      (6, 0, 2, false),
    ]
    return ramps.flatMap { ramp in
      (0..<ramp.steps).map { step in
        var colour = [0.0, 0, 0]
        let share = (255 * Double(step) / Double(ramp.steps)).rounded(.down) / 255
        colour[ramp.full] = 1
        colour[ramp.changing] = ramp.rises ? share : 1 - share
        return colour
      }
    }
  }()
}
