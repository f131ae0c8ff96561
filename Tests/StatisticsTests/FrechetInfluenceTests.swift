import EvalCore
import Statistics
import Testing

/// Arithmetic for a few dimensions: Jacobi rotations and plain loops.
struct SmallAlgebra: DenseAlgebra {
  func symmetricEigen(_ matrix: [Double], size n: Int) -> (values: [Double], vectors: [Double]) {
    var a = matrix
    var v = [Double](repeating: 0, count: n * n)
    for i in 0..<n { v[i * n + i] = 1 }
    for _ in 0..<60 {
      for p in 0..<n {
        for q in (p + 1)..<max(n, p + 1) where abs(a[p * n + q]) > 1e-300 {
          let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
          let t = (theta < 0 ? -1.0 : 1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n {
            let (x, y) = (a[k * n + p], a[k * n + q])
            (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y)
          }
          for k in 0..<n {
            let (x, y) = (a[p * n + k], a[q * n + k])
            (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y)
            let (vx, vy) = (v[k * n + p], v[k * n + q])
            (v[k * n + p], v[k * n + q]) = (c * vx - s * vy, s * vx + c * vy)
          }
        }
      }
    }
    return ((0..<n).map { a[$0 * n + $0] }, v)
  }

  func product(_ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int) -> [Double] {
    var c = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for k in 0..<inner {
        for j in 0..<columns { c[i * columns + j] += a[i * inner + k] * b[k * columns + j] }
      }
    }
    return c
  }
}

@Suite struct FrechetInfluenceTests {
  private static let dimension = 2

  /// The distance between two sets of clips' frames, as FID defines it.
  private func distance(_ first: [[Double]], _ second: [[Double]]) -> Double {
    let n = Self.dimension
    func moments(_ clips: [[Double]]) -> (mean: [Double], covariance: [Double]) {
      let rows = clips.flatMap(\.self)
      let count = Double(rows.count / n)
      var mean = [Double](repeating: 0, count: n)
      for (index, value) in rows.enumerated() { mean[index % n] += value / count }
      var covariance = [Double](repeating: 0, count: n * n)
      for start in stride(from: 0, to: rows.count, by: n) {
        for i in 0..<n {
          for j in 0..<n {
            covariance[i * n + j] += (rows[start + i] - mean[i]) * (rows[start + j] - mean[j]) / count
          }
        }
      }
      return (mean, covariance)
    }
    let (a, b) = (moments(first), moments(second))
    let algebra = SmallAlgebra()
    // The trace of the root of S1 S2, from the eigenvalues of S1^1/2 S2 S1^1/2.
    let (values, vectors) = algebra.symmetricEigen(a.covariance, size: n)
    var root = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        for k in 0..<n { root[i * n + j] += vectors[i * n + k] * values[k].squareRoot() * vectors[j * n + k] }
      }
    }
    let left = algebra.product(root, b.covariance, rows: n, inner: n, columns: n)
    let middle = algebra.product(left, root, rows: n, inner: n, columns: n)
    let roots = algebra.symmetricEigen(middle, size: n).values.map { max(0, $0).squareRoot() }
    let means = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let traces = (0..<n).reduce(0) { $0 + a.covariance[$1 * n + $1] + b.covariance[$1 * n + $1] }
    return means + traces - 2 * roots.reduce(0, +)
  }

  /// Clips of correlated frames in two dimensions: unit variance in all, a third of it between clips.
  private func clips(_ simulator: inout ClipSimulator, _ count: Int, shift: Double, stretch: Double)
    -> [[Double]]
  {
    (0..<count).map { _ in
      let (between, within) = ((1.0 / 3).squareRoot(), (2.0 / 3).squareRoot())
      let level = (between * simulator.normal(), between * simulator.normal())
      return (0..<20).flatMap { _ -> [Double] in
        let x: Double = level.0 + within * simulator.normal()
        let y: Double = level.1 + within * simulator.normal()
        return [shift + stretch * x, y]
      }
    }
  }

  @Test func standardErrorEqualsTheBootstraps() throws {
    var simulator = ClipSimulator(91)
    let first = clips(&simulator, 60, shift: 1.5, stretch: 1.4)
    let second = clips(&simulator, 60, shift: 0, stretch: 1)
    let influence = try FrechetInfluence(
      first: first, second: second, dimension: Self.dimension, algebra: SmallAlgebra())
    #expect(abs(influence.influences.reduce(0, +)) < 1e-9)
    let error = InfluenceError.standardError(influence.influences)
    var replicates: [Double] = []
    for _ in 0..<400 {
      let picked = (0..<60).map { _ in simulator.generator.index(below: 60) }
      replicates.append(distance(picked.map { first[$0] }, picked.map { second[$0] }))
    }
    let middle = mean(replicates)
    let spread = (replicates.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / 399).squareRoot()
    #expect(abs(error / spread - 1) < 0.25, "influence \(error), bootstrap \(spread)")
  }

  @Test func intervalsCoverTheTruth() throws {
    // Between N(0, I) and N((2, 0), I) the distance is 4.
    var simulator = ClipSimulator(92)
    let rounds = 300
    var hits = 0
    for _ in 0..<rounds {
      let first = clips(&simulator, 50, shift: 2, stretch: 1)
      let second = clips(&simulator, 50, shift: 0, stretch: 1)
      let influence = try FrechetInfluence(
        first: first, second: second, dimension: Self.dimension, algebra: SmallAlgebra())
      let reach = 1.96 * InfluenceError.standardError(influence.influences)
      if abs(distance(first, second) - 4) <= reach { hits += 1 }
    }
    let share = Double(hits) / Double(rounds)
    #expect((0.91...0.98).contains(share), "covered \(share)")
  }

  @Test func equalSidesHaveNoInfluence() throws {
    var simulator = ClipSimulator(93)
    let one = clips(&simulator, 12, shift: 0, stretch: 1)
    let influence = try FrechetInfluence(
      first: one, second: one, dimension: Self.dimension, algebra: SmallAlgebra())
    #expect(influence.influences.allSatisfy { abs($0) < 1e-9 })
  }
}
