import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite struct VideoWriterTests {
  @Test(
    arguments: [VideoCodec.ffv1, .h264Lossless],
    [FrameSize(width: 32, height: 20), FrameSize(width: 37, height: 23), FrameSize(width: 2, height: 3)])
  func losslessRoundTripIsExact(codec: VideoCodec, size: FrameSize) throws {
    let folder = try TemporaryFolder()
    let frames = (0..<7).map { Pictures.noise(size, seed: UInt64($0)) }
    let url = folder.url.appendingPathComponent("clip.mkv")
    try Pictures.write(frames, to: url, codec: codec, frameRate: Rational(24000, 1001))
    let video = try VideoFile(url)
    #expect(video.count == 7)
    #expect(video.size == size)
    #expect(video.isLossless)
    #expect(video.notes == [])
    #expect(video.frameRate == Rational(24000, 1001))
    #expect(try video.allFrames() == frames)
  }

  @Test func grayRoundTripIsExactAndRefusesColour() throws {
    let folder = try TemporaryFolder()
    let size = FrameSize(width: 33, height: 21)
    let frames = (0..<5).map { Pictures.gray(size, seed: UInt64($0)) }
    let url = folder.url.appendingPathComponent("lines.mkv")
    try Pictures.write(frames, to: url, codec: .grayFFV1)
    #expect(try VideoFile(url).allFrames() == frames)
    let writer = try VideoWriter(url, size: size, frameRate: Rational(24), codec: .grayFFV1)
    #expect(throws: MediaError.self) { try writer.append(Pictures.noise(size, seed: 1)) }
  }

  @Test(arguments: VideoCodec.allCases)
  func sameFramesGiveSameBytes(codec: VideoCodec) throws {
    let folder = try TemporaryFolder()
    let size = FrameSize(width: 65, height: 49)
    let frames = (0..<6).map { Pictures.gray(size, seed: UInt64($0)) }
    let urls = ["a", "b"].map { folder.url.appendingPathComponent("\($0).\(codec.fileExtension)") }
    for url in urls { try Pictures.write(frames, to: url, codec: codec) }
    #expect(try Data(contentsOf: urls[0]) == Data(contentsOf: urls[1]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
    let video = try VideoFile(urls[0])
    #expect(video.count == 6)
    #expect(video.isLossless == codec.isLossless)
    #expect(video.notes == (codec.isLossless ? [] : ["lossy"]))
    #expect(video.frameRate == Rational(24))
  }

  @Test func abandonedWriterLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let size = FrameSize(width: 16, height: 16)
    for appended in 0..<2 {
      let url = folder.url.appendingPathComponent("clip.mkv")
      let writer = try VideoWriter(url, size: size, frameRate: Rational(24), codec: .ffv1)
      for _ in 0..<appended { try writer.append(Pictures.noise(size, seed: 3)) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func wrongUseIsAnError() throws {
    let folder = try TemporaryFolder()
    let size = FrameSize(width: 16, height: 16)
    let url = folder.url.appendingPathComponent("clip.mkv")
    let writer = try VideoWriter(url, size: size, frameRate: Rational(24), codec: .ffv1)
    #expect(throws: MediaError.notWritten(path: url.path, cause: "no frame was appended")) {
      try writer.finish()
    }
    let wide = Pictures.noise(FrameSize(width: 17, height: 16), seed: 1)
    #expect(throws: MediaError.sizeMismatch(path: url.path, found: wide.size, expected: size)) {
      try writer.append(wide)
    }
    #expect(throws: MediaError.self) {
      try VideoWriter(url, size: FrameSize(width: 1, height: 9), frameRate: Rational(24), codec: .ffv1)
    }
    #expect(throws: MediaError.self) {
      try VideoWriter(
        folder.url.appendingPathComponent("a.avi"), size: size, frameRate: Rational(24), codec: .ffv1)
    }
    #expect(throws: MediaError.self) {
      try VideoWriter(
        folder.url.appendingPathComponent("none/a.mkv"), size: size, frameRate: Rational(24), codec: .ffv1)
    }
  }
}
