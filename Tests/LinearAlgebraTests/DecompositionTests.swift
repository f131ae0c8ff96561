import LinearAlgebra
import Testing
import TestSupport

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
