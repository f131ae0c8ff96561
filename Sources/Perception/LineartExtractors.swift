public import EvalCore

/// The line extractors that need no weights, by name.
public enum LineartExtractors {
  /// Legal names.
  public static let names = ["xdog", "inklines"]

  /// The extractor called `name` with its standard settings; throws `LineartError.unknownExtractor`.
  public static func named(_ name: String) throws(LineartError) -> any LineartExtractor {
    switch name {
    case "xdog": XDoGExtractor()
    case "inklines": InkLinesExtractor()
    default: throw .unknownExtractor(name, legal: names)
    }
  }
}

/// What can go wrong when lineart is asked for.
public enum LineartError: ReasonedError, CustomStringConvertible, Equatable {
  /// No extractor has this name.
  case unknownExtractor(String, legal: [String])

  /// The reason code for records and failures.
  public var reason: FailureReason { .modelError }

  /// One line: what was found and what is legal.
  public var description: String {
    switch self {
    case .unknownExtractor(let name, let legal):
      "unknown line extractor '\(name)'; use one of: \(legal.joined(separator: ", "))"
    }
  }
}
