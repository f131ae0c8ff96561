import EvalCore
import Foundation
import Media
import TestSupport
import Testing

/// `colorize`, `plan` and the method `lvcd` of `run`, on the tiny network of the model's fixtures.
@Suite(.serialized) struct ColorizeProgramTests {
  private let folder: TemporaryFolder
  private let cache: URL
  private let suite: TinySuite
  private let weights: [String]

  init() throws {
    folder = try TemporaryFolder()
    cache = folder.url.appendingPathComponent("cache")
    suite = try TinySuite(in: folder.url, clips: 1, frames: 3)
    weights = ["svd_tiny", "lvcd_tiny"].map {
      Goldens.lvcd.appendingPathComponent("\($0).safetensors").path
    }
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func colorize(_ output: String, _ more: [String] = []) throws -> Program.Outcome {
    let clip = folder.url.appendingPathComponent(suite.clips[0])
    return try Program.run(
      [
        "colorize", "--reference", clip.appendingPathComponent("color/00000.png").path, "--lineart",
        clip.appendingPathComponent("sketch").path, "-o", path(output), "--steps", "1", "--weights",
      ] + weights + more, cache: cache)
  }

  @Test func coloursAFolderAndAVideoAlike() throws {
    let latents = path("latents.safetensors")
    let made = try colorize("out", ["--latents-out", latents])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output == "\(path("out")): \(suite.frames) frames\n")
    let frames = try FrameFolder(URL(fileURLWithPath: path("out"))).allFrames()
    #expect(frames.count == suite.frames)
    #expect(frames.first?.size == FrameSize(width: 48, height: 32))
    #expect(!FileManager.default.fileExists(atPath: path("out.state")))
    let listed = try Program.run(["weights", "inspect", latents], cache: cache)
    #expect(listed.output.contains("segment0.denoised_before_blend.0"))
    #expect(listed.output.contains("output_latents"))

    let video = try colorize("out.mkv")
    #expect(video.status == 0, "\(video.errors)")
    #expect(try VideoFile(URL(fileURLWithPath: path("out.mkv"))).allFrames() == frames)

    let again = try colorize("out")
    #expect(again.status == 64 && again.errors.contains("name an empty folder"), "\(again.errors)")
  }

  @Test func framesBeforeTheReferenceAreColoured() throws {
    let made = try colorize("middle", ["--reference-index", "1"])
    #expect(made.status == 0, "\(made.errors)")
    #expect(try FrameFolder(URL(fileURLWithPath: path("middle"))).allFrames().count == suite.frames)
  }

