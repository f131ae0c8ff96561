import EvalCore
import Media
import Testing

@Suite struct WebPEncoderTests {
  @Test(arguments: [
    FrameSize(width: 240, height: 133), FrameSize(width: 1, height: 1), FrameSize(width: 17, height: 300),
  ])
  func aFileOfTheRightKindAndSize(size: FrameSize) throws {
    let frame = Pictures.noise(size, seed: 3)
    let file = try WebPEncoder.encode(frame)
    #expect(String(decoding: file.prefix(4), as: UTF8.self) == "RIFF")
    #expect(String(decoding: file[8..<15], as: UTF8.self) == "WEBPVP8")
    // A lossy key frame has its size behind the start code 9d 01 2a, 14 bits each.
    let start = try #require(file.firstRange(of: [0x9D, 0x01, 0x2A])).upperBound
    #expect(Int(file[start]) | (Int(file[start + 1]) & 0x3F) << 8 == size.width)
    #expect(Int(file[start + 2]) | (Int(file[start + 3]) & 0x3F) << 8 == size.height)
    let again = try WebPEncoder.encode(frame)
    #expect(again == file)
  }

  @Test func qualityCostsBytes() throws {
    let frame = Pictures.noise(FrameSize(width: 96, height: 96), seed: 5)
    let low = try WebPEncoder.encode(frame, quality: 20)
    let high = try WebPEncoder.encode(frame, quality: 95)
    #expect(low.count < high.count)
  }

  @Test func whatDoesNotFitIsAnError() {
    let frame = Frame(width: WebPEncoder.maximumSide + 1, height: 1, red: 1, green: 2, blue: 3)
    #expect(throws: MediaError.self) { try WebPEncoder.encode(frame) }
  }
}
