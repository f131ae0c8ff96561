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
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let (outputHeight, outputWidth) = (places.shape[1], places.shape[2])
    let outputArea = outputHeight * outputWidth
    return withUnsafeBufferPointer { source in
      places.withUnsafeBufferPointer { grid in
        Tensor(shape: [shape[0], channels, outputHeight, outputWidth]) { target in
          let grain = max(4096 / max(outputWidth * channels, 1), 1)
          ComputeBudget.forEachRange(shape[0] * outputHeight, grain: grain) { tiles in
            for index in tiles.lowerBound * outputWidth..<tiles.upperBound * outputWidth {
              let (tile, column) = (index / outputWidth, index % outputWidth)
              let output = tile % outputHeight * outputWidth + column
              let sample = tile / outputHeight
              let place = (sample * outputArea + output) * 2
              let x = alignment.pixel(grid[place], size: width)
              let y = alignment.pixel(grid[place + 1], size: height)
              let across = BilinearTap(x, size: width, border: border)
              let down = BilinearTap(y, size: height, border: border)
              for channel in 0..<channels {
                let plane = (sample * channels + channel) * height
                let upper = (plane + down.first) * width
                let lower = (plane + down.second) * width
                let above =
                  source[upper + across.first] * across.firstWeight
                  + source[upper + across.second] * across.secondWeight
                let below =
                  source[lower + across.first] * across.firstWeight
                  + source[lower + across.second] * across.secondWeight
                let value = above * down.firstWeight + below * down.secondWeight
                target[(sample * channels + channel) * outputArea + output] = value
              }
            }
          }
        }
      }
    }
  }
}

/// Two neighbouring pixels and their weights; pixels outside weigh nothing.
private struct BilinearTap {
  var first = 0
  var second = 0
  var firstWeight: Float = 0
  var secondWeight: Float = 0

  init(_ place: Float, size: Int, border: SamplingBorder) {
    var place = place
    if border == .edge { place = min(max(place.isNaN ? 0 : place, 0), Float(size - 1)) }
    guard place > -1, place < Float(size) else { return }
    // The largest integer not above `place`, which is more than -1: rounding down itself is a call where the compiler
    // may not assume SSE 4.1.
    let index = place < 0 ? -1 : Int(place)
    let fraction = place - Float(index)
    if index >= 0 {
      first = index
      firstWeight = 1 - fraction
    }
    if index + 1 < size {
      second = index + 1
      secondWeight = fraction
    }
  }
}

extension GridAlignment {
  /// The pixel coordinate of a place between -1 and 1.
  fileprivate func pixel(_ place: Float, size: Int) -> Float {
    switch self {
    case .edges: return ((place + 1) * Float(size) - 1) / 2
    case .corners: return (place + 1) / 2 * Float(size - 1)
    }
  }
}