  @Test func runsAsAMethod() throws {
    let configuration = """
      {"schema": "run/1", "suites": ["\(suite.file.path)"], "metrics": ["psnr"],
       "methods": [{"name": "ours", "colorizer": "lvcd",
                    "settings": {"weights": "\(weights.joined(separator: ","))", "steps": 1, "overlap": 3}}]}
      """
    let file = folder.url.appendingPathComponent("run.json")
    try Data(configuration.utf8).write(to: file)
    let run = try Program.run(["run", file.path, "-o", path("run")], cache: cache)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("ours"))
  }

  @Test func plansWithoutComputing() throws {
    let official = try Program.run(["plan", "--frames", "75", "--rate", "100"], cache: cache)
    #expect(official.status == 0, "\(official.errors)")
    #expect(official.output.contains("7 segments of 25 steps, overlap 4"))
    let tiny = try Program.run(["plan", "--frames", "5", "--json", "--weights"] + weights, cache: cache)
    #expect(tiny.status == 0 && tiny.output.contains("\"segments\" : 1"), "\(tiny.output) \(tiny.errors)")
  }

  @Test func withoutWeightsTheEmbeddedModelColours() throws {
    let run = try Program.run(
      [
        "run", "--suite", suite.file.path, "--grid", "model.steps=1", "--metrics", "psnr", "-o", path("own"),
      ], cache: cache)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("coloured by lvcd-mini, the small model inside this program"))
  }

  /// Nothing is sampled for input that cannot be coloured: status 65 or 66, and one line that says what to change.
  @Test func badInputIsNamedBeforeSampling() throws {
    let clip = folder.url.appendingPathComponent(suite.clips[0])
    let cut = path("cut.png")
    let reference = clip.appendingPathComponent("color/00000.png")
    try Data(contentsOf: reference).prefix(60).write(to: URL(fileURLWithPath: cut))
    try FileManager.default.createDirectory(atPath: path("empty"), withIntermediateDirectories: true)
    let sketch = clip.appendingPathComponent("sketch").path
    func status(
      reference: String, lineart: String, weights: [String], _ more: [String] = [], names words: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Int32 {
      let outcome = try Program.run(
        ["colorize", "--reference", reference, "--lineart", lineart, "-o", path("bad"), "--steps", "1"] + more
          + ["--weights"] + weights, cache: cache)
      #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: sourceLocation)
      #expect(!outcome.errors.contains("sampling"), sourceLocation: sourceLocation)
      return outcome.status
    }
    let good = reference.path
    #expect(try status(reference: cut, lineart: sketch, weights: weights, names: "cut.png") == 65)
    #expect(
      try status(reference: good, lineart: path("empty"), weights: weights, names: "no frames found") == 66)
    #expect(
      try status(reference: path("none.png"), lineart: sketch, weights: weights, names: "not exist") == 66)
    #expect(
      try status(reference: good, lineart: sketch, weights: [weights[0]], names: "whole ControlNet")
        == 65)
    #expect(
      try status(reference: good, lineart: sketch, weights: weights.reversed(), names: "before") == 65)
    let nowhere = path("none/latents.safetensors")
    #expect(
      try status(
        reference: good, lineart: sketch, weights: weights, ["--latents-out", nowhere],
        names: "cannot be written") == 65)
  }

  @Test func clipsOfOneFrameAndOfAnySizeAreColoured() throws {
    for (name, size) in [
      ("one", FrameSize(width: 50, height: 33)), ("two", FrameSize(width: 47, height: 90)),
    ] {
      let frame = Frame(width: size.width, height: size.height, red: 200, green: 220, blue: 240)
      try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
      for index in 0..<(name == "one" ? 1 : 2) {
        try PNGFile.write(frame, to: URL(fileURLWithPath: path("\(name)/0000\(index).png")))
      }
      for resolution in ["native", "input"] {
        let made = try Program.run(
          [
            "colorize", "--reference", path("\(name)/00000.png"), "--lineart", path(name), "-o",
            path("\(name)-\(resolution)"), "--steps", "1", "--resolution", resolution, "--weights",
          ] + weights, cache: cache)
        #expect(made.status == 0, "\(made.errors)")
        let frames = try FrameFolder(URL(fileURLWithPath: path("\(name)-\(resolution)"))).allFrames()
        #expect(frames.map(\.size) == Array(repeating: size, count: name == "one" ? 1 : 2))
      }
    }
  }

  @Test func mistakesAreNamed() throws {
    let variant = try colorize("v", ["--variant", "best"])
    #expect(variant.status == 65 && variant.errors.contains("'variant' is 'best'"), "\(variant.errors)")
    let size = try colorize("s", ["--resolution", "50x50"])
    #expect(size.status == 65 && size.errors.contains("multiples of"), "\(size.errors)")
    let outside = try colorize("i", ["--reference-index", "9"])
    #expect(outside.status == 65 && outside.errors.contains("the reference is frame 9, expected 0 to 2"))
    let memory = try colorize("m", ["--resolution", "16384x16384"])
    #expect(memory.status == 65 && memory.errors.contains("choose a smaller resolution"), "\(memory.errors)")
    let small = folder.url.appendingPathComponent("small.png")
    try PNGFile.write(Frame(width: 5, height: 4, red: 9, green: 9, blue: 9), to: small)
    let clip = folder.url.appendingPathComponent(suite.clips[0])
    let sketch = clip.appendingPathComponent("sketch").path
    let sizes = try Program.run(
      ["colorize", "--reference", small.path, "--lineart", sketch, "-o", path("d"), "--weights"] + weights,
      cache: cache)
    #expect(sizes.status == 65 && sizes.errors.contains("is 48x32, the reference is 5x4"), "\(sizes.errors)")
    let missing = try Program.run(
      ["colorize", "--reference", small.path, "--lineart", sketch, "-o", path("w"), "--weights", weights[1]],
      cache: cache)
    #expect(missing.status == 65 && missing.errors.contains("no tensor '"), "\(missing.errors)")
    let unknown = try Program.run(
      ["run", "--suite", suite.file.path, "--method", "lvdc", "-o", path("r")], cache: cache)
    #expect(unknown.errors.contains("did you mean 'lvcd'"), "\(unknown.errors)")
  }
}
