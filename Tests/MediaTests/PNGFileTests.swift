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

  @Test func alphaIsReadWhereItIsAskedFor() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("a.png")
    let palette = RawPNG.chunk("PLTE", [1, 2, 3, 4, 5, 6]) + RawPNG.chunk("tRNS", [0, 9])
    let files: [([UInt8], [UInt8])] = [
      (
        RawPNG.file(width: 2, height: 1, depth: 8, colourType: 6, rows: [0, 10, 20, 30, 0, 40, 50, 60, 128]),
        [10, 20, 30, 0, 40, 50, 60, 128]
      ),
      (
        RawPNG.file(width: 2, height: 1, depth: 8, colourType: 4, rows: [0, 10, 77, 40, 255]),
        [10, 10, 10, 77, 40, 40, 40, 255]
      ),
      (
        RawPNG.file(width: 2, height: 1, depth: 8, colourType: 0, rows: [0, 10, 40]),
        [10, 10, 10, 255, 40, 40, 40, 255]
      ),
      (
        RawPNG.file(width: 2, height: 1, depth: 1, colourType: 3, before: palette, rows: [0, 0b0100_0000]),
        [1, 2, 3, 0, 4, 5, 6, 9]
      ),
    ]
    for (file, rgba) in files {
      try Data(file).write(to: url)
      let picture = try PNGFile.readWithAlpha(url)
      #expect(picture.size == FrameSize(width: 2, height: 1) && picture.rgba == rgba)
    }
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
