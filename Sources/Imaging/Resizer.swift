public import EvalCore

/// Resizes frames of one size to another with one filter. Weights are computed once; calls are thread-safe.
public struct Resizer: Sendable {
  /// Size of the frames that go in.
  public let input: FrameSize
  /// Size of the frames that come out.
  public let output: FrameSize
  /// The filter.
  public let filter: ResizeFilter
  let horizontal: ResizeTaps
  let vertical: ResizeTaps
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
    return Frame(rounding: floatingPoint(frame), size: output)
  }

  /// The resized frame before rounding, values about 0…255 (cubic and Lanczos overshoot). For the `pillow`
  /// filters: Pillow's rounded values as floats, since it has no others.
  public func float(_ frame: Frame) -> FloatImage {
    check(frame)
    if input == output { return FloatImage(frame) }
    if let fixedPoint { return FloatImage(fixedPoint(frame)) }
    return FloatImage(
      width: output.width, height: output.height, channels: 3, values: floatingPoint(frame).map(Float.init))
  }

  private func check(_ frame: Frame) {
    precondition(frame.size == input, "the resizer takes frames of \(input), got \(frame.size)")
  }
}

extension Frame {
  /// Rounds to 8 bits, half to even, clamped to 0…255.
  ///
  /// Double precision leaves sums that are halfway between two levels off by a few units of the last place,
  /// up or down by the order of summation; they are moved to the half they stand for first.
  init(rounding values: [Double], size: FrameSize) {
    // Adding and taking away leaves a whole number, halves to even: the processor's own rounding, without a
    // call.
    let shift = 0x1.8p52
    let rgb = [UInt8](unsafeUninitializedCapacity: values.count) { buffer, count in
      values.withUnsafeBufferPointer { source in
        for index in 0..<source.count {
          let doubled = 2 * min(255, max(0, source[index]))
          let nearest = (doubled + shift) - shift
          let value = abs(doubled - nearest) < 1e-9 ? nearest / 2 : doubled / 2
          buffer.initializeElement(at: index, to: UInt8((value + shift) - shift))
        }
      }
      count = values.count
    }
    self.init(width: size.width, height: size.height, rgb: rgb)
  }
}
