internal import CTensorKernels

/// What sampling finds outside an image.
public enum SamplingBorder: Sendable, Hashable {
  /// Zeros.
  case zeros
  /// The nearest edge pixel.
  case edge
}

extension Tensor {
  /// Images `[N, C, H, W]` read at places `[N, H', W', 2]`, linearly between pixels; gives `[N, C, H', W']`.
  ///
  /// A place is (x, y) with -1 and 1 at the two ends of the image, as PyTorch's `grid_sample` has it; `alignment` says
  /// whether the ends are the outer edges or the centres of the corner pixels. A place that is not a number reads
  /// zero, or the first pixel with `border` `edge`.
  public func sampled(
    at places: Tensor, border: SamplingBorder = .zeros, alignment: GridAlignment = .edges
  ) -> Tensor {
    precondition(
      rank == 4 && places.rank == 4 && places.shape[0] == shape[0] && places.shape[3] == 2,
      "places \(Shape.text(places.shape)) do not fit images \(Shape.text(shape))")
    precondition(
      shape[2] * shape[3] > 0 || places.count == 0, "images \(Shape.text(shape)) have no pixels to read")
    precondition(shape[2] * shape[3] < Int(Int32.max), "images \(Shape.text(shape)) are too large to sample")
    let (samples, channels) = (shape[0], shape[1])
    let (inputArea, outputArea) = (shape[2] * shape[3], places.shape[1] * places.shape[2])
    let across = alignment.steps(shape[3])
    let down = alignment.steps(shape[2])
    return withUnsafeBufferPointer { source in
      places.withUnsafeBufferPointer { grid in
        Tensor(shape: [samples, channels, places.shape[1], places.shape[2]]) { target in
          guard let from = source.baseAddress, let grid = grid.baseAddress, let to = target.baseAddress else {
            return
          }
          let grain = min(max(4096 / channels / 64, 1) * 64, outputArea)
          let parts = (outputArea + grain - 1) / grain
          let together = max(4096 / (grain * channels), 1)
          ComputeBudget.forEachRange(samples * parts, grain: together) { range in
            var sampling = ct_sampling(
              channels: channels, height: shape[2], width: shape[3], column_scale: across.scale,
              column_shift: across.shift, row_scale: down.scale, row_shift: down.shift,
              repeats_edge: border == .edge ? 1 : 0)
            for index in range {
              let (sample, first) = (index / parts, index % parts * grain)
              ct_sample(
                to + sample * channels * outputArea + first, outputArea, from + sample * channels * inputArea,
                &sampling, grid + (sample * outputArea + first) * 2, min(grain, outputArea - first),
                CT_VECTOR_AUTO)
            }
          }
        }
      }
    }
  }
}

extension GridAlignment {
  /// The pixel coordinate of a place between -1 and 1 is (place + 1) * scale + shift.
  fileprivate func steps(_ size: Int) -> (scale: Float, shift: Float) {
    switch self {
    case .edges: return (Float(size) / 2, -0.5)
    case .corners: return (Float(size - 1) / 2, 0)
    }
  }
}
