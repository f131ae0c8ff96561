/// Dense arithmetic that a Fréchet distance needs; matrices are row-major.
public protocol DenseAlgebra {
  /// Eigenvalues of a symmetric `size * size` matrix, and the eigenvectors as the columns of a matrix of that
  /// size.
  func symmetricEigen(_ matrix: [Double], size: Int) throws -> (values: [Double], vectors: [Double])
  /// `a` (`rows * inner`) times `b` (`inner * columns`).
  func product(_ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int) throws -> [Double]
}

/// What each clip contributes to a Fréchet distance (infinitesimal jackknife): its standard error from one
/// extra pass.
///
/// With T the optimal map from N(m1, S1) to N(m2, S2), a frame x of side 1 contributes `2 (m1 - m2)'(x - m1)
/// + (x - m1)'(I - T)(x - m1) - tr((I - T) S1)`, and side 2 likewise with the map back. A clip's influence is
/// the sum over its frames of both sides, divided by the number of frames.
public struct FrechetInfluence: Sendable {
  /// One influence per clip, in the order given; they sum to 0 but for rounding.
  public let influences: [Double]

  /// The influences of clips whose frames' features are `first` and `second`: per clip its rows of
  /// `dimension` numbers, one after another. Both sides have the same clips.
  ///
  /// Rethrows what `algebra` throws.
  public init(
    first: [[Double]], second: [[Double]], dimension: Int, algebra: some DenseAlgebra
  ) throws {
    precondition(first.count == second.count && dimension > 0, "both sides have the same clips")
    let maps = try FrechetMaps(
      NormalFit(first, dimension: dimension), NormalFit(second, dimension: dimension), algebra: algebra)
    influences = try zip(first, second).map { try maps.influence(first: $0, second: $1, algebra: algebra) }
  }
}

/// Mean and covariance of all frames of one side, the covariance divided by their number.
public struct NormalFit: Sendable {
  /// Rows seen.
  public let frames: Int
  /// One number per dimension.
  public let mean: [Double]
  /// Row-major, symmetric.
  public let covariance: [Double]

  /// Numbers per row.
  var dimension: Int { mean.count }

  /// Moments computed elsewhere.
  public init(frames: Int, mean: [Double], covariance: [Double]) {
    precondition(covariance.count == mean.count * mean.count, "a covariance of \(covariance.count) numbers")
    self.frames = frames
    self.mean = mean
    self.covariance = covariance
  }

  init(_ clips: [[Double]], dimension: Int) {
    let frames = clips.reduce(0) { $0 + $1.count / dimension }
    var mean = [Double](repeating: 0, count: dimension)
    var covariance = [Double](repeating: 0, count: dimension * dimension)
    for clip in clips {
      for index in clip.indices { mean[index % dimension] += clip[index] / Double(frames) }
    }
    for clip in clips {
      for start in stride(from: 0, to: clip.count, by: dimension) {
        for i in 0..<dimension {
          let x = clip[start + i] - mean[i]
          for j in 0..<dimension {
            covariance[i * dimension + j] += x * (clip[start + j] - mean[j]) / Double(frames)
          }
        }
      }
    }
    self.init(frames: frames, mean: mean, covariance: covariance)
  }
}

/// The optimal maps between the normal fits of two sides: gives the influence of clips that come one at a time.
public struct FrechetMaps: Sendable {
  private let first: NormalFit
  private let second: NormalFit
  /// I - T and tr((I - T) S) of both directions.
  private let ahead: Rest
  private let back: Rest

  private struct Rest: Sendable {
    var matrix: [Double]
    var trace: Double
  }

  /// Eigenvalues below this share of the largest count as zero: the map says nothing in directions without
  /// spread.
  private static let rankTolerance = 1e-10

  /// The maps of two fits of one dimension. Rethrows what `algebra` throws.
  public init(_ first: NormalFit, _ second: NormalFit, algebra: some DenseAlgebra) throws {
    self.first = first
    self.second = second
    let n = first.dimension
    func power(_ matrix: [Double], _ transforms: [(Double) -> Double]) throws -> [[Double]] {
      let (values, vectors) = try algebra.symmetricEigen(matrix, size: n)
      let floor = Self.rankTolerance * (values.map(abs).max() ?? 0)
      var turned = vectors
      for i in 0..<n {
        for k in 0..<n { turned[k * n + i] = vectors[i * n + k] }
      }
      return try transforms.map { transform in
        let scales = values.map { $0 > floor ? transform($0) : 0 }
        var scaled = vectors
        for i in 0..<n {
          for k in 0..<n { scaled[i * n + k] *= scales[k] }
        }
        return try algebra.product(scaled, turned, rows: n, inner: n, columns: n)
      }
    }
    func sandwich(_ outer: [Double], _ inner: [Double]) throws -> [Double] {
      let left = try algebra.product(outer, inner, rows: n, inner: n, columns: n)
      let both = try algebra.product(left, outer, rows: n, inner: n, columns: n)
      // Symmetric but for rounding, which eigensolvers read one half of.
      return both.indices.map { (both[$0] + both[($0 % n) * n + $0 / n]) / 2 }
    }
    let root: (Double) -> Double = { $0.squareRoot() }
    let inverseRoot: (Double) -> Double = { 1 / $0.squareRoot() }
    let own = try power(first.covariance, [root, inverseRoot])
    let middle = try power(try sandwich(own[0], second.covariance), [root, inverseRoot])
    ahead = Self.rest(try sandwich(own[1], middle[0]), first)
    back = Self.rest(try sandwich(own[0], middle[1]), second)
  }

  private static func rest(_ map: [Double], _ own: NormalFit) -> Rest {
    let n = own.dimension
    var matrix = map.map { -$0 }
    for i in 0..<n { matrix[i * n + i] += 1 }
    var trace = 0.0
    for i in 0..<n {
      for j in 0..<n { trace += matrix[i * n + j] * own.covariance[j * n + i] }
    }
    return Rest(matrix: matrix, trace: trace)
  }

  /// The influence of a clip whose frames' features on the two sides are `rows1` and `rows2`.
  public func influence(
    first rows1: [Double], second rows2: [Double], algebra: some DenseAlgebra
  ) throws -> Double {
    try Self.contribution(rows1, first, towards: second, rest: ahead, algebra: algebra)
      + Self.contribution(rows2, second, towards: first, rest: back, algebra: algebra)
  }

  private static func contribution(
    _ clip: [Double], _ own: NormalFit, towards other: NormalFit, rest: Rest, algebra: some DenseAlgebra
  ) throws -> Double {
    let n = own.dimension
    let frames = clip.count / n
    let centred = clip.indices.map { clip[$0] - own.mean[$0 % n] }
    let mapped = try algebra.product(centred, rest.matrix, rows: frames, inner: n, columns: n)
    var sum = -Double(frames) * rest.trace
    for index in centred.indices {
      sum += centred[index] * (mapped[index] + 2 * (own.mean[index % n] - other.mean[index % n]))
    }
    return sum / Double(own.frames)
  }
}
