internal import EvalCore
internal import Foundation
internal import TensorCore

/// What stands before and after the line networks: ink strength `[H * W]` of a frame, 0 = paper, 1 = ink.
enum NeuralLineart {
  /// HED's fused edge map.
  static func edges(_ frame: Frame, _ network: HEDNetwork) -> [Float] {
    network(blueGreenRed(frame)).values
  }

  /// HED's input: blue, green and red in 0...255 minus their means.
  static func blueGreenRed(_ frame: Frame) -> Tensor {
    tensor(frame, order: [2, 1, 0]) { channel, value in value - HEDNetwork.meanColour[channel] }
  }

  /// Chan et al.: sides are extended to multiples of 4 by their edge pixels, and the result is cropped.
  static func drawing(_ frame: Frame, _ network: ChanGenerator) -> [Float] {
    let image = tensor(frame) { _, value in value / 255 }
    let padding = Padding2D(top: 0, bottom: -frame.height & 3, left: 0, right: -frame.width & 3)
    let paper = network(image.padded(padding, mode: .replicate))
    return paper.slice(axis: 2, 0..<frame.height).slice(axis: 3, 0..<frame.width).mapped { 1 - $0 }.values
  }

  /// Anime2Sketch: bicubic to the next multiples of 256, and back.
  static func sketch(_ frame: Frame, _ network: Anime2SketchGenerator) -> [Float] {
    let image = tensor(frame) { _, value in value / 127.5 - 1 }
    func next(_ side: Int) -> Int { (side + network.multiple - 1) / network.multiple * network.multiple }
    let size = Size2D(height: next(frame.height), width: next(frame.width))
    let lines = network(image.resized(to: size, .bicubic, antialias: true))
      .resized(to: Size2D(height: frame.height, width: frame.width), .bicubic, antialias: true)
    return lines.mapped { min(1, max(0, (1 - $0) / 2)) }.values
  }

  /// SketchKeras: the long side to 512, high-pass filtered channels on an empty square, the strongest of three answers.
  static func lines(_ frame: Frame, _ network: SketchKerasNetwork) -> [Float] {
    let side = 512
    let longest = max(frame.width, frame.height)
    let height = max(1, side * frame.height / longest)
    let width = max(1, side * frame.width / longest)
    let channels = tensor(frame) { _, value in value }
      .resized(to: Size2D(height: height, width: width), .bilinear).reshaped(3, 1, height, width)
      .mapped { $0.rounded() }
    let high = highPass(channels)
    let largest = high.values.max() ?? 0
    guard largest > 0 else { return [Float](repeating: 0, count: frame.width * frame.height) }
    let square = (high * (1 / largest))
      .padded(Padding2D(top: 0, bottom: side - height, left: 0, right: side - width))
    let answers = network(square).slice(axis: 2, 0..<height).slice(axis: 3, 0..<width)
    let area = height * width
    let strongest = answers.withUnsafeBufferPointer { answer in
      Tensor(shape: [1, 1, height, width]) { target in
        for pixel in 0..<area {
          let strength = max(answer[pixel], answer[area + pixel], answer[2 * area + pixel])
          target[pixel] = strength < faintest ? 0 : min(strength, 1)
        }
      }
    }
    return strongest.resized(to: Size2D(height: frame.height, width: frame.width), .bilinear, antialias: true)
      .values
  }

  /// SketchKeras answers below this are noise.
  private static let faintest: Float = 0.18

  /// Channels `[N, 1, H, W]` in 0...255 minus their Gaussian blur of three pixels, over 128; the image is reflected. The
  /// blur is rounded to whole levels as in the original, so that even areas are exactly zero.
  private static func highPass(_ channels: Tensor) -> Tensor {
    let (sigma, reach) = (3.0, min(9, channels.shape[2] - 1, channels.shape[3] - 1))
    let taps = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = taps.reduce(0, +)
    let weights = taps.map { Float($0 / sum) }
    let blurred = channels.padded(Padding2D(height: reach, width: reach), mode: .reflect)
      .convolved2D(Tensor(shape: [1, 1, 1, weights.count], weights))
      .convolved2D(Tensor(shape: [1, 1, weights.count, 1], weights)).mapped { $0.rounded() }
    return (channels - blurred) * (1.0 / 128)
  }

  /// `[1, 3, H, W]` with every channel of the given order through `function`.
  private static func tensor(
    _ frame: Frame, order: [Int] = [0, 1, 2], _ function: (_ channel: Int, _ value: Float) -> Float
  ) -> Tensor {
    let count = frame.width * frame.height
    return Tensor(shape: [1, 3, frame.height, frame.width]) { target in
      for (channel, source) in order.enumerated() {
        for pixel in 0..<count {
          target[channel * count + pixel] = function(channel, Float(frame.rgb[3 * pixel + source]))
        }
      }
    }
  }
}
