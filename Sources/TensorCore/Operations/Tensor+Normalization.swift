internal import CTensorKernels

/// What a normalization applies to its result in the same pass.
public enum FusedActivation: Sendable, Hashable {
  /// Nothing.
  case none
  /// x sigmoid(x).
  case silu
}

extension Tensor {
  /// Group normalization of `[N, C, ...]`: every group of `C / groups` channels of a sample gets mean 0 and variance
  /// 1, then each channel its weight and bias, `[C]` each.
  ///
  /// Mean and variance (biased) are accumulated in double precision, in two passes.
  ///
  /// - Parameters:
  ///   - samplesTogether: consecutive samples that share statistics, for clips held as frames `[T, C, H, W]`; a
  ///     divisor of `N`. With `samplesTogether` T this equals normalization of `[1, C, T, H, W]`.
  ///   - activation: applied after weight and bias.
  public func groupNormalized(
    groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5, samplesTogether: Int = 1,
    activation: FusedActivation = .none
  ) -> Tensor {
    precondition(
      rank >= 2 && groups > 0 && shape[1] % groups == 0 && samplesTogether > 0
        && shape[0] % samplesTogether == 0,
      "\(groups) groups over \(samplesTogether) samples do not divide \(Shape.text(shape))")
    let channels = shape[1]
    Tensor.checkScale(weight, channels)
    Tensor.checkScale(bias, channels)
    let groupChannels = channels / groups
    let area = shape.dropFirst(2).reduce(1, *)
    let weights = weight?.values
    let biases = bias?.values
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        ComputeBudget.forEachTile(shape[0] / samplesTogether * groups) { tile in
          let (clip, group) = (tile / groups, tile % groups)
          let starts = (0..<samplesTogether).map { sample in
            ((clip * samplesTogether + sample) * channels + group * groupChannels) * area
          }
          let parts = starts.map { UnsafeBufferPointer(start: from + $0, count: groupChannels * area) }
          let statistics = Statistics(parts, epsilon: epsilon)
          for start in starts {
            for index in 0..<groupChannels {
              let channel = group * groupChannels + index
              let (scale, shift) = statistics.affine(weights?[channel] ?? 1, biases?[channel] ?? 0)
              let offset = start + index * area
              ct_affine(
                to + offset, from + offset, area, statistics.center, scale, shift,
                activation == .silu ? 1 : 0,
                CT_VECTOR_AUTO)
            }
          }
        }
      }
    }
  }

  /// Instance normalization of `[N, C, ...]`: every channel of every sample on its own.
  public func instanceNormalized(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor
  {
    precondition(rank >= 2, "a tensor \(Shape.text(shape)) has no channels")
    return groupNormalized(groups: shape[1], weight: weight, bias: bias, epsilon: epsilon)
  }

  /// Normalization of every row of the last dimension, then its weight and bias, `[width]` each.
  public func layerNormalized(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    precondition(rank >= 1, "one number cannot be normalized")
    let width = shape[rank - 1]
    Tensor.checkScale(weight, width)
    Tensor.checkScale(bias, width)
    let weights = weight?.values ?? [Float](repeating: 1, count: width)
    let biases = bias?.values ?? [Float](repeating: 0, count: width)
    let rows = shape.dropLast().reduce(1, *)
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        ComputeBudget.forEachRange(rows, grain: max(1, (1 << 14) / max(width, 1))) { range in
          let start = range.lowerBound * width
          ct_normalize_rows(
            to + start, from + start, range.count, width, weights, biases, epsilon, CT_VECTOR_AUTO)
        }
      }
    }
  }

  /// `x scale + shift` with one pair per channel of `[N, C, ...]`; a batch normalization with fixed statistics.
  public func scaledPerChannel(_ scale: Tensor, shift: Tensor, activation: FusedActivation = .none) -> Tensor
  {
    precondition(rank >= 2, "a tensor \(Shape.text(shape)) has no channels")
    let channels = shape[1]
    Tensor.checkScale(scale, channels)
    Tensor.checkScale(shift, channels)
    let area = shape.dropFirst(2).reduce(1, *)
    let scales = scale.values
    let shifts = shift.values
    return withUnsafeBufferPointer { source in
      Tensor(shape: shape) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        ComputeBudget.forEachTile(shape[0] * channels) { plane in
          let channel = plane % channels
          ct_affine(
            to + plane * area, from + plane * area, area, 0, scales[channel], shifts[channel],
            activation == .silu ? 1 : 0, CT_VECTOR_AUTO)
        }
      }
    }
  }

  private static func checkScale(_ scale: Tensor?, _ channels: Int) {
    guard let scale else { return }
    precondition(
      scale.shape == [channels], "one number for each of \(channels) channels, got \(Shape.text(scale.shape))"
    )
  }
}

/// Mean and deviation of values in several parts.
private struct Statistics {
  /// The mean rounded to float32. It is subtracted first: the difference is exact near it, and a large mean does not
  /// cost the digits of the result.
  let center: Float
  /// What rounding took from the mean.
  private let remainder: Double
  /// 1 / √(variance + epsilon).
  private let inverseDeviation: Double

  init(_ parts: [UnsafeBufferPointer<Float>], epsilon: Double) {
    let count = Double(parts.reduce(0) { $0 + $1.count })
    let mean = parts.reduce(0) { $0 + Reduction.sum($1) } / count
    let squares = parts.reduce(0) { $0 + Reduction.squaredDeviation($1, mean: mean) }
    center = Float(mean)
    remainder = mean - Double(center)
    inverseDeviation = 1 / (squares / count + epsilon).squareRoot()
  }

  /// The factors of `(x - center) scale + shift` that normalize and then apply a weight and a bias.
  func affine(_ weight: Float, _ bias: Float) -> (scale: Float, shift: Float) {
    let scale = Double(weight) * inverseDeviation
    return (Float(scale), Float(Double(bias) - remainder * scale))
  }
}
