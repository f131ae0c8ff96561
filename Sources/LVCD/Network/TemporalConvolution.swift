internal import Checkpoints
internal import NeuralLayers
internal import TensorCore

/// A convolution over three neighbouring frames of a clip held as `[T, C, H, W]`, kernel (3, 1, 1), zero at
/// both ends.
struct ClipConvolution: Sendable {
  private let conv: Conv3D
  private let outputs: Int
  /// Elements of the clip that are rearranged at a time: positions do not see each other.
  private static let piece = 1 << 23

  init(_ w: WeightScope, _ inputs: Int, _ outputs: Int) throws(CheckpointError) {
    conv = try Conv3D(
      w, inputs, outputs, kernel: Size3D(frames: 3, height: 1, width: 1),
      padding: Size3D(frames: 1, height: 0, width: 0))
    self.outputs = outputs
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (frames, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let area = height * width
    let planes = x.reshaped(frames, channels, area)
    let result = planes.pieceByPiece(length: max(1, Self.piece / (frames * channels)), channels: outputs) {
      let clip = $0.permuted(1, 0, 2).reshaped(1, channels, frames, 1, $0.shape[2])
      return conv(clip).reshaped(outputs, frames, $0.shape[2]).permuted(1, 0, 2)
    }
    return result.reshaped(frames, outputs, height, width)
  }
}

/// A `ClipConvolution` of the video frames; reference frames stand alone.
///
/// The neighbours of a reference frame are zero, so it needs the kernel's middle only. Source: LVCD, section
/// 4.2; the authors' release pads every reference frame with zero frames instead, which gives the same.
struct TemporalConvolution: Sendable {
  private let video: ClipConvolution
  /// `[out, in, 1, 1]`.
  private let middle: PreparedWeight
  private let bias: Tensor

  init(_ w: WeightScope, _ inputs: Int, _ outputs: Int) throws(CheckpointError) {
    video = try ClipConvolution(w, inputs, outputs)
    let kernels = try w.weight("weight", outputs, inputs, 3, 1, 1)
    let middles = kernels.float32().slice(axis: 2, 1..<2).reshaped(outputs, inputs, 1, 1)
    // As small as the file has it: these copies cannot be mapped.
    let stored = kernels.scalarType.isFloatingPoint && kernels.scalarType != .float64
    middle = PreparedWeight(WeightTensor(middles).converted(to: stored ? kernels.scalarType : .float32))
    bias = try w.tensor("bias", outputs)
  }

  func callAsFunction(_ x: Tensor, references: Int) -> Tensor {
    if references == 0 { return video(x) }
    let alone = x.slice(axis: 0, 0..<references).convolved2D(middle, bias: bias)
    return Tensor.concatenation([alone, video(x.slice(axis: 0, references..<x.shape[0]))], axis: 0)
  }
}
