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
  /// Rows in report order, before `grid` is applied.
  public var methods: [MethodSpec] = []
  /// Settings of the model to combine.
  public var grid = ParameterGrid()
  /// Clips of each suite that a row without overlap is timed on, for inference times.
  public var timingClips = 3
  /// Weight files of every model row that names none; empty: none are named.
  public var modelWeights: [String] = []
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
  /// How intervals over clips are made.
  public var statistics = ResamplingSettings()
  /// Folder that relative paths of suites refer to.
  public var suiteFolder = ConfigurationLayer.workingFolder
  /// Folder that relative paths of rows refer to.
  public var methodFolder = ConfigurationLayer.workingFolder

  /// Folder that relative paths in `modelWeights` refer to.
  public var weightFolder = ConfigurationLayer.workingFolder

  /// Everything at its default, no suite and no row.
  public init() {}

  /// Reads a run configuration (schema `run/1`), with `overrides` (`key=value`) applied over it.
  ///
  /// Throws `ConfigError`.
  public static func load(_ url: URL, overrides: [String] = []) throws(ConfigError) -> RunConfiguration {
    let file = try ConfigurationLayer.file(url)
    return try ResolvedConfiguration(layers: [file, .overrides(overrides, over: file)]).configuration
  }

  /// Reads the members of a document; absent keys keep their defaults.
  public init(_ document: JSONValue, file: String) throws(ConfigError) {
    try apply(document, file: file)
    try checkNames(file: file)
  }

  /// Takes the members of a document over what is there; absent keys keep their values.
  mutating func apply(_ document: JSONValue, file: String, needsSchema: Bool = true) throws(ConfigError) {
    var object = try ConfigObject(document, file: file)
    if let schema = try needsSchema ? object.requiredString("schema") : object.string("schema") {
      guard schema == "run/1" else {
        throw object.bad("schema", .string(schema), "'run/1'; a newer program may be needed")
      }
    }
    if let name = try object.string("protocol"), name != EvaluationProtocol.paper.name {
      throw object.bad("protocol", .string(name), "'\(EvaluationProtocol.paper.name)'")
    }
    if let included = try object.bool("evaluate_reference") {
      frameProtocol.evaluatesReference = included
    }
    if let name = try object.string("pixels") {
      guard let pixels = EvaluationProtocol.Pixels(rawValue: name) else {
        throw object.bad("pixels", .string(name), "'all' or 'changed'")
      }
      frameProtocol.pixels = pixels
    }
    if let names = try object.strings("suites") { suites = names }
    if let names = try object.strings("metrics") { metrics = try Self.metrics(names, file: file) }
    if var options = try object.object("metric_options") {
      for key in options.keys {
        guard let id = MetricID(rawValue: key) else {
          throw .unknownKey(
            file: file, key: "metric_options.\(key)", legal: MetricID.allCases.map(\.rawValue))
        }
        if var table = try options.object(key) {
          metricOptions[id, default: [:]].merge(try table.stringTable()) { $1 }
        }
      }
    }
    if let entries = try object.objects("methods") {
      methods = []
      for entry in entries { methods.append(try MethodSpec.parse(entry)) }
    }
    if let table = try object.object("grid") { grid = grid.overlaid(by: try ParameterGrid(table)) }
    if let given = try object.integer("timing_clips", in: 1...Int.max) { timingClips = given }
    if var table = try object.object("weights") {
      if let given = try table.string(Colorizers.modelName) {
        modelWeights = given.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      try table.finish()
    }
    if let given = try object.integer("seed", in: 0...Int.max) { seed = UInt64(given) }
    switch try object.string("on_error") {
    case nil: break
    case "report": stopsAtFirstFailure = false
    case "stop": stopsAtFirstFailure = true
    case let other?: throw object.bad("on_error", .string(other), "'report' or 'stop'")
    }
    if let given = try object.integer("max_failed", in: 0...Int.max) { maxFailed = given }
    if let given = try object.string("clips") { clipPattern = given }
    if let given = try object.integer("limit", in: 1...Int.max) { limit = given }
    if var table = try object.object("statistics") {
      if let given = try table.double("level") {
        guard given >= 0.5, given <= 0.9999 else {
          throw table.bad("level", .number(given), "a number from 0.5 to 0.9999")
        }
        statistics.level = given
      }
      if let given = try table.integer("resamples", in: 100...1_000_000) { statistics.resamples = given }
      if let given = try table.integer("seed", in: 0...Int.max) { statistics.seed = UInt64(given) }
      try table.finish()
    }
    try object.finish()
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

  /// Rows in report order, the model's once per combination of `grid`.
  public var rows: [MethodSpec] { grid.rows(of: methods) }

  /// Row names are folder names and labels: each may stand once. A grid needs a row to vary.
  public func checkNames(file: String) throws(ConfigError) {
    if !grid.isEmpty, !methods.contains(where: \.isModel) {
      throw .badValue(
        file: file, key: "grid", found: "settings of the model, and no row is one",
        expected: "a row with \"colorizer\": \"\(Colorizers.modelName)\"")
    }
    var seen: Set<String> = []
    for method in rows where !seen.insert(method.name).inserted {
      throw .badValue(
        file: file, key: "methods", found: "two rows named '\(method.name)'", expected: "one name per row")
    }
  }

  /// What can change a value, with all defaults resolved: what `run.json` keeps and a second run is compared
  /// with.
  public var document: JSONValue {
    var members: [String: JSONValue] = [
      "schema": .string("run/1"), "protocol": .string(frameProtocol.name),
      "evaluate_reference": .bool(frameProtocol.evaluatesReference),
      "suites": .array(suites.map(JSONValue.string)),
      "metrics": .array(metrics.map { .string($0.rawValue) }),
      "methods": .array(methods.map(\.document)), "seed": .number(Double(seed)),
      "on_error": .string(stopsAtFirstFailure ? "stop" : "report"), "max_failed": .number(Double(maxFailed)),
    ]
    if frameProtocol.pixels != .all { members["pixels"] = .string(frameProtocol.pixels.rawValue) }
    if !metricOptions.isEmpty {
      members["metric_options"] = .object(
        Dictionary(
          uniqueKeysWithValues: metricOptions.map {
            ($0.key.rawValue, .object($0.value.mapValues(JSONValue.string)))
          }))
    }
    members["statistics"] = .object([
      "level": .number(statistics.level), "resamples": .number(Double(statistics.resamples)),
      "seed": .number(Double(statistics.seed)),
    ])
    if !grid.isEmpty {
      members["grid"] = grid.document
      members["timing_clips"] = .number(Double(timingClips))
    }
    if !modelWeights.isEmpty {
      members["weights"] = .object([Colorizers.modelName: .string(modelWeights.joined(separator: ","))])
    }
    members["clips"] = clipPattern.map(JSONValue.string)
    members["limit"] = limit.map { .number(Double($0)) }
    return .object(members)
  }
}
