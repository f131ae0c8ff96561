public import EvalCore

/// Resizes frames of one size to another with one filter. Weights are computed once; calls are thread-safe.
public struct Resizer: Sendable {
  /// Size of the frames that go in.
  public let input: FrameSize
  /// Size of the frames that come out.
  public let output: FrameSize
  /// The filter.
  public let filter: ResizeFilter
  private let horizontal: ResizeTaps
  private let vertical: ResizeTaps
  private let fixedPoint: FixedPointResize?
  private let floatingPoint: FloatResize

  /// Prepares resizing `from` one size `to` another.
  public init(from input: FrameSize, to output: FrameSize, filter: ResizeFilter) {
    precondition(
      input.width > 0 && input.height > 0 && output.width > 0 && output.height > 0,
      "cannot resize \(input) to \(output)")
    self.input = input
    self.output = output
    self.filter = filter
    horizontal = ResizeTaps(from: input.width, to: output.width, filter: filter)
    vertical = ResizeTaps(from: input.height, to: output.height, filter: filter)
    floatingPoint = FloatResize(horizontal: horizontal, vertical: vertical)
    fixedPoint = filter.isFixedPoint ? FixedPointResize(horizontal: horizontal, vertical: vertical) : nil
  }

  /// The resized frame, rounded once to 8 bits, half to even (the `pillow` filters round as Pillow does). A
  /// frame that already has the size comes back unchanged.
  public func callAsFunction(_ frame: Frame) -> Frame {
    check(frame)
    if input == output { return frame }
    if let fixedPoint { return fixedPoint(frame) }
    return floatingPoint(frame).rounded()
  }

  /// The resized frame before rounding, values about 0…255 (cubic and Lanczos overshoot). For the `pillow`
  /// filters: Pillow's rounded values as floats, since it has no others.
  public func float(_ frame: Frame) -> FloatImage {
    check(frame)
    if input == output { return FloatImage(frame) }
    if let fixedPoint { return FloatImage(fixedPoint(frame)) }
    return floatingPoint(frame)
  }

  private func check(_ frame: Frame) {
    precondition(frame.size == input, "the resizer takes frames of \(input), got \(frame.size)")
  }
}
