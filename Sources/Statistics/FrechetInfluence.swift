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

  /// Eigenvalues below this share of the largest count as zero: the map says nothing in directions without
  /// spread.
  private static let rankTolerance = 1e-10

  /// The influences of clips whose frames' features are `first` and `second`: per clip its rows of
  /// `dimension` numbers, one after another. Both sides have the same clips.
  ///
  /// Rethrows what `algebra` throws.
  public init(
    first: [[Double]], second: [[Double]], dimension: Int, algebra: some DenseAlgebra
  ) throws {
    precondition(first.count == second.count && dimension > 0, "both sides have the same clips")
    let a = Gaussian(first, dimension: dimension)
    let b = Gaussian(second, dimension: dimension)
    let maps = try Self.maps(a, b, dimension: dimension, algebra: algebra)
    let ahead = try Self.contributions(first, a, towards: b, map: maps.ahead, algebra: algebra)
    let back = try Self.contributions(second, b, towards: a, map: maps.back, algebra: algebra)
    influences = zip(ahead, back).map { $0 + $1 }
  }

  /// Mean and covariance of all frames of one side.
  private struct Gaussian {
    let dimension: Int
    let frames: Int
    var mean: [Double]
    var covariance: [Double]

    init(_ clips: [[Double]], dimension: Int) {
      self.dimension = dimension
      frames = clips.reduce(0) { $0 + $1.count / dimension }
      mean = [Double](repeating: 0, count: dimension)
      covariance = [Double](repeating: 0, count: dimension * dimension)
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
    }
  }

  /// The optimal maps from one Gaussian to the other and back.
  private static func maps(
    _ a: Gaussian, _ b: Gaussian, dimension n: Int, algebra: some DenseAlgebra
  ) throws -> (ahead: [Double], back: [Double]) {
    func power(_ matrix: [Double], _ transform: (Double) -> Double) throws -> [Double] {
      let (values, vectors) = try algebra.symmetricEigen(matrix, size: n)
      let floor = rankTolerance * (values.map(abs).max() ?? 0)
      let scales = values.map { $0 > floor ? transform($0) : 0 }
      var scaled = vectors
      var turned = vectors
      for i in 0..<n {
        for k in 0..<n {
          scaled[i * n + k] = vectors[i * n + k] * scales[k]
          turned[k * n + i] = vectors[i * n + k]
        }
      }
      return try algebra.product(scaled, turned, rows: n, inner: n, columns: n)
    }
    func sandwich(_ outer: [Double], _ inner: [Double]) throws -> [Double] {
      let left = try algebra.product(outer, inner, rows: n, inner: n, columns: n)
      let both = try algebra.product(left, outer, rows: n, inner: n, columns: n)
      // Symmetric but for rounding, which eigensolvers read one half of.
      return both.indices.map { (both[$0] + both[($0 % n) * n + $0 / n]) / 2 }
    }
    let root = try power(a.covariance) { $0.squareRoot() }
    let inverseRoot = try power(a.covariance) { 1 / $0.squareRoot() }
    let middle = try sandwich(root, b.covariance)
    let ahead = try sandwich(inverseRoot, try power(middle) { $0.squareRoot() })
    let back = try sandwich(root, try power(middle) { 1 / $0.squareRoot() })
    return (ahead, back)
  }

  private static func contributions(
    _ clips: [[Double]], _ own: Gaussian, towards other: Gaussian, map: [Double], algebra: some DenseAlgebra
  ) throws -> [Double] {
    let n = own.dimension
    var rest = map.map { -$0 }
    for i in 0..<n { rest[i * n + i] += 1 }
    var trace = 0.0
    for i in 0..<n {
      for j in 0..<n { trace += rest[i * n + j] * own.covariance[j * n + i] }
    }
    return try clips.map { clip in
      let frames = clip.count / n
      let centred = clip.indices.map { clip[$0] - own.mean[$0 % n] }
      let mapped = try algebra.product(centred, rest, rows: frames, inner: n, columns: n)
      var sum = -Double(frames) * trace
      for index in centred.indices {
        sum += centred[index] * (mapped[index] + 2 * (own.mean[index % n] - other.mean[index % n]))
      }
      return sum / Double(own.frames)
    }
  }
}
