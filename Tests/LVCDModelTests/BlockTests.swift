import Checkpoints
import NeuralLayers
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// Blocks of the UNet against the reference implementation, on its tiny network.
@Suite struct BlockTests {
  @Test func sinusoids() throws {
    let fixture = try Fixture("02_timestep_embedding")
    let numbers = try fixture.tensor("t").values
    for name in fixture.names where name != "t" {
      let width = try fixture.tensor(name).shape[1]
      try fixture.check(SinusoidalEmbedding.rows(numbers, width: width), name)
    }
  }

  @Test func residualBlocks() throws {
    struct Case: Decodable {
      var prefix: String
      var refs: Int
    }
    let fixture = try Fixture("03_resblock")
    let cases = fixture.entries(Case.self)
    #expect(!cases.isEmpty)
    for (tag, entry) in cases {
      let scope = try entry.prefix.hasPrefix("\(tag).") ? WeightScope(fixture.file) : Fixture.weights()
      let x = try fixture.tensor("\(tag).x")
      let emb = try fixture.tensor("\(tag).emb")
      let block = try ResidualBlock(
        scope / entry.prefix, groups: fixture.configuration.groupNormGroups, inputs: x.shape[1],
        outputs: try fixture.tensor("\(tag).out").shape[1], embedding: emb.shape[1])
      let spatial = block.spatial(x, embedding: emb.silu())
      try fixture.check(spatial, "\(tag).spatial_out")
      let change = block.temporalChange(spatial, embedding: emb.silu(), references: entry.refs)
      try fixture.check(spatial + change, "\(tag).temporal_out")
      try fixture.check(block(x, embedding: emb.silu(), references: entry.refs), "\(tag).out")
    }
  }

  @Test func spatialBlocks() throws {
    struct Case: Decodable {
      var prefix: String
      var heads: Int
      var frames: Int
      var refs: Int
    }
    let fixture = try Fixture("04_spatial_block")
    let cases = fixture.entries(Case.self)
    #expect(!cases.isEmpty)
    for (tag, entry) in cases {
      let x = try fixture.tensor("\(tag).x")
      let context = try fixture.tensor("\(tag).context").slice(axis: 0, 0..<1)
      let width = context.shape[2]
      let block = try SpatialBlock(
        try Fixture.weights() / entry.prefix, channels: x.shape[2], heads: entry.heads, context: width)
      let routing = FrameRouting.firstReference(
        references: entry.refs, videoFrames: entry.frames - entry.refs)
      try fixture.check(
        block.attention(block.attentionNorm(x), routing: routing, ordinal: 0), "\(tag).attn1_out")
      let crossed = block.crossAttention(context.reshaped(1, width))
      try fixture.check(Tensor(repeating: 0, shape: x.shape) + crossed, "\(tag).attn2_out")
      try fixture.check(block(x, context: crossed, routing: routing, ordinal: 0), "\(tag).out")
    }
  }

  @Test func referenceAttention() throws {
    struct Case: Decodable {
      var prefix: String
      var heads: Int
      var ordinal: Int
      var amplified: Bool
    }
    let fixture = try Fixture("04b_reference_attention")
    let cases = fixture.entries(Case.self)
    #expect(!cases.isEmpty)
    for (tag, entry) in cases {
      let x = try fixture.tensor("\(tag).x")
      let attention = try ReferenceAttention(
        try Fixture.weights() / entry.prefix, channels: x.shape[2], heads: entry.heads)
      let (first, later) = Routings.sampling(fixture.configuration)
      #expect((entry.ordinal <= later.lastBiasedOrdinal) == entry.amplified)
      try fixture.check(attention(x, routing: first, ordinal: entry.ordinal), "\(tag).normal")
      try fixture.check(attention(x, routing: later, ordinal: entry.ordinal), "\(tag).prevref")
    }
  }

  @Test func temporalBlocks() throws {
    struct Case: Decodable {
      var prefix: String
      var pos_prefix: String
      var mix: String
      var frames: Int
      var refs: Int
    }
    let fixture = try Fixture("05_temporal_block")
    let cases = fixture.entries(Case.self)
    #expect(!cases.isEmpty)
    for (tag, entry) in cases {
      let x = try fixture.tensor("\(tag).x")
      let (channels, width) = (x.shape[2], try fixture.tensor("\(tag).context").shape[2])
      let scope = try Fixture.weights()
      let block = try TemporalBlock(
        scope / entry.prefix, channels: channels, heads: channels / fixture.configuration.headChannels,
        context: width)
      let routing = FrameRouting.firstReference(
        references: entry.refs, videoFrames: entry.frames - entry.refs)
      let sinusoids = SinusoidalEmbedding.rows(routing.timePositions, width: channels)
      try fixture.check(sinusoids, "\(tag).pos_index_embedding")
      let positions = try EmbeddingMLP(scope / entry.pos_prefix, inputs: channels)(sinusoids)
      try fixture.check(positions, "\(tag).pos_embedding")
      let context = block.crossAttention(try fixture.tensor("\(tag).context").reshaped(1, width))
      let out = block(
        x + positions.reshaped(entry.frames, 1, channels), context: context, references: entry.refs)
      try fixture.check(out, "\(tag).out")
      let share = try mixingShare(scope / entry.mix.replacing(".mix_factor", with: ""))
      try fixture.check(x * share + out * (1 - share), "\(tag).mixed")
    }
  }

  @Test func transformers() throws {
    struct Case: Decodable {
      var prefix: String
      var frames: Int
      var refs: Int
    }
    let fixture = try Fixture("06_spatiotemporal_transformer")
    let cases = fixture.entries(Case.self)
    #expect(!cases.isEmpty)
    for (tag, entry) in cases {
      let x = try fixture.tensor("\(tag).x")
      let context = try fixture.tensor("\(tag).context").slice(axis: 0, 0..<1)
      let transformer = try SpatioTemporalTransformer(
        try Fixture.weights() / entry.prefix, groups: fixture.configuration.groupNormGroups,
        channels: x.shape[1], headChannels: fixture.configuration.headChannels, context: context.shape[2])
      let routing = FrameRouting.firstReference(
        references: entry.refs, videoFrames: entry.frames - entry.refs)
      let conditions = transformer.prepare(
        context: context.reshaped(1, context.shape[2]), routing: routing)
      try fixture.check(
        transformer(x, conditions: conditions, routing: routing, ordinal: 0), "\(tag).out")
    }
  }
}

/// The routings of the two kinds of segments.
enum Routings {
  static func sampling(_ configuration: ModelConfiguration) -> (first: FrameRouting, later: FrameRouting) {
    let first = FrameRouting.firstReference(
      references: 1 + configuration.overlap, videoFrames: configuration.videoFrames)
    let later = FrameRouting.previousReferences(
      overlap: configuration.overlap, videoFrames: configuration.videoFrames,
      shift: configuration.previousReferenceShift, amplification: configuration.amplification,
      lastAmplifiedOrdinal: configuration.lastAmplifiedOrdinal)
    return (first, later)
  }
}
