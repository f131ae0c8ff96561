import EvalCore
import Foundation
import Media
import TestSupport
import Testing

/// `clips build`, `lines`, `stats`, `lineart-matrix` and `cache` as a user calls them.
@Suite(.serialized) struct ClipsBuildProgramTests {
  private let folder: TemporaryFolder
  private let cache: URL

  init() throws {
    folder = try TemporaryFolder()
    cache = folder.url.appendingPathComponent("cache")
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func run(_ words: [String]) throws -> Program.Outcome { try Program.run(words, cache: cache) }

  /// Shots of the given lengths: an outlined square on a ground of the shot's colour, drawn anew every second frame.
  private func film(_ name: String, _ lengths: [Int]) throws -> String {
    let url = folder.url.appendingPathComponent(name)
    let size = FrameSize(width: 96, height: 64)
    let writer = try VideoWriter(url, size: size, frameRate: Rational(24), codec: .ffv1)
    for (shot, length) in lengths.enumerated() {
      for index in 0..<length {
        var rgb = Frame(width: 96, height: 64, red: UInt8(70 * shot + 20), green: 190, blue: 90).rgb
        let left = 10 + 3 * (index / 2)
        for y in 20..<44 {
          for x in left..<left + 24 {
            let isEdge = y == 20 || y == 43 || x == left || x == left + 23
            for channel in 0..<3 { rgb[3 * (y * 96 + x) + channel] = isEdge ? 10 : UInt8(60 * channel + 40) }
          }
        }
        try writer.append(Frame(width: 96, height: 64, rgb: rgb))
      }
    }
    try writer.finish()
    return url.path
  }

  private func ffmpeg(_ arguments: String, _ name: String) throws -> String {
    let outcome = try Program.shell("ffmpeg -v error -y \(arguments) '\(path(name))'", cache: cache)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return path(name)
  }

  @Test func aFilmBecomesASetThatRuns() throws {
    let film = try film("my film.mkv", [16, 20, 6])
    let words = [
      "clips", "build", film, "-o", path("set"), "--size", "film", "--licence", "CC0", "--name", "mine",
    ]
    let built = try run(words)
    #expect(built.status == 0, "\(built.errors)")
    #expect(built.output.contains("2 clips, 36 frames") && built.output.contains("shorter than 15 frames: 1"))
    #expect(built.output.contains("held frames: 52.9 %"), "\(built.output)")
    let suite = path("set/mine.suite.json")
    #expect(try run(["clips", "validate", suite]).status == 0)
    #expect(try run(["suites", "show", suite]).output.contains("licence: CC0"))
    let scored = try run([
      "run", "--suite", suite, "--method", "fill-prev", "--metrics", "psnr", "-o", path("run"),
    ])
    #expect(scored.status == 0 && scored.output.contains("fill-prev"), "\(scored.errors)")
    // The same lines come from the cache, other lines are drawn.
    let before = try run(["cache", "list", "--plain"]).output
    #expect(before.contains("lineart\t18 entries"), "\(before)")
    let wide = try run(words.dropLast(2) + ["--name", "wide", "--extractor", "xdog+2px", "--cuts", "window"])
    #expect(wide.status == 0, "\(wide.errors)")
    #expect(try run(["clips", "validate", path("set/wide.suite.json")]).status == 0)
    #expect(
      try String(contentsOfFile: path("set/wide.suite.json"), encoding: .utf8).contains("rgb1000-window("))
    #expect(try run(["cache", "clean", "--kind", "lineart"]).output.hasPrefix("removed 36 entries"))
  }

