internal import ArgumentParser
internal import EvalCore
internal import Foundation
internal import Media
internal import Metrics

/// `lvcd-bench distance-map`: distances to the nearest ink pixel of a sketch, as EDMD uses them.
struct DistanceMapCommand: ParsableCommand, LoggingCommand {
  /// Names of the distance transforms on the command line.
  enum Method: String, ExpressibleByArgument, CaseIterable {
    case exact, danielsson, sed4, sed8

    var transform: DistanceMethod {
      switch self {
      case .exact: .exact
      case .danielsson, .sed4: .sed4
      case .sed8: .sed8
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "distance-map",
    abstract: "Distance in pixels from every pixel of a sketch to its nearest ink pixel.",
    discussion: """
      Ink is where 1 - luma / 255 exceeds the threshold. The output is a float32 NPY array of height x width; \
      a sketch without ink gives the image diagonal everywhere. The method danielsson is sed4.
      """)

  @Argument(help: "Sketch, dark lines on white: a PNG file.")
  var input: String

  @Option(help: "Ink strength above which, strictly, a pixel is ink, 0 to 1.")
  var threshold = 0.5

  @Option(help: "exact, danielsson (= sed4), sed4 or sed8.")
  var method = Method.exact

  @Option(name: [.customShort("o"), .long], help: "The NPY file to write.")
  var output: String

  @Option(help: "Also write a picture of the map: black at ink, white at the largest distance.")
  var png: String?

  @OptionGroup var dryRun: DryRunOption
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard threshold >= 0, threshold < 1 else {
      throw ValidationError("--threshold \(threshold) is out of range; give a number from 0 to below 1")
    }
  }

  func run() throws {
    try reporting {
      let sources = [URL(fileURLWithPath: input)]
      try refuseOverwriting(sources, by: [output] + [png].compactMap(\.self))
      let sketch = try PNGFile.read(sources[0])
      if dryRun.isDryRun { return try answer("\(input): \(sketch.size); nothing was written") }
      try write(sketch)
    }
  }

  private func write(_ sketch: Frame) throws {
    guard max(sketch.width, sketch.height) <= DistanceMap.maximumSide else {
      throw MetricsError.frameTooLarge(clip: input, size: sketch.size, limit: DistanceMap.maximumSide)
    }
    let mask = InkMask(darkInkOf: sketch, above: threshold)
    let distances = DistanceMap(of: mask, method: method.transform).distances()
    try NPYFile.write(
      shape: [sketch.height, sketch.width], values: distances, to: URL(fileURLWithPath: output))
    if let png {
      let largest = max(1, distances.max() ?? 1)
      try PNGFile.writeGray(
        width: sketch.width, height: sketch.height,
        values: distances.map { UInt8((255 * $0 / largest).rounded()) }, to: URL(fileURLWithPath: png))
    }
  }
}
