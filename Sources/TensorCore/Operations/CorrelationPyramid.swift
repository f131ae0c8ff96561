internal import CTensorKernels

/// How well every place of one feature map matches every place of another, at several scales of the second.
///
/// Source: Teed and Deng, RAFT, section 3.2: dot products of all pairs of feature vectors over the root of their
/// length; each further level averages 2x2 matches, so that a window of one size looks twice as far.
public struct CorrelationPyramid: Sendable {
  /// Largest radius of a window.
  public static let maximumRadius = Int(CT_CORRELATION_MAX_RADIUS)

  private let samples: Int
  private let height: Int
  private let width: Int
  /// `[N, H * W, h, w]` per level, finest first.
  private let levels: [Tensor]

  /// Correlates two feature maps `[N, C, H, W]`. Odd sizes lose their last row or column at each level; the
  /// coarsest level must keep at least one element.
  public init(_ first: Tensor, _ second: Tensor, levels levelCount: Int) {
    precondition(
      first.rank == 4 && first.shape == second.shape && first.shape[1] > 0,
      "feature maps \(Shape.text(first.shape)) and \(Shape.text(second.shape)) cannot be correlated")
    precondition(
      levelCount > 0 && min(first.shape[2], first.shape[3]) >> (levelCount - 1) > 0,
      "feature maps \(Shape.text(first.shape)) have no \(levelCount) levels")
    samples = first.shape[0]
    height = first.shape[2]
    width = first.shape[3]
    let channels = first.shape[1]
    let queries =
      first.reshaped(samples, channels, height * width).permuted(0, 2, 1)
      * (1 / Float(channels).squareRoot())
    var levels: [Tensor] = []
    // Averaging commutes with the dot product, so the features are averaged instead of the far larger volume.
    var keys = second
    for level in 0..<levelCount {
      if level > 0 { keys = keys.averagePooled2D(kernel: 2, stride: 2, includesPadding: false) }
      let area = keys.shape[2] * keys.shape[3]
      levels.append(
        queries.matrixProduct(keys.reshaped(samples, channels, area))
          .reshaped(samples, height * width, keys.shape[2], keys.shape[3]))
    }
    self.levels = levels
  }

  /// The matches around the places `coordinates` `[N, 2, H, W]`, x then y, in pixels of the second map:
  /// `[N, levels * (2 radius + 1)^2, H, W]`.
  ///
  /// At level `l` the window is centred at the place divided by `2^l`; channel `(2 radius + 1) * i + j` within a
  /// level looks `i - radius` to the right and `j - radius` down, linearly between elements, zero outside. Levels
  /// follow one another from fine to coarse.
  public func windows(at coordinates: Tensor, radius: Int) -> Tensor {
    precondition(
      coordinates.shape == [samples, 2, height, width],
      "places \(Shape.text(coordinates.shape)) do not fit \(Shape.text([samples, 2, height, width]))")
    precondition(
      (0...Self.maximumRadius).contains(radius),
      "a radius of \(radius) is not between 0 and \(Self.maximumRadius)")
    let area = height * width
    let entries = (2 * radius + 1) * (2 * radius + 1)
    let channels = levels.count * entries
    let rowsOfWork = (area + Self.grain - 1) / Self.grain
    return coordinates.withUnsafeBufferPointer { places in
      Tensor(shape: [samples, channels, height, width]) { target in
        guard let from = places.baseAddress, let to = target.baseAddress else { return }
        for (level, volume) in levels.enumerated() {
          let (rows, columns) = (volume.shape[2], volume.shape[3])
          volume.withUnsafeBufferPointer { source in
            guard let planes = source.baseAddress else { return }
            ComputeBudget.forEachTile(samples * rowsOfWork) { tile in
              let sample = tile / rowsOfWork
              let start = tile % rowsOfWork * Self.grain
              let x = from + sample * 2 * area + start
              ct_correlation_windows(
                to + (sample * channels + level * entries) * area + start, area,
                planes + (sample * area + start) * rows * columns, rows, columns, x, x + area,
                min(Self.grain, area - start), 1 / Float(1 << level), Int32(radius), CT_VECTOR_AUTO)
            }
          }
        }
      }
    }
  }

  /// Places per tile.
  private static let grain = 128
}
