/// The rows of the paper's ablation (table 2) as options of one sampler.
public enum SamplingVariant: String, Sendable, Hashable, CaseIterable {
  /// The method: Reference Attention, Overlapped Blending and Prev-Reference Attention.
  case full
  /// "- Ref Attn": frames attend to themselves only; the reference enters by its vector and latent. Meant for
  /// weights that were trained this way. Overlapped Blending stays.
  case noReferenceAttention = "no-ref-attn"
  /// "- Sample Schemes": segments share no frames and know the first reference only. The same as an overlap
  /// of 0.
  case noSamplingSchemes = "no-sample-schemes"
  /// "Prev Sample": segments share no frames; the last generated frame is the reference of the next segment.
  case previousSample = "prev-sample"

  /// Whether segments share frames.
  public var overlaps: Bool { self == .full || self == .noReferenceAttention }
}

/// What a sampling run can vary.
public struct SamplingOptions: Sendable, Hashable {
  /// The method or one of its ablations.
  public var variant: SamplingVariant
  /// Frames shared by neighbouring segments, o; 0 for variants whose segments share none.
  public var overlap: Int
  /// Steps per segment.
  public var steps: Int
  /// Factor α on the attention weights of a frame's previous result.
  public var amplification: Double
  /// Seed of the noise, as `torch.manual_seed` takes it.
  public var seed: UInt64
  /// What becomes of frames that do not fill a segment.
  public var trailing: TrailingFrames

  /// The model's own options.
  public init(_ configuration: ModelConfiguration, seed: UInt64 = 1234) {
    variant = configuration.usesReferenceAttention ? .full : .noReferenceAttention
    overlap = configuration.overlap
    steps = configuration.samplingSteps
    amplification = configuration.amplification
    self.seed = seed
    trailing = .complete
  }

  /// The overlap that the variant leaves.
  var effectiveOverlap: Int { variant.overlaps ? overlap : 0 }

  /// How a clip of `frames` frames, at least 1, is cut.
  public func plan(frames: Int, _ configuration: ModelConfiguration) -> SequencePlan {
    SequencePlan(
      frames: frames, videoFrames: configuration.videoFrames, overlap: effectiveOverlap, trailing: trailing)
  }

  /// How a clip is cut whose reference is frame `reference`: the frames before it, backwards from the reference, where
  /// there are some, and those from it on.
  public func plans(frames: Int, reference: Int, _ configuration: ModelConfiguration) -> [SequencePlan] {
    let before = reference > 0 ? [plan(frames: reference + 1, configuration)] : []
    return before + [plan(frames: frames - reference, configuration)]
  }

  /// How frames of segment `index` see each other.
  ///
  /// Source: LVCD, sections 4.2 and 5.2. Without shared frames there is no previous result to attend to, so
  /// that every segment is a first one.
  func routing(segment index: Int, _ configuration: ModelConfiguration) -> FrameRouting {
    let videoFrames = configuration.videoFrames
    let overlap = effectiveOverlap
    if variant == .noReferenceAttention || !configuration.usesReferenceAttention {
      return .selfAttention(references: 1 + overlap, videoFrames: videoFrames)
    }
    if index == 0 || overlap == 0 {
      return .firstReference(references: 1 + overlap, videoFrames: videoFrames)
    }
    return .previousReferences(
      overlap: overlap, videoFrames: videoFrames, shift: configuration.previousReferenceShift,
      amplification: amplification, lastAmplifiedOrdinal: configuration.lastAmplifiedOrdinal)
  }
}
