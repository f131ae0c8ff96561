internal import EvalCore
internal import Foundation

/// One row as the configuration describes it.
public struct MethodSpec: Sendable, Hashable {
  /// Row label.
  public var name: String
  /// Where its frames or numbers come from.
  public var source: Source
  /// Seed of this row's colorizer; nil: the run's.
  public var seed: UInt64?
  /// Whether the row is coloured for a few clips and not scored, as what inference times are relative to.
  public var isTimingOnly = false

  /// The kinds of sources.
  public enum Source: Sendable, Hashable {
    /// A colorizer of this program by registry name, with its settings.
    case colorizer(String, settings: [String: String])
    /// Frames made elsewhere: a path template with `%clip` and optionally a frame pattern.
    case outputs(template: String, offset: Int?, countPolicy: CountPolicy)
    /// The original frames.
    case oracle
    /// Numbers from a publication: `paper-table1`, `paper-table2`, `paper-table3`, or a path to a published
    /// file.
    case published(String)
  }

  /// Makes a row.
  public init(name: String, source: Source, seed: UInt64? = nil, isTimingOnly: Bool = false) {
    self.name = name
    self.source = source
    self.seed = seed
    self.isTimingOnly = isTimingOnly
  }
}

/// What to do when outputs have another number of frames than the clip.
public enum CountPolicy: String, Sendable, CaseIterable, Codable {
  /// A clip with missing or extra frames fails.
  case strict
  /// Only frames that both have are scored; the number is recorded and part of the method's identity.
  case common
}

extension MethodSpec {
  static func parse(_ object: ConfigObject) throws(ConfigError) -> MethodSpec {
    var object = object
    let givenName = try object.string("name")
    let colorizer = try object.string("colorizer")
    let outputs = try object.string("outputs")
    let oracle = try object.bool("oracle") ?? false
    let published = try object.string("published")
    let kinds = [colorizer != nil, outputs != nil, oracle, published != nil].count { $0 }
    guard kinds == 1 else {
      throw .badValue(
        file: object.file, key: object.path, found: "\(kinds) sources",
        expected: "exactly one of 'colorizer', 'outputs', 'oracle', 'published'")
    }
    var spec: MethodSpec
    if let colorizer {
      var settings: [String: String] = [:]
      if var table = try object.object("settings") { settings = try table.stringTable() }
      spec = MethodSpec(name: givenName ?? colorizer, source: .colorizer(colorizer, settings: settings))
      spec.seed = try object.integer("seed", in: 0...Int.max).map(UInt64.init)
    } else if let outputs {
      let offset = try object.integer("offset", in: -Int(Int32.max)...Int(Int32.max))
      let policy: CountPolicy = try object.choice("count_policy") ?? .strict
      spec = MethodSpec(
        name: givenName ?? (outputs as NSString).lastPathComponent,
        source: .outputs(template: outputs, offset: offset, countPolicy: policy))
    } else if oracle {
      spec = MethodSpec(name: givenName ?? "ground-truth", source: .oracle)
    } else {
      spec = MethodSpec(name: givenName ?? published ?? "", source: .published(published ?? ""))
    }
    try object.finish()
    if spec.name.isEmpty || spec.name.utf8.count > 120
      || spec.name.utf8.contains(where: { $0 < 32 || $0 == 127 })
    {
      throw .badValue(
        file: object.file, key: object.keyPath("name"), found: "'\(spec.name.prefix(40))'",
        expected: "1 to 120 printable bytes")
    }
    return spec
  }

  /// The row as the configuration writes it.
  public var document: JSONValue {
    var members: [String: JSONValue] = ["name": .string(name)]
    switch source {
    case .colorizer(let colorizer, let settings):
      members["colorizer"] = .string(colorizer)
      if !settings.isEmpty { members["settings"] = .object(settings.mapValues(JSONValue.string)) }
      if let seed { members["seed"] = .number(Double(seed)) }
    case .outputs(let template, let offset, let policy):
      members["outputs"] = .string(template)
      if let offset { members["offset"] = .number(Double(offset)) }
      members["count_policy"] = .string(policy.rawValue)
    case .oracle: members["oracle"] = .bool(true)
    case .published(let table): members["published"] = .string(table)
    }
    return .object(members)
  }
}
