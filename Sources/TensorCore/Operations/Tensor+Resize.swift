/// How values between pixels are found.
public enum Interpolation: Sendable, Hashable {
  /// The pixel whose place is `floor(output * scale)`, PyTorch's "nearest".
  case nearest
  /// Linear between neighbours.
  case bilinear
  /// Cubic convolution; Keys' parameter is -0.75 as in PyTorch and OpenCV, with antialiasing -0.5 as in Pillow.
  case bicubic
}

/// Which points of the old and the new grid coincide.
public enum GridAlignment: Sendable, Hashable {
  /// The outer edges of the corner pixels; PyTorch's `align_corners=False`.
  case edges
  /// The centres of the corner pixels; PyTorch's `align_corners=True`.
  case corners
}

extension Tensor {
  /// Images `[N, C, H, W]` at another size.
  ///
  /// - Parameters:
  ///   - alignment: without effect on `nearest`.
  ///   - antialias: widens the filter by the scale where the image shrinks; for `bilinear` and `bicubic` with
  ///     aligned edges only.
  public func resized(
    to size: Size2D, _ interpolation: Interpolation, alignment: GridAlignment = .edges,
    antialias: Bool = false
  ) -> Tensor {
    precondition(
      rank == 4 && size.height > 0 && size.width > 0 && shape[2] > 0 && shape[3] > 0,
      "images \(Shape.text(shape)) cannot be resized to \(size.height) x \(size.width)")
    precondition(
      !antialias || (alignment == .edges && interpolation != .nearest),
      "antialiasing needs aligned edges and a bilinear or bicubic filter")
    let columns = ResampleTable(shape[3], size.width, interpolation, alignment, antialias)
    let rows = ResampleTable(shape[2], size.height, interpolation, alignment, antialias)
    return resampledColumns(columns).resampledRows(rows)
  }

  private func resampledColumns(_ table: ResampleTable) -> Tensor {
    if table.isIdentity { return self }
    let (width, outputs) = (shape[3], table.taps.count)
    let rows = shape[0] * shape[1] * shape[2]
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape.dropLast() + [outputs]) { target in
        ComputeBudget.forEachRange(rows, grain: max(1, (1 << 14) / outputs)) { range in
          for row in range {
            for (output, tap) in table.taps.enumerated() {
              var sum: Float = 0
              for (index, weight) in zip(tap.indices, tap.weights) {
                sum += weight * source[row * width + index]
              }
              target[row * outputs + output] = sum
            }
          }
        }
      }
    }
  }

  private func resampledRows(_ table: ResampleTable) -> Tensor {
    if table.isIdentity { return self }
    let (height, width, outputs) = (shape[2], shape[3], table.taps.count)
    return withUnsafeBufferPointer { source in
      Tensor(shape: [shape[0], shape[1], outputs, width]) { target in
        ComputeBudget.forEachTile(shape[0] * shape[1]) { plane in
          for (output, tap) in table.taps.enumerated() {
            let to = (plane * outputs + output) * width
            for column in 0..<width { target[to + column] = 0 }
            for (index, weight) in zip(tap.indices, tap.weights) {
              let from = (plane * height + index) * width
              for column in 0..<width { target[to + column] += weight * source[from + column] }
            }
          }
        }
      }
    }
  }
}

/// The inputs and weights of every output along one dimension, worked out in double precision.
private struct ResampleTable {
  struct Tap {
    var indices: [Int]
    var weights: [Float]
  }

  let taps: [Tap]
  let isIdentity: Bool

  init(
    _ input: Int, _ output: Int, _ interpolation: Interpolation, _ alignment: GridAlignment, _ antialias: Bool
  ) {
    isIdentity = input == output
    if interpolation == .nearest {
      taps = (0..<output).map { Tap(indices: [$0 * input / output], weights: [1]) }
    } else if antialias {
      taps = (0..<output).map { Self.filtered(input, output, $0, interpolation) }
    } else {
      taps = (0..<output).map { index in
        let place = alignment.source(of: index, input: input, output: output)
        return interpolation == .bilinear ? Self.linear(input, place) : Self.cubic(input, place)
      }
    }
  }

  private static func linear(_ input: Int, _ place: Double) -> Tap {
    let clamped = max(place, 0)
    let first = min(Int(clamped), input - 1)
    let fraction = min(clamped - Double(first), 1)
    return Tap(indices: [first, min(first + 1, input - 1)], weights: [Float(1 - fraction), Float(fraction)])
  }

  private static func cubic(_ input: Int, _ place: Double) -> Tap {
    let first = Int(place.rounded(.down))
    let fraction = place - Double(first)
    let distances = [fraction + 1, fraction, 1 - fraction, 2 - fraction]
    return Tap(
      indices: (first - 1...first + 2).map { min(max($0, 0), input - 1) },
      weights: distances.map { Float(cubicWeight($0, parameter: -0.75)) })
  }

  /// A filter as wide as the scale, with weights that add up to 1.
  private static func filtered(
    _ input: Int, _ output: Int, _ index: Int, _ interpolation: Interpolation
  ) -> Tap {
    let scale = Double(input) / Double(output)
    let stretch = max(scale, 1)
    let support = (interpolation == .bicubic ? 2.0 : 1.0) * stretch
    let center = scale * (Double(index) + 0.5)
    let first = max(Int(center - support + 0.5), 0)
    let end = min(Int(center + support + 0.5), input)
    let weights = (first..<end).map { place -> Double in
      let distance = abs((Double(place) + 0.5 - center) / stretch)
      return interpolation == .bicubic ? cubicWeight(distance, parameter: -0.5) : max(0, 1 - distance)
    }
    let total = weights.reduce(0, +)
    return Tap(indices: Array(first..<end), weights: weights.map { Float($0 / total) })
  }

  /// Keys, "Cubic convolution interpolation for digital image processing", 1981.
  private static func cubicWeight(_ distance: Double, parameter a: Double) -> Double {
    let x = abs(distance)
    if x <= 1 {
      let slope = (a + 2) * x - (a + 3)
      return slope * x * x + 1
    }
    guard x < 2 else { return 0 }
    let inner = (x - 5) * x + 8
    return a * (inner * x - 4)
  }
}

extension GridAlignment {
  /// The place in the input that output `index` takes its value from.
  fileprivate func source(of index: Int, input: Int, output: Int) -> Double {
    switch self {
    case .edges: return (Double(index) + 0.5) * Double(input) / Double(output) - 0.5
    case .corners: return output > 1 ? Double(index) * Double(input - 1) / Double(output - 1) : 0
    }
  }
}
