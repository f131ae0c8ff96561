import Foundation
import TestSupport
import Testing

@testable import LinearAlgebra

@Suite struct DecompositionTests {
  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    Matrix(rows: rows, columns: columns, Oracle.numbers(rows * columns, seed: seed).map(Double.init))
  }

  private func distance(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
  }

  private func scaled(_ a: Matrix, columnsBy factors: [Double]) -> Matrix {
    var result = a
    for row in 0..<a.rows { for column in 0..<a.columns { result[row, column] *= factors[column] } }
    return result
  }

  @Test func productsInAllOrders() {
    let (a, b) = (random(5, 7, seed: 1), random(7, 4, seed: 2))
    var expected = Matrix(zeros: 5, 4)
    for row in 0..<5 {
      for column in 0..<4 { expected[row, column] = (0..<7).reduce(0) { $0 + a[row, $1] * b[$1, column] } }
    }
    #expect(distance(a.multiplied(by: b), expected) < 1e-14)
    #expect(distance(a.transposed.multiplied(by: b, transposed: true), expected) < 1e-14)
    #expect(distance(a.multiplied(by: b.transposed, otherTransposed: true), expected) < 1e-14)
    #expect(distance(a.gram(), a.multiplied(by: a, transposed: true)) < 1e-14)
    #expect(random(40, 70, seed: 3).transposed.transposed == random(40, 70, seed: 3))
  }

  @Test(arguments: [1, 2, 9, 33]) func symmetricEigenRebuildsItsMatrix(order: Int) throws {
    let matrix = random(order + 3, order, seed: 4).gram()
    let eigen = try SymmetricEigen(of: matrix)
    #expect(eigen.values == eigen.values.sorted())
    let rebuilt = scaled(eigen.vectors, columnsBy: eigen.values)
      .multiplied(by: eigen.vectors, otherTransposed: true)
    #expect(distance(rebuilt, matrix) < 1e-12 * max(1, matrix.trace))
    #expect(abs(eigen.values.reduce(0, +) - matrix.trace) < 1e-12 * matrix.trace)
  }

  @Test func singularValuesAreRootsOfTheGramMatrix() throws {
    for (rows, columns) in [(6, 11), (11, 6), (8, 8), (1, 5)] {
      let matrix = random(rows, columns, seed: 5)
      let values = try matrix.singularValues()
      let small = rows < columns ? matrix.transposed.gram() : matrix.gram()
      let eigen = try SymmetricEigen(of: small)
      for (value, square) in zip(values, eigen.values.reversed()) {
        #expect(abs(value * value - square) < 1e-12 * small.trace)
      }
    }
    #expect(try Matrix(zeros: 0, 3).singularValues() == [])
  }

  /// `rows x columns` with the given singular values, between random rotations.
  private func matrix(_ rows: Int, _ columns: Int, values: [Double]) throws -> Matrix {
    let left = try SymmetricEigen(of: random(rows, rows, seed: 7).gram()).vectors
    let right = try SymmetricEigen(of: random(columns, columns, seed: 8).gram()).vectors
    var middle = Matrix(zeros: rows, columns)
    for (index, value) in values.enumerated() { middle[index, index] = value }
    return left.multiplied(by: middle).multiplied(by: right, otherTransposed: true)
  }

  @Test(arguments: [(288, 288), (301, 301), (340, 270), (270, 340), (600, 257)])
  func largeMatricesHaveTheSingularValuesTheyWereMadeOf(rows: Int, columns: Int) throws {
    let count = min(rows, columns)
    let kinds: [[Double]] = [
      (0..<count).map { 3 - 2.5 * Double($0) / Double(count) },
      // Covariances of features: the smallest values are far below the largest one's rounding.
      (0..<count).map { pow(10, -18 * Double($0) / Double(count)) },
      // Of low rank, and in clusters.
      (0..<count).map { $0 < 20 ? 1 : 0 },
      (0..<count).map { $0 % 3 == 0 ? 2 : 1 }.sorted(by: >),
    ]
    for values in kinds {
      let found = try matrix(rows, columns, values: values).singularValues()
      #expect(found.count == count && found == found.sorted(by: >))
      let worst = zip(found, values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < 2e-14 * values[0], "\(worst)")
    }
  }

  @Test func largeMatricesOfZerosAndOnes() throws {
    let count = BidiagonalReduction.smallestOrder + 5
    #expect(try Matrix(zeros: count, count).singularValues().allSatisfy { $0 == 0 })
    var one = Matrix(zeros: count, count + 40)
    for index in 0..<count { one[index, index] = -1 }
    #expect(try one.singularValues().allSatisfy { abs($0 - 1) < 1e-15 })
    one[3, 4] = .nan
    #expect(throws: DecompositionError.self) { try one.singularValues() }
    // Scaled to the ends of the range, where squares leave it.
    for scale in [1e-170, 1e170] {
      var huge = random(count, count, seed: 9)
      let plain = try huge.singularValues()
      for index in huge.elements.indices { huge.elements[index] *= scale }
      let found = try huge.singularValues()
      #expect(zip(found, plain).allSatisfy { abs($0 / scale - $1) < 1e-13 * plain[0] })
    }
  }

  @Test func choleskyFactorOfDefiniteMatricesOnly() throws {
    let matrix = random(12, 9, seed: 6).gram()
    let factor = try #require(matrix.choleskyFactor())
    #expect(distance(factor.multiplied(by: factor, otherTransposed: true), matrix) < 1e-13)
    #expect(factor[0, 1] == 0)
    #expect(Matrix(rows: 2, columns: 2, [1, 2, 2, 1]).choleskyFactor() == nil)
    #expect(Matrix(zeros: 3, 3).choleskyFactor() == nil)
  }

  @Test func notANumberIsAnErrorNotAResult() {
    let matrix = Matrix(rows: 2, columns: 2, [1, .nan, .nan, 1])
    #expect(!matrix.isFinite)
    #expect(throws: DecompositionError.self) { try matrix.singularValues() }
    #expect(throws: DecompositionError.self) { try SymmetricEigen(of: matrix) }
  }
}
