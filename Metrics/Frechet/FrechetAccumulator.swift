internal import EvalCore
internal import LinearAlgebra

/// Feature rows of two sets, clip by clip, in bounded memory: rows as long as they are fewer than dimensions, then
/// merged statistics.
struct FrechetAccumulator {
  private let normalization: FrechetStatistics.Normalization
  private let keepsRows: Bool
  private var dimension = 0
  private var original = Side()
  private var generated = Side()

  private struct Side {
    var rows: [Double] = []
    var count = 0
    var statistics: FrechetStatistics?
  }

  /// - Parameter keepsRows: whether all rows are kept, for estimates from subsets.
  init(_ normalization: FrechetStatistics.Normalization, keepsRows: Bool = false) {
    self.normalization = normalization
    self.keepsRows = keepsRows
  }

  /// Rows per side.
  var count: Int { original.count }
  /// Numbers per row; 0 before the first.
  var width: Int { dimension }

  /// Adds a clip's rows, `[n, d]` each.
  mutating func add(original rows1: NumericArray, generated rows2: NumericArray) {
    precondition(
      rows1.shape == rows2.shape && rows1.shape.count == 2, "features \(rows1.shape) and \(rows2.shape)")
    guard rows1.shape[0] > 0 else { return }
    dimension = rows1.shape[1]
    add(rows1, to: &original)
    add(rows2, to: &generated)
  }

  private func add(_ rows: NumericArray, to side: inout Side) {
    let values = rows.values.map(Double.init)
    side.count += rows.shape[0]
    if keepsRows || (side.statistics == nil && side.count <= dimension) {
      side.rows += values
      return
    }
    var statistics = side.statistics ?? FrechetStatistics(matrix(side.rows))
    side.rows = []
    statistics.merge(FrechetStatistics(matrix(values)))
    side.statistics = statistics
  }

  private func matrix(_ rows: [Double]) -> Matrix {
    Matrix(rows: rows.count / max(dimension, 1), columns: dimension, rows)
  }

  /// All rows of the originals and of the generated frames, while they are fewer than dimensions.
  var rowsOfBothSides: (original: Matrix, generated: Matrix)? {
    guard original.statistics == nil, 2 * original.count <= dimension else { return nil }
    return (matrix(original.rows), matrix(generated.rows))
  }

  /// Moments of the originals' rows and of the generated ones'.
  var statistics: (original: FrechetStatistics, generated: FrechetStatistics) {
    (
      original.statistics ?? FrechetStatistics(matrix(original.rows)),
      generated.statistics ?? FrechetStatistics(matrix(generated.rows))
    )
  }

  /// The distance of all rows; needs at least two of them.
  func distance() throws(FrechetError) -> Double { try distance(original, generated) }

  private func distance(_ a: Side, _ b: Side) throws(FrechetError) -> Double {
    if a.statistics == nil, b.statistics == nil, max(a.count, b.count) <= dimension {
      return try FrechetDistance.between(rows: matrix(a.rows), matrix(b.rows), normalization)
    }
    let first = a.statistics ?? FrechetStatistics(matrix(a.rows))
    let second = b.statistics ?? FrechetStatistics(matrix(b.rows))
    return try FrechetDistance.between(
      first.mean, first.covariance(normalization), second.mean, second.covariance(normalization))
  }

  /// The distance that a line in 1/n through the distances of random subsets reaches at n = ∞.
  ///
  /// Five sizes from half of the rows to all of them; the same rows of both sets. Source: Chong and Forsyth 2020.
  func extrapolatedDistance(seed: UInt64) throws(FrechetError) -> Double {
    precondition(keepsRows, "subsets need all rows")
    var generator = SplitMix(state: seed)
    let places = Self.subsetShares.map { max(2, Int((Double(count) * $0).rounded())) }
    var points: [(x: Double, y: Double)] = []
    for size in places {
      let chosen = Array((0..<count).shuffled(using: &generator).prefix(size)).sorted()
      let value = try distance(subset(original, chosen), subset(generated, chosen))
      points.append((1 / Double(size), value))
    }
    let meanX = points.reduce(0) { $0 + $1.x } / Double(points.count)
    let meanY = points.reduce(0) { $0 + $1.y } / Double(points.count)
    let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    let slope = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
    return meanY - slope * meanX
  }

  static let subsetShares = [0.5, 0.625, 0.75, 0.875, 1]

  private func subset(_ side: Side, _ rows: [Int]) -> Side {
    var result = Side()
    result.rows = rows.flatMap { side.rows[$0 * dimension..<($0 + 1) * dimension] }
    result.count = rows.count
    return result
  }
}

/// Steele, Lea and Flood's SplitMix64: the same subsets on every machine.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
