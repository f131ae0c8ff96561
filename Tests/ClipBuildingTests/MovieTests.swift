import ClipBuilding
import EvalCore
import Foundation
import Media
import SceneCuts
import Synchronization
import TestSupport
import Testing

/// Paper where the frame is bright.
private struct BrightnessLines: LineartExtractor {
  let name = "brightness"
  let label = "Brightness"
  func inkStrength(of frame: Frame) -> [Float] {
    stride(from: 0, to: frame.rgb.count, by: 3).map { 1 - Float(frame.rgb[$0]) / 255 }
  }
}

@Suite struct MovieTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Shots of the given lengths, each of its own colour, with a dot that moves every second frame.
  private func film(_ lengths: [Int]) throws -> MovieFile {
    let url = folder.url.appendingPathComponent("film.mkv")
    let writer = try VideoWriter(
      url, size: FrameSize(width: 64, height: 48), frameRate: Rational(24), codec: .ffv1)
    for (shot, length) in lengths.enumerated() {
      for index in 0..<length {
        var rgb = Frame(width: 64, height: 48, red: UInt8(80 * shot), green: 200, blue: 30).rgb
        let dot = 3 * (10 * 64 + 8 * (index / 2 % 6))
        for byte in dot..<(dot + 24) { rgb[byte] = 255 }
        try writer.append(Frame(width: 64, height: 48, rgb: rgb))
      }
    }
    try writer.finish()
    return try MovieFile(url)
  }

  private var scanner: MovieScanner {
    MovieScanner(
      folder: folder.url.appendingPathComponent("state"), detector: CutDetector(.paper), threads: 1)
  }

  private func ffmpeg(_ arguments: String, _ name: String) throws -> URL {
    let url = folder.url.appendingPathComponent(name)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "ffmpeg -v error -y \(arguments) \"$0\"", url.path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return url
  }

  private func fault(_ url: URL) -> String {
    do {
      let reader = try MovieFile(url).makeReader()
      while try reader.next() != nil {}
      return "none"
    } catch { return "\(error)" }
  }

  @Test func cutsAreFoundAndAFinishedScanIsKept() throws {
    let film = try film([16, 20, 7])
    let scan = try scanner.scan(film, name: "film") { _ in }
    #expect(scan.isComplete)
    #expect(scan.detector.shots == [0..<16, 16..<36, 36..<43])
    var frames = 0
    let again = try scanner.scan(film, name: "film") { _ in frames += 1 }
    #expect(again == scan && frames == 0)
  }

  @Test func anInterruptedScanGivesTheSameShots() throws {
    struct Stop: Error {}
    let film = try film([990, 30, 20])
    var frames: [Int] = []
    #expect(throws: Stop.self) {
      try scanner.scan(film, name: "film") { if $0 == 1010 { throw Stop() } }
    }
    let scan = try scanner.scan(film, name: "film") { frames.append($0) }
    #expect(frames.first == 1001)
    #expect(scan.detector.shots == [0..<990, 990..<1020, 1020..<1040])
  }

  @Test func clipsAreCutExactlyAndFinishedOnesStay() throws {
    let film = try film([16, 20])
    let cutter = ClipCutter(
      folder: folder.url, size: nil, lines: .extracted(BrightnessLines(), cache: nil), threads: 1)
    let clips = try cutter.cut([0..<16, 16..<36], of: film, name: "film") { _ in }
    #expect(clips.map(\.id) == ["film-0000000", "film-0000016"])
    #expect(clips[1].timeCode == "00:00:00.667")
    #expect(clips[1].heldFrames == 10)
    let original = try VideoFile(film.url).allFrames()
    let stored = folder.url.appendingPathComponent("film-0000016")
    #expect(try VideoFile(stored.appendingPathComponent("color.mkv")).allFrames() == Array(original[16..<36]))
    let lines = try VideoFile(stored.appendingPathComponent("lineart.mkv")).allFrames()
    #expect(try lines == original[16..<36].map { try BrightnessLines().lineart(of: $0) })
    let time = try modified(stored)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("film-0000000/clip.json"))
    #expect(try cutter.cut([0..<16, 16..<36], of: film, name: "film") { _ in } == clips)
    #expect(try modified(stored) == time)
  }

  private func modified(_ clip: URL) throws -> Date? {
    let path = clip.appendingPathComponent("color.mkv").path
    return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  @Test func linesAreDrawnOncePerPicture() throws {
    final class Pen: LineartExtractor {
      let name = "pen"
      let label = "Pen"
      let strokes = Mutex(0)
      func inkStrength(of frame: Frame) -> [Float] {
        strokes.withLock { $0 += 1 }
        return BrightnessLines().inkStrength(of: frame)
      }
    }
    let film = try film([16])
    let cache = ContentCache(folder.url.appendingPathComponent("cache"))
    let pen = Pen()
    var digests: Set<String> = []
    for name in ["a", "b"] {
      let cutter = ClipCutter(
        folder: folder.url.appendingPathComponent(name), size: nil, lines: .extracted(pen, cache: cache),
        threads: 1)
      digests.formUnion(try cutter.cut([0..<16], of: film, name: "film") { _ in }.map(\.lineartSHA256))
      // Two frames per drawing, six places of the dot.
      #expect(pen.strokes.withLock { $0 } == 6)
    }
    #expect(digests.count == 1)
  }

  @Test func drawnLinesBecomeTheClipsLineart() throws {
    let film = try film([16])
    let scans = folder.url.appendingPathComponent("scans")
    let place = scans.appendingPathComponent("film-0000000")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let grey = (0..<128 * 96).map { $0 % 128 < 20 ? UInt8(60) : 225 }
    for index in 0..<16 {
      try PNGFile.writeGray(
        width: 128, height: 96, values: grey, to: place.appendingPathComponent("\(100 + index).png"))
    }
    let cutter = ClipCutter(
      folder: folder.url.appendingPathComponent("set"), size: nil, lines: .drawn(folder: scans, .auto),
      threads: 1)
    let clip = try cutter.cut([0..<16], of: film, name: "film") { _ in }[0]
    #expect(clip.lineart.hasPrefix("drawn(size=128x96,"))
    let lines = try VideoFile(folder.url.appendingPathComponent("set/\(clip.id)/lineart.mkv")).allFrames()
    #expect(lines.count == 16 && lines[3].rgb[3 * 4] == 0 && lines[3].rgb[3 * 40] == 255)
    // Other drawings make the clip anew.
    try PNGFile.writeGray(
      width: 128, height: 96, values: grey.map { $0 / 2 + 60 }, to: place.appendingPathComponent("115.png"))
    #expect(try cutter.cut([0..<16], of: film, name: "film") { _ in }[0] != clip)
  }

  @Test func clipsAreResized() throws {
    let film = try film([16])
    let size = FrameSize(width: 32, height: 16)
    let cutter = ClipCutter(
      folder: folder.url, size: size, lines: .extracted(BrightnessLines(), cache: nil), threads: 1)
    let clip = try cutter.cut([0..<16], of: film, name: "film") { _ in }[0]
    #expect(try VideoFile(folder.url.appendingPathComponent("\(clip.id)/lineart.mkv")).size == size)
  }

  @Test func filmsThatCannotBeCutAreRefusedByName() throws {
    let source = "-f lavfi -i testsrc2=size=64x48:rate=24:duration=3"
    #expect(fault(try ffmpeg("-f lavfi -i sine=duration=1", "sound.m4a")).contains("no video stream"))
    let interlaced = try ffmpeg(
      "\(source) -vf interlace -c:v mpeg2video -flags +ildct+ilme", "interlaced.mkv")
    #expect(fault(interlaced).contains("interlaced"))
    let pq = try ffmpeg("\(source) -c:v libx264 -color_trc smpte2084", "hdr.mkv")
    #expect(fault(pq).contains("HDR"))
    let variable = try ffmpeg(
      "\(source) -vf \"select='not(mod(n\\,7))+lt(mod(n\\,11)\\,4)'\" -vsync vfr -c:v libx264", "variable.mkv"
    )
    #expect(fault(variable).contains("variable frame rate"))
    #expect(fault(folder.url.appendingPathComponent("absent.mkv")).contains("does not exist"))
  }

  @Test func damagedFilmsAreRefusedByName() throws {
    let film = try film([16]).url
    let bytes = try Data(contentsOf: film)
    let cut = folder.url.appendingPathComponent("cut.mkv")
    try bytes.prefix(bytes.count / 2).write(to: cut)
    #expect(fault(cut).contains("cut off or damaged"))
    try Data("no film".utf8).write(to: cut)
    #expect(fault(cut).contains("cannot be read as a video"))
  }

  @Test func rotatedFilmsStandUpright() throws {
    let flat = try ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=24:duration=1 -c:v libx264", "flat.mp4")
    let turned = try ffmpeg("-i '\(flat.path)' -c copy -metadata:s:v rotate=90", "turned.mp4")
    let film = try MovieFile(turned)
    #expect(film.size == FrameSize(width: 48, height: 64))
    #expect(film.notes.contains("rotated"))
  }
}
