public import EvalCore

/// The size at which the network works. Frames of another size are resized to it with Pillow's bilinear
/// filter, as the release does, and results back.
public enum WorkingSize: Sendable, Hashable, CustomStringConvertible {
  /// The size that the model was trained at.
  case native
  /// The clip's own size, each side rounded to the nearest multiple that the network can take.
  case input
  /// A given size, whose sides must be such multiples.
  case fixed(FrameSize)

  /// `native`, `input` or `WIDTHxHEIGHT`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "native": self = .native
    case "input": self = .input
    default:
      let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard sides.count == 2, let width = sides[0], let height = sides[1] else { return nil }
      guard (1...16384).contains(width), (1...16384).contains(height) else { return nil }
      self = .fixed(FrameSize(width: width, height: height))
    }
  }

  /// As it is written in settings.
  public var description: String {
    switch self {
    case .native: "native"
    case .input: "input"
    case .fixed(let size): size.description
    }
  }

  /// The size for frames of size `input`.
  ///
  /// - Throws: `ModelError.setting` when the network cannot take it.
  public func resolve(input: FrameSize, _ configuration: ModelConfiguration) throws(ModelError) -> FrameSize {
    let step = configuration.sizeGranularity
    func nearest(_ side: Int) -> Int { max(step, (side + step / 2) / step * step) }
    switch self {
    case .native:
      return FrameSize(
        width: configuration.latentWidth * configuration.spatialFactor,
        height: configuration.latentHeight * configuration.spatialFactor)
    case .input: return FrameSize(width: nearest(input.width), height: nearest(input.height))
    case .fixed(let size):
      guard size.width % step == 0, size.height % step == 0 else {
        throw .setting(
          name: "resolution", found: size.description,
          expected:
            "sides that are multiples of \(step), for example \(nearest(size.width))x\(nearest(size.height))")
      }
      return size
    }
  }
}
