internal import TensorCore

/// The noise of a clip: drawn once for the first segment and rotated for the next ones. LVCD, section 5.1,
/// and the authors' release.
struct SequenceNoise: Sendable {
  /// Noise of the current segment, `[T, C, h, w]`.
  private(set) var segment: Tensor
  /// Noise of the reference's latent, `[1, C, h, w]`.
  let posterior: Tensor
  private let overlap: Int

  /// Draws in the order of the release: the segment's noise, then the reference's.
  init(_ source: inout some NoiseSource, frames: Int, overlap: Int, channels: Int, height: Int, width: Int) {
    segment = source.normal(frames, channels, height, width)
    posterior = source.normal(1, channels, height, width)
    self.overlap = overlap
  }

  /// Noise that is given.
  init(segment: Tensor, posterior: Tensor, overlap: Int) {
    self.segment = segment
    self.posterior = posterior
    self.overlap = overlap
  }

  /// Goes on to the next segment: the reference keeps its noise, shared frames bring theirs along, and new
  /// frames take over that of the previous segment's first frames.
  mutating func advance() {
    let frames = segment.shape[0]
    let shared = segment.slice(axis: 0, frames - overlap..<frames)
    segment = Tensor.concatenation(
      [
        segment.slice(axis: 0, 0..<1), shared, shared,
        segment.slice(axis: 0, 1 + overlap..<frames - overlap),
      ], axis: 0)
  }
}
