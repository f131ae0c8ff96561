import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite struct PNGFileTests {
  @Test func goldenFormatsDecodeExactly() throws {
    let folder = Goldens.metrics.appendingPathComponent("formats")
    let expected = try GoldenTensors(folder.appendingPathComponent("expected_rgb.safetensors"))
    #expect(!expected.names.isEmpty)
    for name in expected.names {
      let frame = try PNGFile.read(folder.appendingPathComponent("\(name).png"))
      #expect([frame.height, frame.width, 3] == expected.shape(name))
      #expect(frame.rgb == expected.bytes(name), "\(name)")
    }
  }

  @Test func roundTripIsExact() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("a.png")
    for size in [FrameSize(width: 1, height: 1), FrameSize(width: 67, height: 31)] {
      let frame = Pictures.noise(size, seed: 5)
      try PNGFile.write(frame, to: url)
      #expect(try PNGFile.read(url) == frame)
      let gray = Pictures.gray(size, seed: 6)
      let values = stride(from: 0, to: gray.rgb.count, by: 3).map { gray.rgb[$0] }
      try PNGFile.writeGray(width: size.width, height: size.height, values: values, to: url)
      #expect(try PNGFile.read(url) == gray)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.png"])
  }

  @Test func sixteenBitsRoundToEight() throws {
    var rows: [UInt8] = []
    for high in 0..<256 {
      rows.append(0)
      for low in 0..<256 { rows += [UInt8(high), UInt8(low)] }
    }
    let file = RawPNG.file(width: 256, height: 256, depth: 16, colourType: 0, rows: rows)
    let frame = try PNGFile.decode(file, path: "ramp.png")
    for value in 0..<65536 {
      let expected = UInt8((Double(value) * 255 / 65535).rounded())
      #expect(frame.rgb[3 * value] == expected && frame.rgb[3 * value + 2] == expected)
    }
  }

  @Test func alphaIsDroppedAndGammaIgnored() throws {
    let gamma = RawPNG.chunk("gAMA", [0, 0, 0x27, 0x10])
    let file = RawPNG.file(
      width: 2, height: 1, depth: 8, colourType: 6, before: gamma, rows: [0, 10, 20, 30, 0, 40, 50, 60, 128])
    #expect(try PNGFile.decode(file, path: "a.png").rgb == [10, 20, 30, 40, 50, 60])
    let palette = RawPNG.chunk("PLTE", [1, 2, 3, 4, 5, 6]) + RawPNG.chunk("tRNS", [0, 9])
    let indexed = RawPNG.file(
      width: 3, height: 1, depth: 1, colourType: 3, before: palette, rows: [0, 0b0100_0000])
    #expect(try PNGFile.decode(indexed, path: "a.png").rgb == [1, 2, 3, 4, 5, 6, 1, 2, 3])
  }

  @Test func hugeClaimIsRefusedFromTheHeader() {
    let file = Array(
      RawPNG.file(width: 100_000, height: 100_000, depth: 8, colourType: 2, rows: [0]).prefix(46))
    let error = #expect(throws: MediaError.self) { try PNGFile.decode(file, path: "huge.png") }
    #expect(error?.reason == .tooLarge)
    #expect(
      error?.description.hasPrefix("huge.png: a picture of 100000x100000 pixels exceeds the limit") == true)
  }

  @Test func inflatingTextIsSkipped() throws {
    // The stream inside is not valid: it would be an error if anybody inflated it.
    let text = RawPNG.chunk("zTXt", [0x6B, 0, 0] + [UInt8](repeating: 0xFF, count: 5000))
    let file = RawPNG.file(width: 1, height: 1, depth: 8, colourType: 2, before: text, rows: [0, 7, 8, 9])
    #expect(try PNGFile.decode(file, path: "a.png").rgb == [7, 8, 9])
  }

  @Test func everyCutIsATypedError() throws {
    let file = RawPNG.file(
      width: 4, height: 2, depth: 8, colourType: 0, rows: [0, 1, 2, 3, 4, 0, 5, 6, 7, 8])
    #expect(try PNGFile.decode(file, path: "a.png").height == 2)
    for length in 0..<file.count {
      let error = #expect(throws: MediaError.self) {
        try PNGFile.decode(Array(file.prefix(length)), path: "a.png")
      }
      guard case .truncated = error else {
        Issue.record("length \(length): \(String(describing: error))")
        continue
      }
    }
  }

  @Test func everyFlippedBitInTheChunksIsNoticed() {
    let file = RawPNG.file(
      width: 4, height: 2, depth: 8, colourType: 0, rows: [0, 1, 2, 3, 4, 0, 5, 6, 7, 8])
    for bit in 0..<(file.count * 8) {
      var damaged = file
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: MediaError.self, "bit \(bit)") { try PNGFile.decode(damaged, path: "a.png") }
    }
  }

  @Test func missingFilesAndFoldersAreErrors() throws {
    let folder = try TemporaryFolder()
    let absent = folder.url.appendingPathComponent("none.png")
    #expect(throws: MediaError.missing(path: absent.path)) { try PNGFile.read(absent) }
    #expect(throws: MediaError.self) { try PNGFile.read(folder.url) }
    #expect(throws: MediaError.self) { try PNGFile.read(URL(fileURLWithPath: "/dev/zero")) }
    let frame = Pictures.noise(FrameSize(width: 2, height: 2), seed: 1)
    let error = #expect(throws: MediaError.self) {
      try PNGFile.write(frame, to: folder.url.appendingPathComponent("no/such/a.png"))
    }
    #expect(error?.description.contains("no such file or directory") == true)
  }
}

/// PNG files put together by hand, with stored (uncompressed) data.
enum RawPNG {
  static func file(
    width: Int, height: Int, depth: UInt8, colourType: UInt8, before: [UInt8] = [], rows: [UInt8]
  ) -> [UInt8] {
    let header = bytes(width) + bytes(height) + [depth, colourType, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + before
      + chunk("IDAT", stored(rows)) + chunk("IEND", [])
  }

  static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return bytes(content.count) + body + bytes(crc(body))
  }

  private static func stored(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var rest = data[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(65535)
      let low = UInt8(block.count & 255)
      let high = UInt8(block.count >> 8)
      result += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
    } while !rest.isEmpty
    var a = 1
    var b = 0
    for byte in data {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return result + bytes(b << 16 | a)
  }

  private static func crc(_ data: [UInt8]) -> Int {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return Int(~crc)
  }

  private static func bytes(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
