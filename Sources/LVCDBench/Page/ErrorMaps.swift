internal import EvalCore
internal import Imaging
internal import Metrics

/// Pictures of where an output differs from the original.
struct ErrorMaps {
  /// Colour difference that is drawn brightest, in 8-bit levels.
  private static let brightestColour = 96.0
  /// Difference of distances that is drawn brightest, in pixels at evaluation size.
  private static let brightestDistance = 12.0

  static let colourCaption = "brightest: \(Int(brightestColour)) of 255 levels"

  private let metric: EDMDMetric
  private let size: FrameSize

  /// Maps as EDMD with `options` sees them. Throws `MetricsError`.
  init(options: [String: String], protocol evaluation: EvaluationProtocol) throws {
    metric = try EDMDMetric(options: options, protocol: evaluation)
    size = evaluation.size
  }

  /// How to read the distance maps' difference.
  var distanceCaption: String {
    "brightest: \(Int(Self.brightestDistance)) px at \(size)"
  }

  /// Mean absolute difference of the channels, at the original's size.
  static func colour(_ output: Frame, _ original: Frame) -> Frame {
    let same =
      output.size == original.size
      ? output : Resizer(from: output.size, to: original.size, filter: .bilinearAA)(output)
    let count = original.width * original.height
    let strengths = (0..<count).map { pixel in
      let sum = (0..<3).reduce(0) {
        $0 + abs(Int(same.rgb[3 * pixel + $1]) - Int(original.rgb[3 * pixel + $1]))
      }
      return Double(sum) / 3 / brightestColour
    }
    return painted(strengths, original.size)
  }

  /// Absolute difference of the distance maps of both sketches, at evaluation size.
  func distance(_ output: Frame, _ original: Frame) throws -> Frame {
    let pair = try [output, original].map { try distances($0) }
    let strengths = zip(pair[0], pair[1]).map { Double(abs($0 - $1)) / Self.brightestDistance }
    return Self.painted(strengths, size)
  }

  private func distances(_ frame: Frame) throws -> [Float] {
    let small = frame.size == size ? frame : Resizer(from: frame.size, to: size, filter: .bilinearAA)(frame)
    let ink = try metric.extractor.inkStrength(of: small)
    let whole = InkMask(
      width: size.width, height: size.height, strength: ink, above: metric.settings.threshold)
    let mask = metric.settings.thinning == .zhangSuen ? whole.thinned() : whole
    return DistanceMap(of: mask, method: metric.settings.distance).distances()
  }

  /// Strengths 0…1 as colours whose lightness grows evenly: black, violet, orange, pale yellow.
  private static func painted(_ strengths: [Double], _ size: FrameSize) -> Frame {
    let stops: [(Double, Double, Double)] = [
      (0, 0, 4), (80, 18, 110), (184, 55, 85), (248, 142, 32), (252, 246, 164),
    ]
    let table = (0...255).map { level -> [UInt8] in
      let place = Double(level) / 255 * Double(stops.count - 1)
      let below = min(Int(place), stops.count - 2)
      let share = place - Double(below)
      let (a, b) = (stops[below], stops[below + 1])
      return [a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1), a.2 + share * (b.2 - a.2)]
        .map { UInt8($0.rounded()) }
    }
    var rgb: [UInt8] = []
    rgb.reserveCapacity(strengths.count * 3)
    for strength in strengths { rgb += table[Int((min(max(strength, 0), 1) * 255).rounded())] }
    return Frame(width: size.width, height: size.height, rgb: rgb)
  }
}
