internal import EvalCore
internal import Imaging
internal import TensorCore

/// Lineart frames as tensors at the working size, kept while segments still need them.
///
/// Segments ask for frame 0 and for ranges that only move forward, so that the source is read once.
final class LineartWindow {
  private let reader: any FrameReader
  private let resizer: Resizer
  private let clip: String
  private let name: String
  private let count: Int
  private var next = 0
  private var kept: [Int: Tensor] = [:]

  init(_ source: any FrameSource, clip: String, from input: FrameSize, to size: FrameSize) throws {
    reader = try source.makeReader()
    resizer = Resizer(from: input, to: size, filter: .pillowBilinear)
    self.clip = clip
    name = source.name
    count = source.count
  }

  /// Lineart of `frames` in rising order, `[frames.count, 3, H, W]`, 1 on lines.
  func callAsFunction(_ frames: [Int]) throws -> Tensor {
    let lowest = frames.first { $0 > 0 } ?? 0
    kept = kept.filter { $0.key == 0 || $0.key >= lowest }
    while next <= frames.last ?? -1 {
      guard let frame = try reader.next() else {
        throw ModelError.frameCount(clip: clip, lineart: name, found: next, expected: count)
      }
      if next == 0 || next >= lowest { kept[next] = Picture.lineart(resizer(frame)) }
      next += 1
    }
    return Tensor.concatenation(frames.compactMap { kept[$0] }, axis: 0)
  }
}
