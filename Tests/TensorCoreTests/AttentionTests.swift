import Foundation
import TensorCore
import TestSupport
import Testing

@Suite struct AttentionTests {
  @Test func attentionMatchesPyTorch() throws {
    try OperationGoldens().check("attention") { golden in
      let p = golden.parameters
      let segments = stride(from: 1, to: p.count, by: 2).map {
        KeySegment(count: Int(p[$0]), bias: p[$0 + 1])
      }
      return golden["query"].attention(
        keys: golden["key"], values: golden["value"], heads: Int(p[0]), segments: segments)
    }
  }

  /// Sizes on both sides of the tiles, and logits far apart.
  @Test(arguments: [(1, 1, 1), (130, 33, 40), (129, 513, 7), (5, 32, 16), (3, 1100, 24)])
  func tilesMatchPlainLoops(queries: Int, keys: Int, width: Int) {
    let heads = 2
    let q = Oracle.numbers(queries * heads * width, seed: 1).map { $0 * 9 }
    let k = Oracle.numbers(keys * heads * width, seed: 2)
    let v = Oracle.numbers(keys * heads * width, seed: 3)
    let segments = [KeySegment(count: keys / 3, bias: -2), KeySegment(count: keys - keys / 3, bias: 1)]
    let found = Tensor(shape: [1, queries, heads * width], q).attention(
      keys: Tensor(shape: [1, keys, heads * width], k), values: Tensor(shape: [1, keys, heads * width], v),
      heads: heads, scale: 0.7, segments: segments)
    var expected = [Double](repeating: 0, count: q.count)
    for head in 0..<heads {
      for query in 0..<queries {
        let row = query * heads * width + head * width
        let weights = (0..<keys).map { key in
          let other = key * heads * width + head * width
          let product = (0..<width).reduce(0.0) { $0 + Double(q[row + $1]) * Double(k[other + $1]) }
          return product * 0.7 + (key < keys / 3 ? -2 : 1)
        }
        let largest = weights.max() ?? 0
        let powers = weights.map { exp($0 - largest) }
        let total = powers.reduce(0, +)
        for key in 0..<keys {
          for index in 0..<width {
            expected[row + index] +=
              powers[key] / total * Double(v[key * heads * width + head * width + index])
          }
        }
      }
    }
    #expect(Oracle.relativeError(found.values, expected) < 2e-5)
  }
}
