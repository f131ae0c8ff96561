internal import Foundation

/// The source positions and weights of every target position along one axis, all rows of the table equally
/// long.
struct ResizeTaps: Sendable {
  /// First source position per target position.
  var starts: [Int]
  /// Taps per target position; short rows end in zeros. `starts[i] + width` may pass the end where weights
  /// are zero.
  var width: Int
  /// `starts.count * width` weights, summing to 1 per target position.
  var weights: [Double]

  init(from input: Int, to output: Int, filter: ResizeFilter) {
    let scale = Double(input) / Double(output)
    let rows = (0..<output).map { Self.row(at: $0, scale: scale, input: input, filter: filter) }
    starts = rows.map(\.start)
    let width = rows.map(\.weights.count).max() ?? 1
    self.width = width
    weights = rows.flatMap { $0.weights + [Double](repeating: 0, count: width - $0.weights.count) }
  }

  private typealias Row = (start: Int, weights: [Double])

  private static func row(at index: Int, scale: Double, input: Int, filter: ResizeFilter) -> Row {
    switch filter {
    case .bilinearAA, .pillowBilinear:
      kernelRow(at: index, scale: scale, input: input, support: 1) { max(0, 1 - abs($0)) }
    case .bicubicAA, .pillowBicubic:
      kernelRow(at: index, scale: scale, input: input, support: 2, kernel: cubic)
    case .lanczos3AA, .pillowLanczos:
      kernelRow(at: index, scale: scale, input: input, support: 3, kernel: lanczos3)
    case .pillowBox:
      kernelRow(at: index, scale: scale, input: input, support: 0.5) { $0 > -0.5 && $0 <= 0.5 ? 1 : 0 }
    case .area:
      coverageRow(at: index, scale: scale, input: input)
    case .bilinearNoAA:
      twoTapRow(at: max(0, (Double(index) + 0.5) * scale - 0.5), input: input)
    case .tf1Bilinear:
      twoTapRow(at: Double(index) * scale, input: input)
    }
  }

  /// A kernel stretched by the shrink factor, normalised over the source positions that exist.
  private static func kernelRow(
    at index: Int, scale: Double, input: Int, support: Double, kernel: (Double) -> Double
  ) -> Row {
    let stretch = max(scale, 1)
    let radius = support * stretch
    let centre = (Double(index) + 0.5) * scale
    // Truncation towards zero before clamping, as the reference implementations do.
    let start = max(0, Int(centre - radius + 0.5))
    let end = min(input, Int(centre + radius + 0.5))
    let raw = (start..<end).map { kernel((Double($0) - centre + 0.5) / stretch) }
    let sum = raw.reduce(0, +)
    return (start, sum == 0 ? raw : raw.map { $0 / sum })
  }

  private static func coverageRow(at index: Int, scale: Double, input: Int) -> Row {
    let low = Double(index) * scale
    let high = min(Double(index + 1) * scale, Double(input))
    let start = min(Int(low), input - 1)
    // A sliver left by rounding of `high` is not a source pixel of its own.
    let end = max(start + 1, min(input, Int((high - 1e-9).rounded(.up))))
    let raw = (start..<end).map { min(high, Double($0 + 1)) - max(low, Double($0)) }
    let sum = raw.reduce(0, +)
    return (start, raw.map { $0 / sum })
  }

  private static func twoTapRow(at position: Double, input: Int) -> Row {
    let start = min(Int(position), input - 1)
    let fraction = position - Double(start)
    return start + 1 < input ? (start, [1 - fraction, fraction]) : (start, [1])
  }

  /// Keys' cubic with a = -0.5.
  private static func cubic(_ offset: Double) -> Double {
    let a = -0.5
    let x = abs(offset)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func lanczos3(_ offset: Double) -> Double {
    guard offset >= -3, offset < 3 else { return 0 }
    return sinc(offset) * sinc(offset / 3)
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }
}
