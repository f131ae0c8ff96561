public import EvalCore
public import Foundation

/// A run as the user asked for it, every default filled in.
public struct RunConfiguration: Sendable {
  /// The frame pipeline.
  public var frameProtocol = EvaluationProtocol.paper
  /// Suite files or names of embedded sets, in report order.
  public var suites: [String] = []
  /// Metrics in report order.
  public var metrics: [MetricID] = MetricID.allCases
  /// Options per metric that deviate from the defaults.
  public var metricOptions: [MetricID: [String: String]] = [:]
  /// Rows in report order.
  public var methods: [MethodSpec] = []
  /// Seed of every colorizer.
  public var seed: UInt64 = 1234
  /// Whether the first failed clip ends the run.
  public var stopsAtFirstFailure = false
  /// Failed clips that are tolerated before the exit code says so.
  public var maxFailed = 0
  /// Glob over clip ids; nil for all clips.
  public var clipPattern: String?
  /// First K clips of each suite; nil for all.
  public var limit: Int?
  /// Folder that relative paths of the configuration refer to.
  public var folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)

  /// Everything at its default, no suite and no row.
  public init() {}

  /// Reads a run configuration (schema `run/1`), with `overrides` (`key=value`) applied first.
  ///
  /// Throws `ConfigError`.
  public static func load(_ url: URL, overrides: [String] = []) throws(ConfigError) -> RunConfiguration {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw .unreadable(file: url.path, detail: error.localizedDescription)
    }
    var document = try JSONValue.parse(data, file: url.path)
    for override in overrides { try document.apply(override: override) }
    var configuration = try RunConfiguration(document, file: url.path)
    configuration.folder = url.deletingLastPathComponent().absoluteURL
    return configuration
  }

  /// Reads the members of a document; absent keys keep their defaults.
  public init(_ document: JSONValue, file: String) throws(ConfigError) {
    var object = try ConfigObject(document, file: file)
    let schema = try object.requiredString("schema")
    guard schema == "run/1" else {
      throw object.bad("schema", .string(schema), "'run/1'; a newer program may be needed")
    }
    let protocolName = try object.string("protocol") ?? EvaluationProtocol.paper.name
    guard protocolName == EvaluationProtocol.paper.name else {
      throw object.bad("protocol", .string(protocolName), "'\(EvaluationProtocol.paper.name)'")
    }
    frameProtocol.evaluatesReference =
      try object.bool("evaluate_reference") ?? frameProtocol.evaluatesReference
    suites = try object.strings("suites") ?? []
    if let names = try object.strings("metrics") { metrics = try Self.metrics(names, file: file) }
    if var options = try object.object("metric_options") {
      for key in options.keys {
        guard let id = MetricID(rawValue: key) else {
          throw .unknownKey(
            file: file, key: "metric_options.\(key)", legal: MetricID.allCases.map(\.rawValue))
        }
        if var table = try options.object(key) { metricOptions[id] = try table.stringTable() }
      }
    }
    for entry in try object.objects("methods") ?? [] { methods.append(try MethodSpec.parse(entry)) }
    if let given = try object.integer("seed", in: 0...Int.max) { seed = UInt64(given) }
    switch try object.string("on_error") ?? "report" {
    case "report": stopsAtFirstFailure = false
    case "stop": stopsAtFirstFailure = true
    case let other: throw object.bad("on_error", .string(other), "'report' or 'stop'")
    }
    maxFailed = try object.integer("max_failed", in: 0...Int.max) ?? 0
    clipPattern = try object.string("clips")
    limit = try object.integer("limit", in: 1...Int.max)
    try object.finish()
    try checkNames(file: file)
  }

  /// Metric names to ids, in report order, each once.
  public static func metrics(_ names: [String], file: String) throws(ConfigError) -> [MetricID] {
    var ids: Set<MetricID> = []
    for name in names {
      guard let id = MetricID(rawValue: name.lowercased()) else {
        let legal = MetricID.allCases.map(\.rawValue)
        throw .badValue(
          file: file, key: "metrics", found: "'\(name.prefix(40))'",
          expected: "names among \(legal.joined(separator: ", "))\(NearestMatch.hint(name, among: legal))")
      }
      ids.insert(id)
    }
    return ids.sorted()
  }

  /// Row names are folder names and labels: each may stand once.
  public func checkNames(file: String) throws(ConfigError) {
    var seen: Set<String> = []
    for method in methods where !seen.insert(method.name).inserted {
      throw .badValue(
        file: file, key: "methods", found: "two rows named '\(method.name)'", expected: "one name per row")
    }
  }

  /// What can change a value, with all defaults resolved: what `run.json` keeps and a second run is compared with.
  public var document: JSONValue {
    var members: [String: JSONValue] = [
      "schema": .string("run/1"), "protocol": .string(frameProtocol.name),
      "evaluate_reference": .bool(frameProtocol.evaluatesReference),
      "suites": .array(suites.map(JSONValue.string)),
      "metrics": .array(metrics.map { .string($0.rawValue) }),
      "methods": .array(methods.map(\.document)), "seed": .number(Double(seed)),
      "on_error": .string(stopsAtFirstFailure ? "stop" : "report"), "max_failed": .number(Double(maxFailed)),
    ]
    if !metricOptions.isEmpty {
      members["metric_options"] = .object(
        Dictionary(
          uniqueKeysWithValues: metricOptions.map {
            ($0.key.rawValue, .object($0.value.mapValues(JSONValue.string)))
          }))
    }
    members["clips"] = clipPattern.map(JSONValue.string)
    members["limit"] = limit.map { .number(Double($0)) }
    return .object(members)
  }
}

extension JSONValue {
  /// Applies `key=value` with dots between keys; the value is JSON where it parses as such, else a string.
  mutating func apply(override text: String) throws(ConfigError) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw .badValue(file: "--set", key: text, found: "no '='", expected: "key=value")
    }
    let keys = text[..<equals].split(separator: ".").map(String.init)
    let raw = String(text[text.index(after: equals)...])
    let value = (try? JSONValue.parse(Data(raw.utf8), file: "--set")) ?? .string(raw)
    self = setting(keys[...], to: value)
  }

  private func setting(_ keys: ArraySlice<String>, to value: JSONValue) -> JSONValue {
    guard let key = keys.first else { return value }
    var members: [String: JSONValue] = [:]
    if case .object(let existing) = self { members = existing }
    members[key] = (members[key] ?? .null).setting(keys.dropFirst(), to: value)
    return .object(members)
  }
}
