import ClipBuilding
import EvalCore
import Foundation
import Media
import TestSupport
import Testing

/// Drawings of a vertical stroke, as scanners and drawing programs leave them.
@Suite struct DrawnLineartTests {
  private let folder: TemporaryFolder
  private let size = FrameSize(width: 48, height: 32)

  init() throws { folder = try TemporaryFolder() }

  /// Three pages of `scale` times the clip's size with a stroke from a third to half of the width.
  private func draw(
    _ name: String, scale: Int = 1, extent: FrameSize? = nil, pages: Int = 3,
    _ pixel: (_ isStroke: Bool, _ x: Int, _ y: Int) -> [UInt8]
  ) throws -> URL {
    let url = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let page = extent ?? FrameSize(width: size.width * scale, height: size.height * scale)
    var samples: [UInt8] = []
    for y in 0..<page.height {
      samples.append(0)
      for x in 0..<page.width {
        samples += pixel((page.width / 3..<page.width / 2).contains(x) && y % 24 != 23, x, y)
      }
    }
    let channels = (samples.count / page.height - 1) / page.width
    let kinds: [Int: UInt8] = [1: 0, 2: 4, 3: 2, 4: 6]
    for index in 0..<pages {
      let file = RawPNG.file(
        width: page.width, height: page.height, depth: 8, colourType: kinds[channels] ?? 0, rows: samples)
      try Data(file).write(to: url.appendingPathComponent("page\(index).png"))
    }
    return url
  }

  private func lines(_ url: URL, _ polarity: DrawnLineart.Polarity = .auto) throws -> Frame {
    let drawn = try DrawnLineart(url, count: 3, size: size, polarity: polarity)
    let reader = try drawn.makeReader()
    let frames = [try reader.next(), try reader.next(), try reader.next()].compactMap(\.self)
    #expect(frames.count == 3 && Set(frames).count == 1)
    #expect(try reader.next() == nil)
    return try #require(frames.first)
  }

  /// Levels inside the stroke and on the paper.
  private func levels(_ frame: Frame) -> (ink: UInt8, paper: UInt8) {
    func value(_ x: Int, _ y: Int) -> UInt8 { frame.rgb[3 * (y * frame.width + x)] }
    return (value(20, 4), value(40, 4))
  }

  @Test func greyPaperAndPencilBecomeBlackOnWhite() throws {
    // Grainy paper around 220, pencil around 70, three times the clip's size.
    let scan = try draw("scan", scale: 3) { isStroke, x, y in
      [UInt8((isStroke ? 70 : 220) + (x * 7 + y * 13) % 5)]
    }
    let found = levels(try lines(scan))
    #expect(found.ink <= 2 && found.paper == 255, "the pencil's grain stays, the paper's goes")
  }

  @Test func invertedScansAreTurned() throws {
    let scan = try draw("inverted") { isStroke, _, _ in [isStroke ? 230 : 20, isStroke ? 230 : 20, 25] }
    #expect(levels(try lines(scan)) == (0, 255))
    #expect(throws: DrawnLineartError.self) {
      // Told that the lines are dark, the bright stroke is the paper's own grain and nothing is drawn.
      try DrawnLineart(
        draw("flat") { _, x, _ in [UInt8(120 + x % 3)] }, count: 3, size: size, polarity: .dark)
    }
  }

  @Test(arguments: [[UInt8(10), 10, 40], [250, 255, 250]]) func transparentLinesAreInkWhateverTheirColour(
    ink: [UInt8]
  ) throws {
    let layer = try draw("layer-\(ink[0])", scale: 2) { isStroke, _, _ in ink + [isStroke ? 255 : 0] }
    #expect(levels(try lines(layer)) == (0, 255))
  }

  @Test func whatIsTransparentAroundPaperIsPaper() throws {
    let cut = try draw("cut") { isStroke, x, _ in
      x > 42 ? [0, 0, 0, 0] : isStroke ? [5, 5, 5, 255] : [250, 250, 250, 255]
    }
    let frame = try lines(cut)
    #expect(levels(frame) == (0, 255))
    #expect(frame.rgb[3 * 46] == 255)
  }

  @Test func drawingsThatDoNotFitAreRefusedByName() throws {
    let wide = try draw("wide", extent: FrameSize(width: 60, height: 32)) { isStroke, _, _ in
      [isStroke ? 0 : 255]
    }
    let few = try draw("few", pages: 2) { isStroke, _, _ in [isStroke ? 0 : 255] }
    let blank = try draw("blank") { _, _, _ in [254] }
    #expect(message(wide).contains("page0.png: is 60x32, the clip is 48x32"))
    #expect(message(few).contains("2 drawings, the clip has 3 frames"))
    #expect(message(blank).contains("shows no lines"))
    let mixed = try draw("mixed") { isStroke, _, _ in [isStroke ? 0 : 255] }
    let other = try draw("other", scale: 2, pages: 1) { isStroke, _, _ in [isStroke ? 0 : 255] }
    let last = mixed.appendingPathComponent("page2.png")
    try FileManager.default.removeItem(at: last)
    try FileManager.default.copyItem(at: other.appendingPathComponent("page0.png"), to: last)
    #expect(message(mixed).contains("page2.png: is 96x64, the drawings before it are 48x32"))
  }

  private func message(_ url: URL) -> String {
    do {
      _ = try DrawnLineart(url, count: 3, size: size)
      return "none"
    } catch { return "\(error)" }
  }

  @Test func clipsWithoutDrawingsAreNamed() throws {
    let scans = folder.url.appendingPathComponent("scans")
    try FileManager.default.createDirectory(
      at: scans.appendingPathComponent("b"), withIntermediateDirectories: true)
    do {
      try ClipLines.drawn(folder: scans, .auto).check(clips: ["a", "b", "c"])
      Issue.record("nothing was missed")
    } catch { #expect("\(error)".contains("no drawings of a, c;")) }
  }
}
