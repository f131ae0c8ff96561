internal import EvalCore
public import Foundation

/// Settings from one place: later layers win over earlier ones, key by key.
///
/// Order: defaults of the protocol, run configuration, `--set`, environment, flags.
public struct ConfigurationLayer: Sendable {
  /// Where a setting comes from.
  public enum Origin: Sendable, Hashable, CustomStringConvertible {
    /// The protocol, or the command where no configuration is given.
    case `default`
    /// A configuration inside the program.
    case builtIn(String)
    /// A configuration file.
    case file(String)
    /// An environment variable.
    case environment(String)
    /// An option on the command line.
    case flag(String)

    /// For example `environment LVCD_BENCH_SEED`.
    public var description: String {
      switch self {
      case .default: "default"
      case .builtIn(let name): "built-in \(name)"
      case .file(let path): "file \(path)"
      case .environment(let name): "environment \(name)"
      case .flag(let name): "flag \(name)"
      }
    }
  }

  /// The place that all settings of this layer come from.
  public var origin: Origin
  /// An object with keys of `run/1`.
  public var document: JSONValue
  /// Folder that relative paths of this layer refer to.
  public var folder: URL
  /// The bytes `document` was read from, for line and column of errors.
  private var source: Data?

  /// A layer with one key.
  public init(origin: Origin, key: String, value: JSONValue) {
    self.init(origin: origin, document: .object([key: value]))
  }

  /// A layer with any number of keys; relative paths refer to the working folder unless `folder` is given.
  public init(origin: Origin, document: JSONValue, folder: URL = ConfigurationLayer.workingFolder) {
    self.origin = origin
    self.document = document
    self.folder = folder
  }

  /// The folder the program was started in.
  public static var workingFolder: URL {
    URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
  }

  /// A run configuration (schema `run/1`); throws `ConfigError.unreadable` and `.notJSON`.
  public static func file(_ url: URL) throws(ConfigError) -> ConfigurationLayer {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw .unreadable(file: url.path, detail: error.localizedDescription)
    }
    var layer = ConfigurationLayer(
      origin: .file(url.path), document: try JSONValue.parse(data, file: url.path),
      folder: url.deletingLastPathComponent().absoluteURL)
    layer.source = data
    return layer
  }

  /// `key=value` settings, dots between keys, of the option `--set`; paths refer to the folder of `file`.
  ///
  /// A value is JSON where it parses as such, else a string.
  public static func overrides(
    _ texts: [String], over file: ConfigurationLayer
  ) throws(ConfigError) -> ConfigurationLayer {
    var document = JSONValue.object([:])
    for text in texts { try document.apply(override: text) }
    return ConfigurationLayer(origin: .flag("--set"), document: document, folder: file.folder)
  }

  /// What messages call this layer.
  var name: String {
    switch origin {
    case .default: "defaults"
    case .builtIn(let name): name
    case .file(let path): path
    case .environment(let name): name
    case .flag(let name): name
    }
  }

  func apply(to configuration: inout RunConfiguration) throws(ConfigError) {
    do {
      try configuration.apply(document, file: name, needsSchema: source != nil)
    } catch {
      throw source.map { error.located(in: $0) } ?? error
    }
    guard case .object(let members) = document else { return }
    if members["suites"] != nil { configuration.suiteFolder = folder }
    if members["methods"] != nil { configuration.methodFolder = folder }
    if members["weights"] != nil { configuration.weightFolder = folder }
  }

  /// Key paths down to the settings that stand for themselves: lists as a whole, tables member by member.
  var keyPaths: [String] { Self.keyPaths(document, under: "") }

  static func keyPaths(_ value: JSONValue, under path: String) -> [String] {
    guard case .object(let members) = value else { return [path] }
    return members.flatMap { keyPaths($1, under: path.isEmpty ? $0 : "\(path).\($0)") }
  }
}

/// All layers laid over one another, with the origin of every setting.
public struct ResolvedConfiguration: Sendable {
  /// What the layers make together.
  public let configuration: RunConfiguration
  /// Key path of every setting to where its value comes from.
  public let origins: [String: ConfigurationLayer.Origin]

  /// Resolves `layers`, weakest first; throws `ConfigError` that names the layer at fault.
  public init(layers: [ConfigurationLayer]) throws(ConfigError) {
    var configuration = RunConfiguration()
    var given: [String: ConfigurationLayer.Origin] = [:]
    for layer in layers {
      try layer.apply(to: &configuration)
      for path in layer.keyPaths { given[path] = layer.origin }
    }
    try configuration.checkNames(file: layers.last { $0.keyPaths.contains("methods") }?.name ?? "methods")
    self.configuration = configuration
    var origins: [String: ConfigurationLayer.Origin] = [:]
    for path in ConfigurationLayer.keyPaths(configuration.document, under: "") {
      origins[path] = given[path] ?? .default
    }
    self.origins = origins
  }

  /// One line per setting: key, value as JSON, and origin behind it.
  public var text: String {
    origins.sorted { $0.key < $1.key }.map { path, origin in
      "\(path) = \(configuration.document.member(path)?.compactText ?? "null")  (\(origin))"
    }.joined(separator: "\n")
  }

  /// `configuration` and `origins` as one document.
  public var document: JSONValue {
    .object([
      "configuration": configuration.document,
      "origins": .object(origins.mapValues { .string($0.description) }),
    ])
  }
}

extension JSONValue {
  /// Applies `key=value` with dots between keys; the value is JSON where it parses as such, else a string.
  mutating func apply(override text: String) throws(ConfigError) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw .badValue(file: "--set", key: text, found: "no '='", expected: "key=value")
    }
    // The keys of a grid hold a dot themselves: grid.model.overlap is 'model.overlap' in 'grid'.
    let pieces = text[..<equals].split(separator: ".", maxSplits: text.hasPrefix("grid.") ? 1 : .max)
    let keys = pieces.map(String.init)
    let raw = String(text[text.index(after: equals)...])
    self = setting(keys[...], to: JSONValue(argument: raw))
  }

  /// A value as command lines and environments give it: JSON where it parses as such, else a string.
  public init(argument text: String) {
    do { self = try JSONValue.parse(Data(text.utf8), file: "") } catch { self = .string(text) }
  }

  private func setting(_ keys: ArraySlice<String>, to value: JSONValue) -> JSONValue {
    guard let key = keys.first else { return value }
    var members: [String: JSONValue] = [:]
    if case .object(let existing) = self { members = existing }
    members[key] = (members[key] ?? .null).setting(keys.dropFirst(), to: value)
    return .object(members)
  }

  /// The value at a key path; keys may hold dots themselves (`grid`'s do).
  func member(_ path: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    if let value = members[path] { return value }
    for dot in path.indices where path[dot] == "." {
      if let found = members[String(path[..<dot])]?.member(String(path[path.index(after: dot)...])) {
        return found
      }
    }
    return nil
  }

  /// JSON on one line, keys sorted.
  var compactText: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .string(let text): Self.quoted(text)
    case .array(let elements): "[\(elements.map(\.compactText).joined(separator: ", "))]"
    case .object(let members):
      "{\(members.sorted { $0.key < $1.key }.map { "\(Self.quoted($0)): \($1.compactText)" }.joined(separator: ", "))}"
    }
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case _ where scalar.value < 32: "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
      default: String(Character(scalar))
      }
    }
    return "\"\(escaped.joined())\""
  }
}
