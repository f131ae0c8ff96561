import Checkpoints
import EvalCore
import Foundation
import TensorCore
import TestSupport
import Testing

@testable import LVCDModel

/// The colorizer as a whole on the tiny network: what it delivers, where it stops, how it goes on.
@Suite struct ColorizerTests {
  private let size: FrameSize
  private let model: ColorizationModel

  init() throws {
    // Weights do not depend on the number of frames, nor on the picture's size.
    var configuration = try Fixture("13_sample_sequence").configuration
    configuration.videoFrames = 5
    configuration.overlap = 2
    configuration.latentHeight = configuration.sizeGranularity / configuration.spatialFactor
    configuration.latentWidth = configuration.latentHeight
    configuration.decodeChunk = 6
    configuration.decodeOverlap = 2
    model = try ColorizationModel(try Fixture.weights(), configuration)
    size = FrameSize(
      width: configuration.latentWidth * configuration.spatialFactor,
      height: configuration.latentHeight * configuration.spatialFactor)
  }

  private func colorizer(_ table: [String: String] = [:]) throws -> LVCDColorizer {
    var table = table
    table["steps"] = table["steps"] ?? "1"
    let settings = try LVCDSettings(table, folder: URL(fileURLWithPath: "/"))
    return try LVCDColorizer(model: model, settings: settings, weightHashes: ["tiny"])
  }

  private func request(_ frames: Int, state: URL? = nil, size other: FrameSize? = nil) -> ColorizationRequest
  {
    let size = other ?? size
    func frame(_ seed: Int) -> Frame {
      let bytes = Oracle.numbers(size.width * size.height * 3, seed: UInt64(seed)).map {
        UInt8(($0 + 1) * 127)
      }
      return Frame(width: size.width, height: size.height, rgb: bytes)
    }
    return ColorizationRequest(
      clipID: "a", reference: frame(1000), lineart: FrameArray((0..<frames).map(frame)), seed: 3,
      stateDirectory: state)
  }

  @Test func everyFrameOfEveryClipIsDelivered() throws {
    let segment = model.configuration.videoFrames
    for frames in [1, 2, segment + 1, segment + 2] {
      let sink = MemorySink()
      try colorizer().colorize(request(frames), to: sink)
      #expect(sink.frames.count == frames)
      #expect(sink.frames.allSatisfy { $0.size == size })
    }
  }

  @Test func framesOfOtherSizesComeBackAtTheirSize() throws {
    let odd = FrameSize(width: size.width - 7, height: size.height + 3)
    let sink = MemorySink()
    try colorizer().colorize(request(2, size: odd), to: sink)
    #expect(sink.frames.map(\.size) == [odd, odd])
  }

  @Test func narrowNetworksLeaveThreadsToOtherClips() throws {
    let narrow = try colorizer()
    #expect(!narrow.spreadsOverThreads)
    let large = FrameSize(width: 4 * size.width, height: 4 * size.height)
    #expect(try narrow.memoryPerClip(size) > 0)
    #expect(try colorizer(["resolution": "input"]).memoryPerClip(large) > narrow.memoryPerClip(size))
    var official = model.configuration
    official.modelChannels = 320
    #expect(!official.isNarrow && model.configuration.isNarrow)
  }