  @Test func statisticsAreATableAndAPlot() throws {
    let film = try film("film.mkv", [16, 20])
    #expect(try run(["clips", "build", film, "-o", path("set"), "--size", "film"]).status == 0)
    let made = try run([
      "clips", "generate", "--seed", "5000000000", "--count", "1", "--length", "4", "--size", "64x64",
      "--flow",
      "-o", path("made"),
    ])
    #expect(made.status == 0)
    let outcome = try run([
      "clips", "stats", path("set/clips.suite.json"), path("made/similar.suite.json"), "--flow", "dis",
      "--plot", path("plot.svg"),
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    for words in ["clips above 10 px", "motion by dis(v1)", "true motion, mean"] {
      #expect(outcome.output.contains(words), "\(outcome.output)")
    }
    let held = try #require(outcome.output.split(separator: "\n").first { $0.hasPrefix("held frames") })
    #expect(held.contains("52.9 %") && held.contains("0.0 %"))
    let twos = try #require(outcome.output.split(separator: "\n").first { $0.hasPrefix("frames on ones") })
    #expect(twos.contains("0.0 % / 100.0 % / 0.0 %"))
    #expect(try String(contentsOfFile: path("plot.svg"), encoding: .utf8).hasPrefix("<svg"))
    let raft = Goldens.metrics.appendingPathComponent("raft/small.safetensors").path
    let other = try run([
      "clips", "stats", path("made/similar.suite.json"), "--flow-weights", raft, "--format", "csv",
    ])
    #expect(other.status == 0 && other.output.hasPrefix("set,clip"), "\(other.errors)")
    let own = try run(["clips", "stats", path("made/similar.suite.json")])
    #expect(own.output.contains("motion by raft-s(weights=project,"), "\(own.output) \(own.errors)")
    let both = try run(["clips", "stats", "similar", "--flow", "dis", "--flow-weights", raft])
    #expect(both.status == 64 && both.errors.contains("--flow-weights is for RAFT"), "\(both.errors)")
  }

  @Test func drawingsBecomeASetOfTheSameFrames() throws {
    let film = try film("film.mkv", [16])
    #expect(try run(["clips", "build", film, "-o", path("set"), "--size", "film"]).status == 0)
    let suite = path("set/clips.suite.json")
    let missing = try run(["clips", "lines", suite, "--name", "ink", "--drawn", path("scans")])
    #expect(
      missing.status == 66 && missing.errors.contains("no drawings of film-0000000"), "\(missing.errors)")
    let place = folder.url.appendingPathComponent("scans/film-0000000")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let grey = (0..<192 * 128).map { $0 % 192 / 8 == 5 ? UInt8(220) : 35 }
    for index in 0..<16 {
      try PNGFile.writeGray(
        width: 192, height: 128, values: grey, to: place.appendingPathComponent("scan-\(index + 1).png"))
    }
    let drawn = try run(["clips", "lines", suite, "--name", "ink", "--drawn", path("scans")])
    #expect(drawn.status == 0, "\(drawn.errors)")
    let made = path("set/ink.suite.json")
    #expect(try run(["clips", "validate", made]).status == 0)
    #expect(try String(contentsOfFile: made, encoding: .utf8).contains("inverted=yes"))
    let lines = try VideoFile(folder.url.appendingPathComponent("set/ink/film-0000000.mkv")).allFrames()
    #expect(lines[0].rgb[0] == 255 && lines[0].rgb[3 * 22] == 0)
    // In another folder the frames come along.
    let apart = try run([
      "clips", "lines", suite, "--name", "ink", "--drawn", path("scans"), "-o", path("apart"),
    ])
    #expect(
      apart.status == 0 && FileManager.default.fileExists(atPath: path("apart/frames/film-0000000.mkv")))
    #expect(try run(["clips", "validate", path("apart/ink.suite.json")]).status == 0)
    let embedded = try run(["clips", "lines", "similar", "--name", "x"])
    #expect(embedded.status == 64 && embedded.errors.contains("name a folder with -o"))
  }

