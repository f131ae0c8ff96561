internal import TensorCore

/// Decoding of a long clip in chunks: first frames of the clip head each chunk as an anchor, and a chunk
/// repeats the end of the previous one, whose result stays. Source: the authors' release, `decode_video`.
struct LatentDecoding: Sendable {
  /// Frames of a chunk, anchors and repeated ones included.
  let chunk: Int
  /// Frames that repeat the end of the previous chunk.
  let overlap: Int
  /// First frames of the clip in front of every chunk.
  let anchors: Int

  /// One chunk of a clip.
  struct Chunk: Sendable, Hashable {
    /// Frames behind the anchors.
    var frames: Range<Int>
    /// Frames of the clip that this chunk delivers.
    var delivered: Range<Int>
  }

  /// The chunks of a clip of `count` frames.
  func chunks(_ count: Int) -> [Chunk] {
    guard count > anchors else { return [Chunk(frames: count..<count, delivered: 0..<count)] }
    let fresh = chunk - anchors - overlap
    var chunks: [Chunk] = []
    var end = 0
    while end < count {
      let start = chunks.count * fresh + anchors
      let delivered = end
      end = min(start + chunk - anchors, count)
      chunks.append(Chunk(frames: start..<end, delivered: delivered..<end))
    }
    return chunks
  }

  /// Pictures `[n, 3, H, W]` in -1…1 of the frames that `chunk` delivers; `latents` are the clip's, as the
  /// network sees them. `lineart` is asked for that of frames in rising order where the autoencoder needs it,
  /// `[count, 3, H, W]`, 1 on lines.
  func decode(
    _ chunk: Chunk, of latents: Tensor, with autoencoder: any Autoencoder, lineart: ([Int]) throws -> Tensor
  ) rethrows -> Tensor {
    let heads = 0..<min(anchors, latents.shape[0])
    let head = latents.slice(axis: 0, heads)
    let parts = chunk.frames.isEmpty ? [head] : [head, latents.slice(axis: 0, chunk.frames)]
    let pictures = autoencoder.decode(
      Tensor.concatenation(parts, axis: 0) * (1 / autoencoder.scale),
      lineart: autoencoder.decodesWithLineart ? try lineart(Array(heads) + Array(chunk.frames)) : nil)
    let count = pictures.shape[0]
    return pictures.slice(axis: 0, count - chunk.delivered.count..<count).clamped(to: -1...1)
  }
}

extension LatentDecoding {
  init(_ configuration: ModelConfiguration) {
    self.init(
      chunk: configuration.decodeChunk, overlap: configuration.decodeOverlap,
      anchors: configuration.decodeFirst)
  }
}
