import EvalCore
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Metrics

@Suite struct FrechetTests {
  private struct Golden: Decodable {
    let dim: Int?
    let eigh: Double?
    let mpmath60: Double?
  }

  private func matrix(_ tensors: TestSupport.GoldenTensors, _ name: String) -> Matrix {
    let shape = tensors.shape(name)
    return Matrix(rows: shape[0], columns: shape[1], tensors.numbers(name))
  }

  @Test func goldenCases() throws {
    let tensors = try GoldenFiles.tensors("frechet/cases.safetensors")
    let names = tensors.names.filter { $0.hasSuffix(".sigma1") }.map { String($0.dropLast(7)) }
    let data = try Data(contentsOf: Goldens.metrics.appendingPathComponent("frechet/expected.json"))
    let goldens = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(names.count >= 10)
    for name in names {
      let golden = try #require(goldens[name] as? [String: Any])
      let truth = try #require((golden["mpmath60"] as? Double) ?? (golden["eigh"] as? Double))
      let (s1, s2) = (matrix(tensors, "\(name).sigma1"), matrix(tensors, "\(name).sigma2"))
      let value = try FrechetDistance.between(
        tensors.numbers("\(name).mu1"), s1, tensors.numbers("\(name).mu2"), s2)
      let isHard = ["singular", "ill_", "zero", "rank", "orthogonal", "identical", "features"].contains {
        name.contains($0)
      }
      let scale = s1.trace + s2.trace
      let tolerance = isHard ? 1e-6 * scale + 1e-12 : 1e-10 * max(abs(truth), scale * 1e-3)
      #expect(abs(value - truth) <= tolerance, "\(name): \(value) for \(truth)")
    }
  }

  @Test func rowsAndCovariancesAgree() throws {
    let tensors = try GoldenFiles.tensors("frechet/cases.safetensors")
    let (a, b) = (matrix(tensors, "features1"), matrix(tensors, "features2"))
    for normalization in [FrechetStatistics.Normalization.unbiased, .population] {
      let direct = try FrechetDistance.between(rows: a, b, normalization)
      let (s1, s2) = (FrechetStatistics(a), FrechetStatistics(b))
      let through = try FrechetDistance.between(
        s1.mean, s1.covariance(normalization), s2.mean, s2.covariance(normalization))
      #expect(abs(direct - through) < 1e-6 * (s1.covariance(normalization).trace))
    }
    let data = try Data(contentsOf: Goldens.metrics.appendingPathComponent("frechet/expected.json"))
    let goldens = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for (key, normalization) in [
      ("from_features_unbiased_cov", FrechetStatistics.Normalization.unbiased),
      ("from_features_population_cov", .population),
    ] {
      let expected = try #require(
        goldens[key] as? Double ?? (goldens[key] as? [String: Any])?["eigh"] as? Double)
      let value = try FrechetDistance.between(rows: a, b, normalization)
      #expect(abs(value - expected) < 1e-6 * FrechetStatistics(a).covariance(normalization).trace)
    }
  }

  @Test func statisticsMergeWithoutLosingDigits() throws {
    let tensors = try GoldenFiles.tensors("frechet/cases.safetensors")
    let rows = matrix(tensors, "features1")
    // Large means beside small deviations, as features behind a ReLU have them.
    let offset = Matrix(rows: rows.rows, columns: rows.columns, rows.elements.map { $0 + 1e6 })
    let whole = FrechetStatistics(offset)
    var parts = FrechetStatistics(dimension: rows.columns)
    for start in stride(from: 0, to: rows.rows, by: 7) {
      let end = min(start + 7, rows.rows)
      parts.merge(
        FrechetStatistics(
          Matrix(
            rows: end - start, columns: rows.columns,
            Array(offset.elements[start * rows.columns..<end * rows.columns]))))
    }
    #expect(parts.count == whole.count)
    let plain = FrechetStatistics(rows).covariance(.unbiased)
    for statistics in [whole, parts] {
      let covariance = statistics.covariance(.unbiased)
      let worst = zip(covariance.elements, plain.elements).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < 1e-8 * plain.trace)
    }
  }

  @Test func accumulatorTakesEitherRoute() throws {
    func clip(_ seed: UInt64, _ rows: Int) -> NumericArray {
      NumericArray(shape: [rows, 6], values: Oracle.numbers(rows * 6, seed: seed))
    }
    for clips in [2, 5, 40] {
      var accumulator = FrechetAccumulator(.unbiased)
      var (first, second): ([Float], [Float]) = ([], [])
      for index in 0..<clips {
        let (a, b) = (clip(UInt64(index), 2), clip(UInt64(index + 500), 2))
        accumulator.add(original: a, generated: b)
        first += a.values
        second += b.values
      }
      let expected = try FrechetDistance.between(
        rows: Matrix(rows: clips * 2, columns: 6, first.map(Double.init)),
        Matrix(rows: clips * 2, columns: 6, second.map(Double.init)), .unbiased)
      #expect(abs(try accumulator.distance() - expected) < 1e-6, "\(clips)")
    }
  }

  @Test func extrapolationTakesTheBiasAway() throws {
    // Two samples of one distribution: the distance of n rows falls as 1/n, its limit is 0.
    var accumulator = FrechetAccumulator(.unbiased, keepsRows: true)
    for index in 0..<20 {
      accumulator.add(
        original: NumericArray(shape: [10, 24], values: Oracle.numbers(240, seed: UInt64(index))),
        generated: NumericArray(shape: [10, 24], values: Oracle.numbers(240, seed: UInt64(index + 900))))
    }
    let plain = try accumulator.distance()
    let limit = try accumulator.extrapolatedDistance(seed: 1)
    #expect(plain > 0 && limit < plain)
    #expect(limit == (try accumulator.extrapolatedDistance(seed: 1)))
  }

  @Test func whatIsNoCovarianceIsNamed() {
    let good = Matrix(rows: 2, columns: 2, [1, 0, 0, 1])
    let bad = Matrix(rows: 2, columns: 2, [1, 0, 0, -1])
    let broken = Matrix(rows: 2, columns: 2, [1, 0, 0, .nan])
    #expect(throws: FrechetError.notACovariance(smallest: -1, largest: 1)) {
      try FrechetDistance.between([0, 0], good, [0, 0], bad)
    }
    #expect(throws: FrechetError.notFinite) { try FrechetDistance.between([0, 0], broken, [0, 0], good) }
    #expect(throws: FrechetError.notFinite) {
      try FrechetDistance.between([0, .infinity], good, [0, 0], good)
    }
  }
}
