public import EvalCore
internal import Imaging
public import TensorCore

/// Frames as the network takes and gives them.
public enum Picture {
  /// A coloured frame as `[1, 3, H, W]` in -1…1.
  public static func tensor(_ frame: Frame) -> Tensor {
    // In the release's order of operations.
    planes(frame) { Float($0) / 255 * 2 - 1 }
  }

  /// Lineart, dark lines on white, as `[1, 3, H, W]`, 1 on lines and 0 on paper.
  public static func lineart(_ frame: Frame) -> Tensor { planes(frame) { 1 - Float($0) / 255 } }

  /// Frames of pictures `[N, 3, H, W]` in -1…1, clamped and truncated to 8 bits as the release does.
  public static func frames(_ pictures: Tensor) -> [Frame] {
    let (height, width) = (pictures.shape[2], pictures.shape[3])
    let area = height * width
    return pictures.withUnsafeBufferPointer { values in
      (0..<pictures.shape[0]).map { index in
        let start = index * 3 * area
        let rgb = [UInt8](unsafeUninitializedCapacity: 3 * area) { buffer, count in
          for position in 0..<area {
            for channel in 0..<3 {
              let value = min(max(values[start + channel * area + position], -1), 1)
              buffer[3 * position + channel] = UInt8((value + 1) / 2 * 255)
            }
          }
          count = 3 * area
        }
        return Frame(width: width, height: height, rgb: rgb)
      }
    }
  }

  /// A frame at another size, as the release resizes: Pillow's bilinear filter on 8-bit values.
  public static func resized(_ frame: Frame, to size: FrameSize) -> Frame {
    Resizer(from: frame.size, to: size, filter: .pillowBilinear)(frame)
  }

  private static func planes(_ frame: Frame, _ value: (UInt8) -> Float) -> Tensor {
    let area = frame.width * frame.height
    let table = (0...255).map { value(UInt8($0)) }
    return Tensor(shape: [1, 3, frame.height, frame.width]) { target in
      frame.rgb.withUnsafeBufferPointer { rgb in
        for channel in 0..<3 {
          for position in 0..<area {
            target[channel * area + position] = table[Int(rgb[3 * position + channel])]
          }
        }
      }
    }
  }
}
