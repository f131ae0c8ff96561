internal import EvalCore
internal import Imaging
internal import TensorCore

extension Tensor {
  /// A frame as `[3, H, W]`; `value(channel, level)` gives a channel's number for a level of 0...255.
  init(_ frame: Frame, _ value: (Int, Int) -> Float) {
    let table = (0..<3).map { channel in (0..<256).map { value(channel, $0) } }
    let area = frame.width * frame.height
    self.init(shape: [3, frame.height, frame.width]) { target in
      frame.rgb.withUnsafeBufferPointer { source in
        for channel in 0..<3 {
          table[channel].withUnsafeBufferPointer { levels in
            for pixel in 0..<area {
              target[channel * area + pixel] = levels[Int(source[3 * pixel + channel])]
            }
          }
        }
      }
    }
  }

  /// A float image of three channels as `[3, H, W]`, every value through `value`.
  init(_ image: FloatImage, _ value: (Float) -> Float) {
    let area = image.width * image.height
    self.init(shape: [3, image.height, image.width]) { target in
      image.values.withUnsafeBufferPointer { source in
        for channel in 0..<3 {
          for pixel in 0..<area { target[channel * area + pixel] = value(source[3 * pixel + channel]) }
        }
      }
    }
  }
}
