import Foundation
import TensorCore
import Testing

@testable import LVCDModel

/// Segments, routings and noise, from the formulas of the specification.
@Suite struct SequenceTests {
  @Test func plansOfTheReleaseDropTrailingFrames() {
    for frames in 15...90 {
      let plan = SequencePlan(frames: frames, videoFrames: 14, overlap: 4, trailing: .drop)
      #expect(plan.segments == (frames - 15) / 10 + 1)
      #expect(plan.delivered == 15 + (plan.segments - 1) * 10)
    }
    #expect(SequencePlan(frames: 14, videoFrames: 14, overlap: 4, trailing: .drop).delivered == 1)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 6, 8, 10, 13]) func completePlansDeliverEveryFrame(overlap: Int) {
    for frames in 1...60 {
      let plan = SequencePlan(frames: frames, videoFrames: 14, overlap: overlap)
      #expect(plan.delivered == frames)
      #expect(plan.segments == 0 ? frames == 1 : plan.video(of: plan.segments - 1).upperBound >= frames)
      // No segment is needless.
      if plan.segments > 1 { #expect(plan.video(of: plan.segments - 2).upperBound < frames) }
      for segment in 1..<max(plan.segments, 1) {
        let shared = plan.video(of: segment).clamped(to: plan.video(of: segment - 1))
        #expect(shared.count == overlap)
      }
      if plan.segments > 0 {
        #expect(plan.lineartFrame(plan.video(of: plan.segments - 1).upperBound - 1) < frames)
      }
    }
  }

  @Test func routingOfLaterSegments() {
    let routing = FrameRouting.previousReferences(
      overlap: 4, videoFrames: 14, shift: 3, amplification: 10, lastAmplifiedOrdinal: 12)
    #expect(routing.frames == 19 && routing.references == 5)
    for frame in 0...4 { #expect(routing.sources[frame] == AttentionSources(first: frame)) }
    for frame in 5...8 {
      let expected = AttentionSources(first: frame, second: frame - 4, bias: Float(log(10.0)))
      #expect(routing.sources(of: frame, ordinal: 12) == expected)
      #expect(routing.sources(of: frame, ordinal: 13).bias == 0)
    }
    for frame in 9...18 { #expect(routing.sources[frame] == AttentionSources(first: frame - 3, second: 0)) }
    #expect(routing.timePositions == [0, 0, 0, 0, 0] + (0..<14).map(Float.init))
  }

  @Test func routingOfFirstSegmentsAndOneReference() {
    let routing = FrameRouting.firstReference(references: 5, videoFrames: 14)
    for frame in 0..<19 {
      #expect(routing.sources[frame] == AttentionSources(first: frame, second: frame < 5 ? nil : 0))
    }
  }

  @Test func variantsAreOptions() {
    var configuration = ModelConfiguration.official
    var options = SamplingOptions(configuration)
    #expect(options.variant == .full && options.effectiveOverlap == 4)
    #expect(options.routing(segment: 1, configuration).sources[5].bias > 0)
    for variant in [SamplingVariant.noSamplingSchemes, .previousSample] {
      options.variant = variant
      #expect(options.effectiveOverlap == 0)
      let routing = options.routing(segment: 3, configuration)
      #expect(routing == .firstReference(references: 1, videoFrames: 14))
    }
    options.variant = .noReferenceAttention
    #expect(options.routing(segment: 1, configuration) == .selfAttention(references: 5, videoFrames: 14))
    configuration.usesReferenceAttention = false
    #expect(SamplingOptions(configuration).variant == .noReferenceAttention)
  }

  @Test func noiseIsRotatedNeverRedrawn() {
    let (frames, overlap) = (19, 4)
    let numbers = Tensor(shape: [frames, 1, 1, 1], (0..<frames).map(Float.init))
    var noise = SequenceNoise(segment: numbers, posterior: Tensor(zeros: 1, 1, 1, 1), overlap: overlap)
    noise.advance()
    let expected = [0] + [15, 16, 17, 18] + [15, 16, 17, 18] + Array(5..<15)
    #expect(noise.segment.values == expected.map(Float.init))
    var single = SequenceNoise(segment: numbers, posterior: Tensor(zeros: 1, 1, 1, 1), overlap: 0)
    single.advance()
    #expect(single.segment.values == numbers.values)
  }

  @Test func costsAgreeWithPublishedCounts() {
    // Counted on the published model at 576x320 with 19 frames, in TFLOP; ours leave out cross-attention,
    // padded frames, keys that reference frames would read twice, and, once per segment only, the lineart's
    // features.
    let plan = SequencePlan(frames: 75, videoFrames: 14, overlap: 4)
    let configuration = ModelConfiguration.official
    let network = NetworkCost(configuration, height: 40, width: 72, plan: plan)
    let unet = 17.91 - 0.72 - 0.49 - 0.30
    let control = 6.73 - 0.29 - 0.21 - 0.12 - 0.20
    #expect(abs(network.unetFLOPs / 1e12 / unet - 1) < 0.01, "\(network.unetFLOPs)")
    #expect(abs(network.controlFLOPs / 1e12 / control - 1) < 0.01, "\(network.controlFLOPs)")
    let codec = AutoencoderCost(configuration, height: 40, width: 72)
    #expect(abs(codec.encodingFLOPs / 778.0e9 - 1) < 0.02, "\(codec.encodingFLOPs)")
    #expect(abs(codec.decodingFLOPs / 2132.3e9 - 1) < 0.02, "\(codec.decodingFLOPs)")
    #expect(abs(VisionCost(configuration.imageEncoder).flops / 334.6e9 - 1) < 0.02)
  }
}