  @Test func interruptedClipsGoOnAtTheSegment() throws {
    let folder = try TemporaryFolder()
    let frames = 2 * model.configuration.videoFrames
    let whole = MemorySink()
    let method = try colorizer(["steps": "2"])
    try method.colorize(request(frames), to: whole)

    let state = folder.url.appendingPathComponent("state")
    let stopped = MemorySink()
    stopped.stopsAfter = "segment 2 of 3, step 1 of 2"
    #expect(throws: CancellationError.self) {
      try method.colorize(request(frames, state: state), to: stopped)
    }
    #expect(stopped.frames.isEmpty)
    let resumed = MemorySink()
    resumed.stopsAfter = "decode"
    #expect(throws: CancellationError.self) {
      try method.colorize(request(frames, state: state), to: resumed)
    }
    #expect(resumed.stages.first == "segment 2 of 3, step 1 of 2")
    #expect(!resumed.frames.isEmpty && resumed.frames.count < frames)

    // What is sampled is not sampled again, and frames that are there are kept.
    let rest = MemorySink(resumed.frames)
    try method.colorize(request(frames, state: state), to: rest)
    #expect(rest.stages.allSatisfy { $0 == "decode" })
    #expect(rest.frames == whole.frames)
    #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).isEmpty)

    // The state of another request is not taken up.
    let halted = MemorySink()
    halted.stopsAfter = "segment 2 of 3, step 1 of 2"
    #expect(throws: CancellationError.self) {
      try method.colorize(request(frames, state: state), to: halted)
    }
    let other = MemorySink()
    try colorizer(["steps": "1"]).colorize(request(frames, state: state), to: other)
    #expect(other.stages.first == "segment 1 of 3, step 1 of 1")
  }

  @Test func latentsAreWrittenUnderTheirNames() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("latents.safetensors")
    let frames = model.configuration.videoFrames + 2
    try colorizer(["steps": "2"]).colorize(request(frames), to: MemorySink(), latentsOut: url)
    let file = try CheckpointFile.open(url)
    let expected = Set(
      ["x_T", "posterior_noise", "crossattn", "vector_row", "output_latents"]
        + (0...1).flatMap { segment in
          ["x_T", "concat", "x0", "denoised_before_blend.0", "denoised_before_blend.1"].map {
            "segment\(segment).\($0)"
          }
        })
    #expect(Set(file.names) == expected)
    #expect(try file.tensor("output_latents").shape[0] == frames)
  }

  @Test func variantsDiffer() throws {
    let frames = model.configuration.videoFrames + 2
    func result(_ table: [String: String]) throws -> [Frame] {
      let sink = MemorySink()
      try colorizer(table).colorize(request(frames), to: sink)
      return sink.frames
    }
    let full = try result([:])
    #expect(try result(["variant": "full"]) == full)
    #expect(try result(["amplification": "1"]) != full)
    #expect(try result(["variant": "no-ref-attn"]) != full)
    let alone = try result(["variant": "no-sample-schemes"])
    #expect(alone != full)
    #expect(try result(["overlap": "0"]) == alone)
    let previous = try result(["variant": "prev-sample"])
    // The first segment knows no previous sample; the first chunk holds no later frames.
    let chunk = model.configuration.decodeChunk
    #expect(previous.prefix(chunk) == alone.prefix(chunk))
    #expect(previous.last != alone.last)
  }

  @Test func identityHoldsEverySetting() throws {
    let settings = try colorizer(["overlap": "3", "steps": "7"]).identity.settings
    #expect(settings["overlap"] == "3" && settings["steps"] == "7" && settings["weights"] == "tiny")
    #expect(try colorizer(["variant": "prev-sample"]).identity.settings["overlap"] == "0")
  }

  @Test func inputsThatDoNotFitAreNamed() throws {
    var wrongSize = request(3)
    wrongSize.lineart = FrameArray([Frame(width: 9, height: 5, red: 1, green: 1, blue: 1)])
    #expect(
      throws: ModelError.sizeMismatch(
        clip: "a", lineart: "memory", found: FrameSize(width: 9, height: 5), expected: size)
    ) { try colorizer().colorize(wrongSize, to: MemorySink()) }
    var empty = request(1)
    empty.lineart = FrameArray([])
    #expect(throws: ModelError.frameCount(clip: "a", lineart: "memory", found: 0, expected: 1)) {
      try colorizer().colorize(empty, to: MemorySink())
    }
    for index in [-1, 3] {
      var outside = request(3)
      outside.referenceIndex = index
      #expect(throws: ModelError.referenceOutside(clip: "a", index: index, frames: 3)) {
        try colorizer().colorize(outside, to: MemorySink())
      }
    }
  }

  @Test func clipsThatDoNotFitIntoMemoryAreRefusedBeforeTheyBegin() throws {
    let sink = MemorySink()
    #expect {
      try colorizer(["resolution": "16384x16384"]).colorize(request(2), to: sink)
    } throws: { error in
      guard case .memory(let clip, let needed, let available)? = error as? ModelError else { return false }
      return clip == "a" && needed > available && "\(error)".contains("choose a smaller resolution or overlap")
    }
    #expect(sink.stages.isEmpty && sink.frames.isEmpty)
  }

  @Test func picturesAreResizedAsInTheRelease() throws {
    let fixture = try Fixture("15_image_preprocess")
    func frame(_ name: String) throws -> Frame {
      let array = try fixture.tensor(name)
      return Frame(width: array.shape[1], height: array.shape[0], rgb: array.values.map { UInt8($0) })
    }
    let source = try frame("source_u8")
    for name in ["resized_down_u8", "resized_up_u8"] {
      let expected = try frame(name)
      #expect(Picture.resized(source, to: expected.size) == expected)
    }
    try fixture.check(Picture.tensor(try frame("resized_down_u8")), "tensor_down")
  }

  @Test func picturesAreTruncatedToBytes() {
    let frame = Frame(width: 256, height: 1, rgb: (0..<256).flatMap { [UInt8($0), UInt8(255 - $0), 7] })
    let values = Picture.tensor(frame)
    #expect(values.values.allSatisfy { (-1...1).contains($0) })
    let back = Picture.frames(values * 2)
    #expect(back.first?.rgb.prefix(3) == [0, 255, 0])
    let lineart = Picture.lineart(frame)
    #expect(lineart[0, 0, 0, 0] == 1 && lineart[0, 1, 0, 0] == 0)
  }
}

/// Keeps frames and stages; stops when told.
final class MemorySink: ColorizationSink {
  private(set) var frames: [Frame]
  private(set) var stages: [String] = []
  /// Stops before what follows this stage.
  var stopsAfter: String?

  init(_ frames: [Frame] = []) { self.frames = frames }

  var framesAlreadyWritten: Int { frames.count }

  func write(_ frame: Frame, at index: Int) throws {
    #expect(index == frames.count)
    frames.append(frame)
  }

  func report(stage: String, completed: Int, total: Int) {
    #expect(completed <= total)
    stages.append(stage)
  }

  func checkCancellation() throws {
    if let stopsAfter, stages.last == stopsAfter { throw CancellationError() }
  }
}
