/// What lies outside an image.
public enum PaddingMode: Sendable, Hashable {
  /// Zeros.
  case zero
  /// The image mirrored at its edge elements, which are not repeated; the padding must be smaller than the image.
  case reflect
  /// The nearest edge element.
  case replicate
}

extension Tensor {
  /// Adds rows and columns to the last two dimensions.
  public func padded(_ padding: Padding2D, mode: PaddingMode = .zero) -> Tensor {
    padded(axis: -2, before: padding.top, after: padding.bottom, mode: mode)
      .padded(axis: -1, before: padding.left, after: padding.right, mode: mode)
  }

  /// Adds elements before and after one dimension. A negative `axis` counts from the end.
  public func padded(axis: Int, before: Int, after: Int, mode: PaddingMode = .zero) -> Tensor {
    let axis = checkedAxis(axis)
    let size = shape[axis]
    precondition(before >= 0 && after >= 0, "a padding of \(before) and \(after) would crop")
    switch mode {
    case .zero: break
    case .reflect:
      precondition(max(before, after) < size, "a reflection of \(max(before, after)) needs more than \(size)")
    case .replicate: precondition(size > 0, "nothing can be repeated in \(Shape.text(shape))")
    }
    if before == 0 && after == 0 { return self }
    let sources = (-before..<size + after).map { mode.source(of: $0, size: size) }
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var sizes = shape
    sizes[axis] = sources.count
    return withUnsafeBufferPointer { source in
      Tensor(shape: sizes) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        ComputeBudget.forEachRange(outer, grain: max(1, (1 << 15) / max(sources.count * inner, 1))) { range in
          for index in range {
            for (position, place) in sources.enumerated() {
              let row = to + (index * sources.count + position) * inner
              if let place {
                row.update(from: from + (index * size + place) * inner, count: inner)
              } else {
                row.update(repeating: 0, count: inner)
              }
            }
          }
        }
      }
    }
  }
}

extension PaddingMode {
  /// The element that stands at `index`, which may lie outside; nil for a zero.
  fileprivate func source(of index: Int, size: Int) -> Int? {
    if index >= 0 && index < size { return index }
    switch self {
    case .zero: return nil
    case .reflect: return index < 0 ? -index : 2 * (size - 1) - index
    case .replicate: return index < 0 ? 0 : size - 1
    }
  }
}
