import Checkpoints
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// Clips whose reference is not frame 0: what lies behind it is the clip from there on, what lies before it the same
/// clip backwards.
@Suite struct ReferenceIndexTests {
  private let model: ColorizationModel
  private let size: FrameSize
  private let frames: [Frame]
  private let reference: Frame

  init() throws {
    var configuration = try Fixture("13_sample_sequence").configuration
    configuration.videoFrames = 3
    configuration.overlap = 1
    configuration.latentHeight = configuration.sizeGranularity / configuration.spatialFactor
    configuration.latentWidth = configuration.latentHeight
    configuration.decodeChunk = 4
    configuration.decodeOverlap = 1
    model = try ColorizationModel(try Fixture.weights(), configuration)
    size = FrameSize(width: configuration.sizeGranularity, height: configuration.sizeGranularity)
    let size = size
    func picture(_ seed: Int) -> Frame {
      let bytes = Oracle.numbers(size.width * size.height * 3, seed: UInt64(seed)).map { UInt8(($0 + 1) * 127) }
      return Frame(width: size.width, height: size.height, rgb: bytes)
    }
    frames = (0..<8).map(picture)
    reference = picture(100)
  }

  private func coloured(
    _ lineart: [Frame], at index: Int, state: URL? = nil, sink: MemorySink = MemorySink(), latents: URL? = nil
  ) throws -> [Frame] {
    let settings = try LVCDSettings(["steps": "1"], folder: URL(fileURLWithPath: "/"))
    let method = try LVCDColorizer(model: model, settings: settings, weightHashes: ["tiny"])
    try method.colorize(
      ColorizationRequest(
        clipID: "a", reference: reference, referenceIndex: index, lineart: FrameArray(lineart), seed: 3,
        stateDirectory: state), to: sink, latentsOut: latents)
    return sink.frames
  }

  @Test(arguments: [1, 5, 7]) func bothSidesAreClipsFromTheReference(index: Int) throws {
    let found = try coloured(frames, at: index)
    #expect(found.count == frames.count)
    let behind = try coloured(Array(frames[index...]), at: 0)
    #expect(Array(found[index...]) == behind)
    let before = try coloured(frames[...index].reversed(), at: 0)
    #expect(Array(found[..<index]) == before.dropFirst().reversed())
  }

  @Test func interruptedClipsGoOnInTheirPart() throws {
    let whole = try coloured(frames, at: 5)
    for stage in ["before the reference, segment 1 of 2, step 1 of 1", "decode", "segment 1 of 1, step 1 of 1"] {
      let folder = try TemporaryFolder()
      let stopped = MemorySink()
      stopped.stopsAfter = stage
      #expect(throws: CancellationError.self) {
        try coloured(frames, at: 5, state: folder.url, sink: stopped)
      }
      let rest = MemorySink(stopped.frames)
      #expect(try coloured(frames, at: 5, state: folder.url, sink: rest) == whole)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }
  }

  @Test func latentsOfBothPartsAreWritten() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("latents.safetensors")
    _ = try coloured(frames, at: 5, latents: url)
    let file = try CheckpointFile.open(url)
    #expect(try file.tensor("output_latents").shape[0] == 3)
    #expect(try file.tensor("before.output_latents").shape[0] == 6)
  }

  @Test func plansCountBothParts() throws {
    let options = SamplingOptions(.official)
    let plans = options.plans(frames: 40, reference: 15, .official)
    #expect(plans.map(\.frames) == [16, 25] && plans.map(\.segments) == [2, 2])
    #expect(options.plans(frames: 40, reference: 0, .official) == [options.plan(frames: 40, .official)])
  }
}
