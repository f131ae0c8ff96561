import EvalCore
import Foundation
import Imaging
import Testing

@Suite struct GaussianBlurTests {
  @Test func impulseBecomesTheKernel() {
    let blur = GaussianBlur(sigma: 1.5, truncate: 3)
    #expect(blur.weights.count == 11)
    var values = [Double](repeating: 0, count: 21 * 21)
    values[10 * 21 + 10] = 1
    let blurred = blur(GrayImage(width: 21, height: 21, values: values))
    for y in 0..<21 {
      for x in 0..<21 {
        let isInside = abs(x - 10) <= 5 && abs(y - 10) <= 5
        let expected = isInside ? blur.weights[x - 5] * blur.weights[y - 5] : 0
        let deviation = abs(blurred.values[y * 21 + x] - expected)
        #expect(deviation < 1e-15)
      }
    }
  }

  @Test func edgesRepeat() {
    let blur = GaussianBlur(sigma: 2, truncate: 3)
    let image = GrayImage(width: 3, height: 2, values: [Double](repeating: 7, count: 6))
    for value in blur(image).values { #expect(abs(value - 7) < 1e-13) }
  }

  @Test func lumaWeighsTheChannels() {
    let image = GrayImage(lumaOf: Frame(width: 3, height: 1, rgb: [255, 0, 0, 0, 255, 0, 0, 0, 255]))
    let expected: [Double] = [0.299, 0.587, 0.114].map { $0 * 255 }
    #expect(image.values == expected)
  }
}
