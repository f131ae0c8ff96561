import TensorCore
import TestSupport
import Testing

@Suite struct PoolingTests {
  private func padding(_ height: Int, _ width: Int, ceil: Int) -> PoolingPadding {
    let size = Size3D(frames: 0, height: height, width: width)
    return ceil == 0 ? .floor(size) : .ceil(size)
  }

  @Test func imagesMatchPyTorch() throws {
    let goldens = try OperationGoldens()
    goldens.check("maxpool", limit: 0) {
      let p = $0.integers()
      return $0["input"].maxPooled2D(
        kernel: Size2D(height: p[0], width: p[1]), stride: Size2D(height: p[2], width: p[3]),
        padding: padding(p[4], p[5], ceil: p[6]))
    }
    goldens.check("avgpool", limit: 1e-6) {
      let p = $0.integers()
      return $0["input"].averagePooled2D(
        kernel: Size2D(height: p[0], width: p[1]), stride: Size2D(height: p[2], width: p[3]),
        padding: padding(p[4], p[5], ceil: p[6]), includesPadding: p[7] == 1)
    }
  }

  @Test func clipsMatchPyTorch() throws {
    let goldens = try OperationGoldens()
    for name in ["maxpool3d", "avgpool3d"] {
      goldens.check(name, limit: 1e-6) {
        let p = $0.integers()
        let kernel = Size3D(frames: p[0], height: p[1], width: p[2])
        let stride = Size3D(frames: p[3], height: p[4], width: p[5])
        let padding = PoolingPadding.floor(Size3D(frames: p[6], height: p[7], width: p[8]))
        return name == "maxpool3d"
          ? $0["input"].maxPooled3D(kernel: kernel, stride: stride, padding: padding)
          : $0["input"].averagePooled3D(
            kernel: kernel, stride: stride, padding: padding, includesPadding: false)
      }
    }
  }

  @Test func samePaddingPutsTheOddElementLast() {
    let row = Tensor(shape: [1, 1, 1, 4], [1, 5, 2, 3])
    let pooled = row.averagePooled2D(
      kernel: Size2D(height: 1, width: 3), stride: Size2D(height: 1, width: 2), padding: .same,
      includesPadding: false)
    #expect(pooled.values == [8.0 / 3, 2.5])
    let largest = row.maxPooled2D(kernel: 2, stride: 2, padding: .same)
    #expect(largest.values == [5, 3])
  }
}
