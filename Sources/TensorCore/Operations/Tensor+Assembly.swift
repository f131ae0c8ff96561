extension Tensor {
  /// Joins tensors along one dimension; the other sizes must agree. A negative `axis` counts from the end.
  public static func concatenation(_ parts: [Tensor], axis: Int) -> Tensor {
    guard let first = parts.first else { preconditionFailure("there is nothing to join") }
    let axis = first.checkedAxis(axis)
    var sizes = first.shape
    sizes[axis] = 0
    for part in parts {
      var expected = part.shape
      precondition(part.rank == first.rank, "ranks \(part.rank) and \(first.rank) cannot be joined")
      expected[axis] = first.shape[axis]
      precondition(
        expected == first.shape,
        "the shapes \(Shape.text(first.shape)) and \(Shape.text(part.shape)) cannot be joined along \(axis)")
      sizes[axis] += part.shape[axis]
    }
    let outer = sizes[..<axis].reduce(1, *)
    let row = sizes[axis...].reduce(1, *)
    return Tensor(shape: sizes) { target in
      var start = 0
      for part in parts {
        let length = part.shape[axis...].reduce(1, *)
        part.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          for index in 0..<outer {
            (to + index * row + start).update(from: from + index * length, count: length)
          }
        }
        start += length
      }
    }
  }

  /// The part of one dimension in `range`: a copy, but where the part lies in one piece, which shares the storage. A
  /// negative `axis` counts from the end.
  public func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    let axis = checkedAxis(axis)
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[axis],
      "\(range) lies outside dimension \(axis) of \(Shape.text(shape))")
    var sizes = shape
    sizes[axis] = range.count
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let (row, length) = (shape[axis] * inner, range.count * inner)
    if outer == 1 { return view(from: range.lowerBound * inner, shape: sizes) }
    return withUnsafeBufferPointer { source in
      Tensor(shape: sizes) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for index in 0..<outer {
          (to + index * length).update(from: from + index * row + range.lowerBound * inner, count: length)
        }
      }
    }
  }

  /// Applies a map that treats the samples of `[N, ...]` alone to one at a time, which bounds its memory.
  public func sampleBySample(_ body: (Tensor) -> Tensor) -> Tensor {
    guard shape[0] > 1 else { return body(self) }
    var first: Tensor? = body(slice(axis: 0, 0..<1))
    guard let shapeOfOne = first?.shape else { preconditionFailure("a result was just made") }
    let length = shapeOfOne.reduce(1, *)
    return Tensor(shape: [shape[0]] + shapeOfOne.dropFirst()) { target in
      for sample in 0..<shape[0] {
        let result = sample == 0 ? first.take() : body(slice(axis: 0, sample..<sample + 1))
        guard let result, result.shape == shapeOfOne else {
          preconditionFailure("samples of one shape became results of several")
        }
        result.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          (to + sample * length).update(from: from, count: length)
        }
      }
    }
  }

  /// Applies a map that treats the positions of `[N, C, L]` alone to `length` of them at a time, which bounds its
  /// memory; `body` turns `[N, C, l]` into `[N, channels, l]`.
  public func pieceByPiece(length: Int, channels: Int, _ body: (Tensor) -> Tensor) -> Tensor {
    precondition(rank == 3 && length > 0, "no pieces of \(length) of a tensor \(Shape.text(shape))")
    let (samples, positions) = (shape[0], shape[2])
    if positions <= length { return body(self) }
    return Tensor(shape: [samples, channels, positions]) { target in
      for start in stride(from: 0, to: positions, by: length) {
        let range = start..<min(start + length, positions)
        let result = body(slice(axis: 2, range))
        precondition(
          result.shape == [samples, channels, range.count],
          "a piece of \(range.count) positions became \(Shape.text(result.shape))")
        result.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          for row in 0..<samples * channels {
            (to + row * positions + start).update(from: from + row * range.count, count: range.count)
          }
        }
      }
    }
  }

  /// Sum of all elements, accumulated in double precision.
  public func sum() -> Double { withUnsafeBufferPointer { Reduction.sum($0) } }

  /// Mean of all elements, accumulated in double precision; NaN for no elements.
  public func mean() -> Double { sum() / Double(count) }

  /// Mean along one dimension, which disappears. A negative `axis` counts from the end.
  public func mean(axis: Int) -> Tensor {
    let axis = checkedAxis(axis)
    let last = axis == rank - 1 ? self : movedToEnd(axis)
    let length = last.shape[rank - 1]
    var sizes = shape
    sizes.remove(at: axis)
    return last.withUnsafeBufferPointer { source in
      Tensor(shape: sizes) { target in
        ComputeBudget.forEachRange(target.count, grain: max(1, (1 << 15) / max(length, 1))) { range in
          for row in range {
            let part = UnsafeBufferPointer(rebasing: source[row * length..<(row + 1) * length])
            target[row] = Float(Reduction.sum(part) / Double(length))
          }
        }
      }
    }
  }

  /// `axis` counted from the front.
  func checkedAxis(_ axis: Int) -> Int {
    let counted = axis < 0 ? axis + rank : axis
    precondition(
      counted >= 0 && counted < rank, "a tensor \(Shape.text(shape)) has no dimension \(axis)")
    return counted
  }

  /// `[outer, axis, inner]` with the dimension `axis` last.
  func movedToEnd(_ axis: Int) -> Tensor {
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let sizes = Array(shape[..<axis]) + Array(shape[(axis + 1)...]) + [shape[axis]]
    return reshaped([outer, shape[axis], inner]).permuted(0, 2, 1).reshaped(sizes)
  }

  /// The inverse of `movedToEnd`.
  func movedFromEnd(_ axis: Int) -> Tensor {
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[axis..<(rank - 1)].reduce(1, *)
    let sizes = Array(shape[..<axis]) + [shape[rank - 1]] + Array(shape[axis..<(rank - 1)])
    return reshaped([outer, inner, shape[rank - 1]]).permuted(0, 2, 1).reshaped(sizes)
  }
}
