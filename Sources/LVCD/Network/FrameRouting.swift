internal import Foundation

/// Which frames a frame's spatial attention reads, and what is added to the second one's logits.
public struct AttentionSources: Sendable, Hashable {
  /// The frame whose keys and values stand in the first half; usually the frame itself.
  public var first: Int
  /// The frame of the second half; nil when there is none. The same frame twice is the same as once.
  public var second: Int?
  /// β, added to the logits of the second half.
  public var bias: Float

  /// Sources of one frame.
  public init(first: Int, second: Int? = nil, bias: Float = 0) {
    self.first = first
    self.second = second == first ? nil : second
    self.bias = self.second == nil ? 0 : bias
  }
}

/// How the frames of one network call may see each other. LVCD, sections 4.2 and 5.2; in the authors' release
/// this is done by hooks on the attention layers.
///
/// Frames `0..<references` are reference frames, cut off from all others in time; the rest is the video.
public struct FrameRouting: Sendable, Hashable {
  /// Number of leading reference frames.
  public let references: Int
  /// Spatial attention of every frame.
  public let sources: [AttentionSources]
  /// Last attention layer in which β is added, counted in order of encoder, middle and decoder.
  public let lastBiasedOrdinal: Int

  /// A routing; every source must be one of the frames.
  public init(references: Int, sources: [AttentionSources], lastBiasedOrdinal: Int = .max) {
    precondition(
      references >= 0 && references < sources.count
        && sources.allSatisfy {
          sources.indices.contains($0.first) && sources.indices.contains($0.second ?? 0)
        },
      "\(references) reference frames and sources \(sources) do not fit \(sources.count) frames")
    self.references = references
    self.sources = sources
    self.lastBiasedOrdinal = lastBiasedOrdinal
  }

  /// Number of frames.
  public var frames: Int { sources.count }

  /// The position in time of every frame: 0 for reference frames, 0, 1, 2, … for the video.
  var timePositions: [Float] {
    sources.indices.map { Float(max(0, $0 - references)) }
  }

  /// The sources of frame `index` in the attention layer `ordinal`.
  func sources(of index: Int, ordinal: Int) -> AttentionSources {
    var sources = sources[index]
    if ordinal > lastBiasedOrdinal { sources.bias = 0 }
    return sources
  }
}

extension FrameRouting {
  /// Every frame reads itself only: the model without Reference Attention.
  public static func selfAttention(references: Int, videoFrames: Int) -> FrameRouting {
    FrameRouting(
      references: references,
      sources: (0..<references + videoFrames).map { AttentionSources(first: $0) })
  }

  /// Video frames read themselves and frame 0. The arrangement of training, with one reference, and of a
  /// clip's first segment, where the reference stands repeated.
  public static func firstReference(references: Int, videoFrames: Int) -> FrameRouting {
    FrameRouting(
      references: references,
      sources: (0..<references + videoFrames).map { frame in
        AttentionSources(first: frame, second: frame < references ? nil : 0)
      })
  }

  /// Prev-Reference Attention of later segments: an overlapped frame reads itself and, amplified, its own
  /// previous result; a new frame reads the frame `shift` before it and frame 0. LVCD, equations 7 and 8;
  /// with fewer than `shift` overlapped frames the first new ones read reference frames, as the indices say.
  public static func previousReferences(
    overlap: Int, videoFrames: Int, shift: Int, amplification: Double, lastAmplifiedOrdinal: Int
  ) -> FrameRouting {
    precondition(overlap > 0 && shift <= 2 * overlap + 1, "an overlap of \(overlap) and a shift of \(shift)")
    let sources = (0..<1 + overlap + videoFrames).map { frame in
      if frame <= overlap { return AttentionSources(first: frame) }
      if frame <= 2 * overlap {
        return AttentionSources(first: frame, second: frame - overlap, bias: Float(log(amplification)))
      }
      return AttentionSources(first: frame - shift, second: 0)
    }
    return FrameRouting(
      references: 1 + overlap, sources: sources, lastBiasedOrdinal: lastAmplifiedOrdinal)
  }
}
