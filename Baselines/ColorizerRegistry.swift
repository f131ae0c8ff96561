public import EvalCore

/// The colorizers of this program by name.
public enum ColorizerRegistry {
  /// Name and one-line description of every colorizer, in listing order.
  public static let entries: [(name: String, summary: String)] = [
    ("copy-first", "the reference frame repeated"),
    ("fill-first", "regions of the lineart filled with the reference's colours at the same place"),
    ("fill-prev", "regions of the lineart filled with the previous result's colours at the same place"),
  ]

  /// The colorizer called `name`. Throws `ColorizerRegistryError` for unknown names and settings.
  public static func make(_ name: String, settings: [String: String]) throws(ColorizerRegistryError)
    -> any Colorizer
  {
    let colorizer: any Colorizer
    switch name {
    case "copy-first": colorizer = CopyFirst()
    case "fill-first": colorizer = RegionFill(source: .first)
    case "fill-prev": colorizer = RegionFill(source: .previous)
    default: throw .unknownColorizer(name: name, legal: entries.map(\.name))
    }
    if let key = settings.keys.sorted().first { throw .unknownSetting(colorizer: name, key: key) }
    return colorizer
  }
}

/// Errors of the registry.
public enum ColorizerRegistryError: Error, Equatable, CustomStringConvertible {
  /// No colorizer of this name.
  case unknownColorizer(name: String, legal: [String])
  /// The colorizer has no such setting.
  case unknownSetting(colorizer: String, key: String)

  /// Found, expected, fix.
  public var description: String {
    switch self {
    case .unknownColorizer(let name, let legal):
      "colorizer '\(name)': unknown\(NearestMatch.hint(name, among: legal)); there are \(legal.joined(separator: ", ")), "
        + "'ground-truth', published rows, and NAME=PATH for frames made elsewhere"
    case .unknownSetting(let colorizer, let key):
      "colorizer '\(colorizer)': has no setting '\(key)'; remove it"
    }
  }
}
