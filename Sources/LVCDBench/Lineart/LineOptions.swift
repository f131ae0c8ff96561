internal import ArgumentParser
internal import ClipBuilding
internal import Foundation
internal import Perception
internal import TensorCore

/// Where the lines of clips come from: of `clips build` and `clips lines`.
struct LineOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "Draws the lines: \(LineartExtractors.names.joined(separator: ", ")); 'NAME+2px' for lines wider by 2 pixels on either side. (default: inklines)"
  )
  var extractor: String?
  @Option(name: .long, help: "Weight file of an extractor that is a network. (default: the one in the cache)")
  var weights: String?
  @Option(
    name: .long,
    help:
      "Folder of lines drawn by hand, DIR/<clip>/*.png or DIR/<clip>.mkv: any size of the clip's shape, grey or alpha.",
    completion: .directory)
  var drawn: String?
  @Option(name: .long, help: "Of --drawn: auto, dark (lines on light ground) or light.") var polarity: String?
  @Flag(name: .customLong("no-line-cache"), help: "Neither read nor keep lines of extractors in the cache.")
  var bypassesCache = false

  func validate() throws {
    if drawn != nil, extractor != nil || weights != nil {
      throw ValidationError("--drawn brings the lines; leave out --extractor and --weights")
    }
    guard let polarity else { return }
    guard drawn != nil else { throw ValidationError("--polarity is for --drawn; leave it out") }
    guard DrawnLineart.Polarity(rawValue: polarity) != nil else {
      let legal = DrawnLineart.Polarity.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--polarity '\(polarity)': expected one of \(legal)")
    }
  }

  /// The lines that the options ask for. Opens weights.
  func lines(_ common: CommonOptions) throws -> ClipLines {
    if let drawn {
      let polarity = polarity.flatMap(DrawnLineart.Polarity.init(rawValue:)) ?? .auto
      return .drawn(folder: URL(fileURLWithPath: drawn, isDirectory: true), polarity)
    }
    return try common.extractedLines(extractor ?? "inklines", weights: weights, caches: !bypassesCache)
  }
}

extension CommonOptions {
  /// Lines of the extractor `name`; a network takes the weights given, else the pinned ones of the cache.
  func extractedLines(_ name: String, weights: String? = nil, caches: Bool = true) throws -> ClipLines {
    // One frame at a time: a network's operations have all threads.
    ComputeBudget.threadCount = jobCount
    let extractor = try LineartExtractors.named(name, weights: lineartWeights(of: name, given: weights))
    return .extracted(extractor, cache: caches ? contentCache : nil)
  }
}
