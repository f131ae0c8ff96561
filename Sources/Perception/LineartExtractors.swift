public import EvalCore
public import Foundation

/// All line extractors by name.
public enum LineartExtractors {
  /// Names of those that need no weights.
  public static let weightless = ["xdog", "inklines"]
  /// Legal names.
  public static let names = weightless + NeuralLineartExtractor.Network.allCases.map(\.rawValue)

  /// The extractor called `name` with its standard settings; networks take their weights from the file `weights`. A name
  /// such as `inklines+2px` means lines two pixels wider on either side.
  ///
  /// - Throws: `LineartError` for an unknown name, for a network without weights, and for weights that have no use;
  ///   `CheckpointError` for a file that does not hold the network.
  public static func named(_ name: String, weights: URL? = nil) throws -> any LineartExtractor {
    let (stem, growth) = try parts(name)
    let base = try plain(stem, weights: weights)
    return growth.map { ThickLineart(base, radius: $0) } ?? base
  }

  /// The network that `name` means, with or without wider lines; nil for extractors without weights.
  public static func network(_ name: String) throws(LineartError) -> NeuralLineartExtractor.Network? {
    NeuralLineartExtractor.Network(rawValue: try parts(name).stem)
  }

  private static func parts(_ name: String) throws(LineartError) -> (stem: String, growth: Int?) {
    guard let plus = name.firstIndex(of: "+") else { return (name, nil) }
    let suffix = name[name.index(after: plus)...]
    guard suffix.hasSuffix("px"), let growth = Int(suffix.dropLast(2)),
      (1...ThickLineart.largestRadius).contains(growth)
    else { throw .badGrowth(name, largest: ThickLineart.largestRadius) }
    return (String(name[..<plus]), growth)
  }

  private static func plain(_ name: String, weights: URL?) throws -> any LineartExtractor {
    if let network = NeuralLineartExtractor.Network(rawValue: name) {
      guard let weights else { throw LineartError.weightsNeeded(name) }
      return try NeuralLineartExtractor(network, weights: weights)
    }
    guard weightless.contains(name) else { throw LineartError.unknownExtractor(name, legal: names) }
    if let weights { throw LineartError.weightsNotUsed(name, file: weights.path) }
    return name == "xdog" ? XDoGExtractor() : InkLinesExtractor()
  }
}

/// What can go wrong when lineart is asked for.
public enum LineartError: ReasonedError, CustomStringConvertible, Equatable {
  /// No extractor has this name.
  case unknownExtractor(String, legal: [String])
  /// What stands behind the `+` of a name is no width.
  case badGrowth(String, largest: Int)
  /// The extractor is a network, and no weights were given.
  case weightsNeeded(String)
  /// Weights were given for an extractor that has none.
  case weightsNotUsed(String, file: String)
  /// A side is smaller than the network can work with.
  case frameTooSmall(String, size: FrameSize, smallestSide: Int)
  /// The frame has more pixels than the network has memory for.
  case frameTooLarge(String, size: FrameSize, pixelLimit: Int)
  /// The network gave values that are not numbers.
  case notFinite(String)

  /// The reason code for records and failures.
  public var reason: FailureReason {
    switch self {
    case .frameTooSmall: .sizeMismatch
    case .frameTooLarge: .tooLarge
    case .weightsNeeded: .missing
    case .unknownExtractor, .badGrowth, .weightsNotUsed, .notFinite: .modelError
    }
  }

  /// One line: what was found, what was expected, and the fix.
  public var description: String {
    switch self {
    case .unknownExtractor(let name, let legal):
      "unknown line extractor '\(name)'; use one of: \(legal.joined(separator: ", "))"
    case .badGrowth(let name, let largest):
      "line extractor '\(name)': expected '+1px' to '+\(largest)px' behind the name, for example 'inklines+2px'"
    case .weightsNeeded(let name):
      "the line extractor \(name) is a network and needs its weights; name the weight file"
    case .weightsNotUsed(let name, let file):
      "\(file): weights are given for the line extractor \(name), which has none; leave them out"
    case .frameTooSmall(let name, let size, let smallest):
      "\(name): a frame is \(size), sides must be at least \(smallest) pixels; enlarge it first"
    case .frameTooLarge(let name, let size, let limit):
      "\(name): a frame is \(size), it may have at most \(limit) pixels; make it smaller"
    case .notFinite(let name):
      "\(name): gave values that are not numbers; check that its weights are those of a trained network"
    }
  }
}
