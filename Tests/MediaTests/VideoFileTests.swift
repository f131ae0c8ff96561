import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite struct VideoFileTests {
  private let size = FrameSize(width: 48, height: 32)

  private func clip(_ codec: VideoCodec, in folder: TemporaryFolder, count: Int = 8) throws -> URL {
    let url = folder.url.appendingPathComponent("clip.\(codec.fileExtension)")
    try Pictures.write((0..<count).map { Pictures.gray(size, seed: UInt64($0)) }, to: url, codec: codec)
    return url
  }

  @Test(arguments: VideoCodec.allCases, [0.3, 0.7, 0.97])
  func cutFilesAreErrors(codec: VideoCodec, share: Double) throws {
    let folder = try TemporaryFolder()
    let url = try clip(codec, in: folder)
    let whole = try Data(contentsOf: url)
    try whole.prefix(Int(Double(whole.count) * share)).write(to: url)
    let error = #expect(throws: MediaError.self) { try VideoFile(url) }
    guard case .truncated(let path, let framesRead, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == url.path)
    #expect((0...8).contains(framesRead ?? -1))
    #expect(error?.description.contains("frames could be read") == true)
  }

  @Test(arguments: [VideoCodec.ffv1, .grayFFV1])
  func flippedBitIsNoticed(codec: VideoCodec) throws {
    let folder = try TemporaryFolder()
    let url = try clip(codec, in: folder)
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count / 2] ^= 8
    try bytes.write(to: url)
    let error = #expect(throws: MediaError.self) { try VideoFile(url).allFrames() }
    #expect(error?.description.contains("wrong checksum") == true)
  }

  @Test func readingTwiceAndWithThreadsIsTheSame() throws {
    let folder = try TemporaryFolder()
    var video = try VideoFile(try clip(.h264Preview, in: folder, count: 20))
    let once = try video.allFrames()
    #expect(once.count == 20)
    #expect(try video.allFrames() == once)
    video.decoderThreads = 3
    #expect(try video.allFrames() == once)
  }

  @Test func previewsKeepColoursAndOddSizesArePadded() throws {
    let folder = try TemporaryFolder()
    for codec in [VideoCodec.h264Preview, .vp9Preview] {
      let url = folder.url.appendingPathComponent("p.\(codec.fileExtension)")
      let frame = Frame(width: 33, height: 21, red: 200, green: 60, blue: 30)
      try Pictures.write([frame, frame], to: url, codec: codec)
      let video = try VideoFile(url)
      #expect(video.size == FrameSize(width: 34, height: 22))
      let found = try video.allFrames()[1].rgb
      let expected = Frame(width: 34, height: 22, red: 200, green: 60, blue: 30).rgb
      let worst = zip(found, expected).map { abs(Int($0) - Int($1)) }.max()
      #expect((worst ?? 255) <= 4)
    }
  }

  @Test func statedColoursReplaceTheTags() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("p.mp4")
    let frame = Frame(width: 32, height: 32, red: 200, green: 60, blue: 30)
    try Pictures.write([frame], to: url, codec: .h264Preview)
    let video = try VideoFile(url, colour: VideoColour(matrix: .bt601, range: .limited))
    #expect(video.notes == ["lossy", "matrix:given-bt601-limited"])
    #expect(try video.allFrames() != VideoFile(url).allFrames())
  }

  @Test func otherFilesAreErrors() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("text.mp4")
    for content in ["", "hello", String(repeating: "lines of text\n", count: 4000)] {
      try Data(content.utf8).write(to: url)
      let error = #expect(throws: MediaError.self) { try VideoFile(url) }
      #expect(error?.description.hasPrefix(url.path) == true)
    }
    let absent = folder.url.appendingPathComponent("none.mp4")
    #expect(throws: MediaError.missing(path: absent.path)) { try VideoFile(absent) }
  }

  @Test func largePicturesAreRefused() throws {
    let folder = try TemporaryFolder()
    let url = try clip(.ffv1, in: folder)
    let error = #expect(throws: MediaError.self) { try VideoFile(url, limits: ImageLimits(maxWidth: 47)) }
    #expect(error?.reason == .tooLarge)
  }
}
