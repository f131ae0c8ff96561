import TensorCore
import TestSupport
import Testing

@Suite struct ResamplingTests {
  @Test func resizesMatchPyTorch() throws {
    let goldens = try OperationGoldens()
    let kinds: [(String, Interpolation)] = [
      ("resize_nearest", .nearest), ("resize_bilinear", .bilinear), ("resize_bicubic", .bicubic),
    ]
    for (name, interpolation) in kinds {
      goldens.check(name) {
        let p = $0.integers()
        return $0["input"].resized(
          to: Size2D(height: p[0], width: p[1]), interpolation, alignment: p[2] == 1 ? .corners : .edges,
          antialias: p[3] == 1)
      }
    }
  }

  @Test func samplesMatchPyTorch() throws {
    try OperationGoldens().check("gridsample") {
      let p = $0.integers()
      return $0["input"].sampled(
        at: $0["grid"], border: p[0] == 1 ? .edge : .zeros, alignment: p[1] == 1 ? .corners : .edges)
    }
  }

  @Test func placesFarOutsideReadTheBorder() {
    let image = Tensor(shape: [1, 1, 2, 2], [1, 2, 3, 4])
    let places = Tensor(shape: [1, 1, 3, 2], [1e30, 1e30, -.infinity, 0, .nan, .nan])
    #expect(image.sampled(at: places).values == [0, 0, 0])
    #expect(image.sampled(at: places, border: .edge).values == [4, 2, 1])
  }

  @Test func sizesThatStayChangeNothing() {
    let image = Tensor(shape: [1, 2, 3, 5], Oracle.numbers(30, seed: 4))
    for interpolation in [Interpolation.nearest, .bilinear, .bicubic] {
      #expect(image.resized(to: Size2D(height: 3, width: 5), interpolation) == image)
    }
  }
}