  @Test func theMatrixNamesWhatItCannotRun() throws {
    let suite = try TinySuite(in: folder.url.appendingPathComponent("tiny"), clips: 2, frames: 3)
    let words = [
      "lineart-matrix", suite.file.path, "--lines", "own,inklines,inklines+1px,xdog,anime2sketch", "--method",
      "fill-prev", "--metrics", "psnr,edmd", "-o", path("matrix"),
    ]
    let outcome = try run(words)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = outcome.output.split(separator: "\n").map {
      $0.split(separator: " ").first.map(String.init) ?? ""
    }
    for name in ["own", "inklines", "inklines+1px", "xdog"] {
      #expect(rows.contains(name), "\(outcome.output)")
    }
    #expect(outcome.output.contains("not run: anime2sketch: the weights netG.pth are missing"))
    #expect(
      try String(contentsOfFile: path("matrix/matrix.md"), encoding: .utf8).contains("| inklines+1px |"))
    let again = try run(words)
    #expect(again.output == outcome.output && again.errors.contains("all 2 clips are done"))
    let none = try run(["lineart-matrix", suite.file.path, "--lines", "sketchkeras", "-o", path("none")])
    #expect(none.status == 65 && none.errors.contains("none of the lines can be had"))
    let unknown = try run(["lineart-matrix", suite.file.path, "--lines", "canny", "-o", path("none")])
    #expect(unknown.status == 65 && unknown.errors.contains("unknown line extractor 'canny'"))
  }

  @Test(arguments: [
    ("-f lavfi -i sine=duration=1", "sound.m4a", "no video stream"),
    (
      "-f lavfi -i testsrc2=size=96x64:rate=24:duration=2 -vf interlace -c:v mpeg2video -flags +ildct+ilme",
      "interlaced.mkv", "ffmpeg -vf bwdif"
    ),
    (
      "-f lavfi -i testsrc2=size=96x64:rate=24:duration=2 -c:v libx265 -x265-params log-level=none -pix_fmt yuv420p10le"
        + " -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc", "hlg.mkv", "HDR video (HLG"
    ),
    (
      "-f lavfi -i testsrc2=size=96x64:rate=24:duration=4 -vf \"select='not(mod(n,7))+lt(mod(n,11),4)'\" -vsync vfr "
        + "-c:v libx264", "variable.mp4", "ffmpeg -vf fps=24"
    ),
  ]) func filmsThatCannotBeCutAreRefused(make: String, name: String, words: String) throws {
    let film = try ffmpeg(make, name)
    let outcome = try run(["clips", "build", film, "-o", path("set")])
    #expect(
      outcome.status == 65 && outcome.errors.contains(words) && outcome.errors.contains(name),
      "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: path("set/clips.suite.json")))
  }

  @Test func damageInsideAFilmIsNamedAndRotationIsApplied() throws {
    let source = "-f lavfi -i testsrc2=size=96x64:rate=24:duration=2"
    let flat = try ffmpeg("\(source) -c:v libx264 -g 12", "flat.mp4")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: flat))
    for index in bytes.count / 2..<bytes.count / 2 + 3000 {
      bytes[index] = UInt8(truncatingIfNeeded: index * 31)
    }
    try bytes.write(to: URL(fileURLWithPath: path("damaged.mp4")))
    let damaged = try run([
      "clips", "build", path("damaged.mp4"), "-o", path("bad"), "--size", "film", "--extractor", "xdog",
    ])
    #expect(
      damaged.status == 65 && damaged.errors.contains("damaged.mp4: cut off or damaged"), "\(damaged.errors)")
    let turned = try ffmpeg("-i '\(flat)' -c copy -metadata:s:v rotate=90", "turned.mp4")
    let built = try run([
      "clips", "build", turned, "-o", path("set"), "--size", "film", "--extractor", "xdog",
    ])
    #expect(built.status == 0, "\(built.errors)")
    let clip = try VideoFile(folder.url.appendingPathComponent("set/turned-0000000/color.mkv"))
    #expect(clip.size == FrameSize(width: 64, height: 96))
  }

  @Test func aKilledBuildGoesOnToTheSameSet() throws {
    // Long enough that the kill lands inside the work, whatever the machine.
    let film = try ffmpeg(
      "-f lavfi -i testsrc2=size=320x180:rate=24:duration=12 -c:v libx264 -preset ultrafast -crf 35",
      "film.mkv")
    let words = [
      "clips", "build", film, "--size", "96x54", "--max-length", "9000", "--min-length", "1", "--extractor",
      "xdog",
    ]
    #expect(try run(words + ["-o", path("whole")]).status == 0)
    var wasStopped = false
    for seconds in [0.5, 1.2] {
      wasStopped =
        try Program.run(
          words + ["-o", path("set")], cache: folder.url.appendingPathComponent("other"), killedAfter: seconds
        ).status == 9 || wasStopped
    }
    #expect(wasStopped)
    #expect(try run(words + ["-o", path("set")]).status == 0)
    let files = ["whole", "set"].map { URL(fileURLWithPath: path("\($0)/clips.suite.json")) }
    #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
    #expect(try run(["clips", "validate", path("set/clips.suite.json")]).status == 0)
  }

  @Test(arguments: [
    ["--cuts", "guess"], ["--flash-frames", "8", "--cuts", "window"],
    ["--drawn", "x", "--extractor", "xdog"],
    ["--polarity", "dark"], ["--drawn", "x", "--polarity", "grey"], ["--extractor", "canny"],
    ["--extractor", "xdog+99px"], ["--threshold", "0"], ["--name", "a/b"],
  ]) func badOptionsAreRefused(options: [String]) throws {
    let film = try film("film.mkv", [16])
    let outcome = try run(["clips", "build", film, "-o", path("bad")] + options)
    #expect([64, 65].contains(outcome.status), "\(options): \(outcome.status) \(outcome.errors)")
    #expect(!outcome.errors.isEmpty && !FileManager.default.fileExists(atPath: path("bad/clips.suite.json")))
  }
}
