internal import EvalCore
internal import Imaging
internal import TensorCore

/// How published implementations of FVD prepare clips and form covariances. Each gives another number.
enum FVDConvention: String, Sendable, CaseIterable {
  /// Shorter side to 224 bilinearly, centre crop, 2x - 1.
  case commonMetrics = "common-metrics"
  /// TensorFlow 1's bilinear to 224x224, 2x/255 - 1.
  case google
  /// Bilinear with half-pixel centres to 224x224, 2x/255 - 1; covariance over n.
  case styleGANV = "styleganv"
  /// As common-metrics from values truncated to 8 bits.
  case videoGPT = "videogpt"

  var normalization: FrechetStatistics.Normalization { self == .styleGANV ? .population : .unbiased }

  /// One frame as `[3, 224, 224]` in -1...1.
  func input(_ frame: Frame) -> Tensor {
    let side = I3D.side
    switch self {
    case .google:
      let resizer = Resizer(
        from: frame.size, to: FrameSize(width: side, height: side), filter: .tf1Bilinear)
      return Tensor(resizer.float(frame)) { 2 * $0 / 255 - 1 }
    case .styleGANV:
      return resized(Tensor(frame) { _, level in Float(level) }, side, side).mapped { 2 * $0 / 255 - 1 }
    case .commonMetrics:
      return cropped(Tensor(frame) { _, level in Float(level) / 255 }).mapped { 2 * $0 - 1 }
    case .videoGPT:
      let truncated = Tensor(frame) { _, level in (Float(level) / 255 * 255).rounded(.down) / 255 }
      return cropped(truncated).mapped { 2 * ($0 - 0.5) }
    }
  }

  /// The shorter side to 224, the longer one rounded up, then the centre.
  private func cropped(_ x: Tensor) -> Tensor {
    let side = I3D.side
    let (height, width) = (x.shape[1], x.shape[2])
    let shorter = min(height, width)
    func scaled(_ size: Int) -> Int { size == shorter ? side : (size * side + shorter - 1) / shorter }
    let y = resized(x, scaled(height), scaled(width))
    let top = (y.shape[1] - side) / 2
    let left = (y.shape[2] - side) / 2
    return y.slice(axis: 1, top..<(top + side)).slice(axis: 2, left..<(left + side))
  }

  private func resized(_ x: Tensor, _ height: Int, _ width: Int) -> Tensor {
    x.images.resized(to: Size2D(height: height, width: width), .bilinear).reshaped(3, height, width)
  }
}

/// Which frames of a clip become rows of features.
enum FVDFrames: Sendable, Hashable {
  /// The first 16 consecutive frames.
  case firstWindow
  /// All frames in one pass.
  case whole
  /// Every window of 16 frames at a stride.
  case windows(stride: Int)

  /// Frames of a window.
  static let window = 16
  /// Shortest clip that is taken whole: below it padding in time dominates.
  static let shortestWhole = 10

  static let legal = ["window16", "whole", "windows16-stride16"]

  /// Reads the option's text; nil for anything else.
  init?(_ text: String) {
    switch text {
    case "window16": self = .firstWindow
    case "whole": self = .whole
    default:
      let prefix = "windows16-stride"
      guard text.hasPrefix(prefix), let stride = Int(text.dropFirst(prefix.count)),
        (1...10_000).contains(stride)
      else { return nil }
      self = .windows(stride: stride)
    }
  }

  var text: String {
    switch self {
    case .firstWindow: "window16"
    case .whole: "whole"
    case .windows(let stride): "windows16-stride\(stride)"
    }
  }

  /// Frames below which a clip gives no row.
  var shortest: Int { self == .whole ? Self.shortestWhole : Self.window }
}
