internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation

/// What a run is asked to do: of `run`, `sweep` and `plan`.
struct RunRequest: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Run configuration (schema run/1), or \(PaperConfigurations.names.joined(separator: ", ")).",
      valueName: "config"))
  var config: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Suite file or embedded set, repeatable; or one of the paper's tables, rows included: "
        + "\(PaperConfigurations.names.joined(separator: ", ")). (default: similar, general)"))
  var suite: [String] = []

  @Option(
    name: .long,
    help:
      "Rows, repeatable: a colorizer's name, 'ground-truth', 'paper-table1', or NAME=PATH with the outputs of another method (PATH may hold %clip)."
  )
  var method: [String] = []

  @Option(
    name: .long,
    help:
      "Values of a model setting to combine, model.SETTING=VALUE,VALUE; repeatable, for example model.overlap=2,4,6."
  )
  var grid: [String] = []

  @OptionGroup var files: WeightOptions

  @Option(
    name: .customLong("timing-clips"), help: "Clips that a row without overlap is timed on. (default: 3)")
  var timingClips: Int?

  @Option(name: .long, help: "Seed of every colorizer.")
  var seed: Int?

  @Option(name: .customLong("set"), help: "Override one key of the configuration, key=value; repeatable.")
  var overrides: [String] = []

  static let defaultMethods = ["copy-first", "fill-first", "fill-prev", "lvcd", "ground-truth"]

  func validate() throws {
    if let seed, seed < 0 { throw ValidationError("--seed must not be negative, got \(seed)") }
    if let timingClips, timingClips < 1 {
      throw ValidationError("--timing-clips must be at least 1, got \(timingClips)")
    }
    for text in grid where Self.axis(text) == nil {
      throw ValidationError("--grid '\(text)': expected model.SETTING=VALUE,VALUE")
    }
  }

  /// The paper's table that is asked for; throws when its name stands among other sets.
  private var builtIn: String? {
    get throws {
      if let config, PaperConfigurations.names.contains(config),
        !FileManager.default.fileExists(atPath: config)
      {
        return config
      }
      guard let name = suite.first(where: PaperConfigurations.names.contains) else { return nil }
      guard suite.count == 1, config == nil else {
        throw ValidationError("--suite \(name) brings its own sets and rows; name nothing beside it")
      }
      return name
    }
  }

  /// The request with all layers; `scoring` lies on top.
  func resolve(_ scoring: ScoringOptions) throws -> ResolvedConfiguration {
    var layers: [ConfigurationLayer] = []
    let environment = EnvironmentSettings.layers(ProcessInfo.processInfo.environment)
    let table = try builtIn
    if let table {
      let base = try PaperConfigurations.layer(table)
      layers += [base] + environment + [try .overrides(overrides, over: base)]
    } else if let config {
      let file = try ConfigurationLayer.file(URL(fileURLWithPath: config))
      layers += [file] + environment + [try .overrides(overrides, over: file)]
    } else {
      // A grid varies the model: it is the row unless others are named.
      let names = grid.isEmpty ? Self.defaultMethods : [Colorizers.modelName]
      let rows = try names.map { try MethodSpec(argument: $0).document }
      let suites = ["similar", "general"].map(JSONValue.string)
      let defaults = ConfigurationLayer(
        origin: .default, document: .object(["suites": .array(suites), "methods": .array(rows)]))
      layers += [defaults] + environment + [try .overrides(overrides, over: defaults)]
    }
    func add(_ flag: String, _ key: String, _ value: JSONValue) {
      layers.append(ConfigurationLayer(origin: .flag(flag), key: key, value: value))
    }
    if !suite.isEmpty, table == nil { add("--suite", "suites", .array(suite.map(JSONValue.string))) }
    if !method.isEmpty {
      add("--method", "methods", .array(try method.map { try MethodSpec(argument: $0).document }))
    }
    if !grid.isEmpty {
      let axes = grid.compactMap(Self.axis)
      add("--grid", "grid", .object(Dictionary(axes) { .array(Self.elements($0) + Self.elements($1)) }))
    }
    if !files.weights.isEmpty {
      let paths = files.weights.joined(separator: ",")
      add("--weights", "weights", .object([Colorizers.modelName: .string(paths)]))
    }
    if let timingClips { add("--timing-clips", "timing_clips", .number(Double(timingClips))) }
    if let seed { add("--seed", "seed", .number(Double(seed))) }
    return try ResolvedConfiguration(layers: layers + scoring.layers)
  }

  private static func elements(_ value: JSONValue) -> [JSONValue] {
    if case .array(let elements) = value { elements } else { [] }
  }

  private static func axis(_ text: String) -> (String, JSONValue)? {
    let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard sides.count == 2, sides[0].hasPrefix("model.") else { return nil }
    let values = sides[1].split(separator: ",").map { JSONValue(argument: String($0)) }
    return values.isEmpty ? nil : (sides[0], .array(values))
  }
}

extension MethodSpec {
  /// A row as the command line names it.
  init(argument: String) throws {
    if let equals = argument.firstIndex(of: "=") {
      let name = String(argument[..<equals])
      let path = String(argument[argument.index(after: equals)...])
      guard !name.isEmpty, !path.isEmpty else {
        throw ValidationError("--method '\(argument)': expected NAME=PATH")
      }
      self.init(name: name, source: .outputs(template: path, offset: nil, countPolicy: .strict))
    } else if argument == "ground-truth" {
      self.init(name: argument, source: .oracle)
    } else if argument.hasPrefix("paper-table") {
      self.init(name: argument, source: .published(argument))
    } else {
      self.init(name: argument, source: .colorizer(argument, settings: [:]))
    }
  }
}
