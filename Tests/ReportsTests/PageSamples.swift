import EvalCore
import Foundation
import Reports

/// Content and pictures made up for pages.
enum PageSamples {
  /// Clips of two rows on two sets; clip k of `a` is worse than clip k - 1, and frame k is its worst one.
  static func content(clips count: Int = 5, baseline: Bool = false) -> PageContent {
    var content = PageContent(title: "Made up")
    for suite in ["similar", "general"] {
      for (row, method) in ["a", "b"].enumerated() {
        for number in 0..<count {
          let value = 30 - Double(number) - Double(row)
          let curve = (1..<20).map { FrameScore(frame: $0, value: $0 == number + 1 ? value - 5 : value) }
          content.clips.append(
            ClipScores(
              suite: suite, method: method, clip: "scene/c\(number)", frames: 20,
              values: [.psnr: value, .ssim: value / 40],
              baseline: baseline ? [.psnr: value + Double(count - number), .ssim: value / 40] : [:],
              curves: [.psnr: curve], seams: row == 0 ? [14] : [],
              warnings: number == 0 ? ["2 of 19 frames are identical to the original"] : []))
        }
      }
    }
    content.facts = [FactGroup(title: "Machine", facts: [.init("cpu", "made up")])]
    return content
  }

  static func results(clips: Int = 5) -> RunResults {
    let suites = [
      Samples.suite("similar", "Similar Testset", clips: clips),
      Samples.suite("general", "General Testset", clips: clips),
    ]
    let cells = suites.flatMap { suite in
      [
        Samples.cell("a", suite.name, [.psnr: 28, .ssim: 0.7], clips: clips),
        Samples.cell("b", suite.name, [.psnr: 27, .ssim: 0.6], kind: .external, clips: clips),
        Samples.cell("ground-truth", suite.name, [.psnr: 100, .ssim: 1], kind: .oracle, clips: clips),
      ]
    }
    return Samples.results(
      cells, suites: suites, metrics: [Samples.column(.psnr), Samples.column(.ssim)])
  }

  static func page(
    _ results: RunResults = results(), _ content: PageContent = content(),
    pictures: (any GalleryPictures)? = Pictures(), options: PageOptions = PageOptions(),
    layout: TableLayout = .generic
  ) throws -> String {
    try HTMLWriter(page: options).write(results, content: content, pictures: pictures, layout: layout)
  }

  /// Pictures of `size` arbitrary bytes.
  struct Pictures: GalleryPictures {
    var size = 100
    var failure: String?
    var notes: [String] = []

    func strip(suite: String, method: String, clip: String, frames: [Int]) throws -> GalleryStrip {
      if let failure { throw PicturesGone(description: failure) }
      let image = EncodedImage(
        kind: .webp, width: 240, height: 133,
        bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ clip.count) })
      let moving = Dictionary(uniqueKeysWithValues: frames.map { ($0, image) })
      return GalleryStrip(
        lanes: [
          GalleryLane(kind: .sketch, images: moving),
          GalleryLane(kind: .reference, caption: "given", images: [0: image], isStill: true),
          GalleryLane(kind: .original, images: moving), GalleryLane(kind: .output, images: moving),
          GalleryLane(kind: .colourError, images: moving),
        ], notes: notes)
    }
  }

  struct PicturesGone: Error, CustomStringConvertible {
    let description: String
  }
}
