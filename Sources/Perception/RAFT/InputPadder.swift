public import TensorCore

/// Extends images to sides that are multiples of 8 by repeating their edges, and cuts results back.
///
/// What is added is split as evenly as possible; an odd row or column goes to the bottom or right. Source:
/// `InputPadder` of RAFT's release in its default mode.
public struct InputPadder: Sendable {
  /// What is added on each side.
  public let padding: Padding2D
  private let height: Int
  private let width: Int

  /// For images of this size.
  public init(height: Int, width: Int) {
    let (rows, columns) = ((8 - height % 8) % 8, (8 - width % 8) % 8)
    padding = Padding2D(
      top: rows / 2, bottom: rows - rows / 2, left: columns / 2, right: columns - columns / 2)
    self.height = height
    self.width = width
  }

  /// The size after padding.
  public var paddedSize: Size2D {
    Size2D(height: padding.top + height + padding.bottom, width: padding.left + width + padding.right)
  }

  /// `[N, C, H, W]` with its edges repeated.
  public func pad(_ images: Tensor) -> Tensor { images.padded(padding, mode: .replicate) }

  /// The part of a result `[N, C, H', W']` that belongs to the image.
  public func crop(_ result: Tensor) -> Tensor {
    result.slice(axis: 2, padding.top..<padding.top + height)
      .slice(axis: 3, padding.left..<padding.left + width)
  }
}
