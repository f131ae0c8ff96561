public import Comparison
public import Foundation

extension GateRules {
  /// Reads gate rules (schema `gate/1`, JSON with comments). Throws `ConfigError` with line and column.
  public static func load(_ url: URL) throws(ConfigError) -> GateRules {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw .unreadable(file: url.path, detail: error.localizedDescription)
    }
    return try parse(data, file: url.path)
  }

  static func parse(_ data: Data, file: String) throws(ConfigError) -> GateRules {
    let document = try JSONValue.parse(data, file: file)
    do { return try GateRules(document, file: file) } catch { throw error.located(in: data) }
  }

  private init(_ document: JSONValue, file: String) throws(ConfigError) {
    var object = try ConfigObject(document, file: file)
    let schema = try object.requiredString("schema")
    guard schema == "gate/1" else {
      throw object.bad("schema", .string(schema), "'gate/1'; a newer program may be needed")
    }
    var defaults = RuleFields()
    if var entry = try object.object("defaults") {
      defaults = try RuleFields(&entry, over: RuleFields())
      try entry.finish()
    }
    guard let entries = try object.objects("rules") else { throw .missingKey(file: file, key: "rules") }
    guard !entries.isEmpty else { throw object.bad("rules", .array([]), "at least one rule") }
    let clips: ClipPolicy = try object.choice("clips") ?? .same
    let partial = try object.bool("allow_partial") ?? false
    let deficient = try object.bool("allow_rank_deficient") ?? false
    try object.finish()
    var rules: [GateRule] = []
    for entry in entries { rules.append(try Self.rule(entry, defaults)) }
    self.init(rules: rules, clips: clips, allowsPartial: partial, allowsRankDeficient: deficient)
  }

  private static func rule(_ entry: ConfigObject, _ defaults: RuleFields) throws(ConfigError) -> GateRule {
    var entry = entry
    let name = try entry.requiredString("metric")
    var quantity: Quantity?
    if name != "*" {
      guard let known = Quantity(name: name) else {
        throw entry.bad("metric", .string(name), "'*' or one of \(Quantity.names.joined(separator: ", "))")
      }
      quantity = known
    }
    let suite = try entry.string("suite") ?? "*"
    let method = try entry.string("method") ?? "*"
    let fields = try RuleFields(&entry, over: defaults)
    try entry.finish()
    // How long something takes depends on the machine: such rules are shown and do not decide, unless asked
    // to.
    let isAdvisory = fields.advisory ?? (quantity == .secondsPerFrame)
    return GateRule(
      quantity: quantity, suite: suite, method: method, mode: try fields.mode(entry),
      level: fields.level ?? 0.95,
      isAdvisory: isAdvisory, failsOnImprovement: fields.failsOnImprovement ?? false)
  }
}

/// The keys that rules and their defaults share.
private struct RuleFields {
  private enum Mode: String, CaseIterable { case abs, rel, ci, window, clip }
  private enum Undecided: String, CaseIterable { case warn, fail }
  private enum Improvement: String, CaseIterable { case pass, fail }

  private var kind: Mode?
  private var tolerance: Amount?
  private var margin: Amount?
  private var low: Double?
  private var high: Double?
  private var mostClips: Int?
  private var failsUndecided: Bool?
  var level: Double?
  var advisory: Bool?
  var failsOnImprovement: Bool?

  init() {}

  init(_ object: inout ConfigObject, over defaults: RuleFields) throws(ConfigError) {
    self = defaults
    if let given: Mode = try object.choice("mode") { kind = given }
    if let given = try Self.amount(&object, "tolerance") { tolerance = given }
    if let given = try Self.amount(&object, "margin") { margin = given }
    if let given = try object.double("low") { low = given }
    if let given = try object.double("high") { high = given }
    if let given = try object.integer("max_clips", in: 0...Int.max) { mostClips = given }
    if let given: Undecided = try object.choice("undecided") { failsUndecided = given == .fail }
    if let given: Improvement = try object.choice("on_improvement") { failsOnImprovement = given == .fail }
    if let given = try object.bool("advisory") { advisory = given }
    if let given = try object.double("level") {
      guard given >= 0.5, given <= 0.9999 else {
        throw object.bad("level", .number(given), "a number from 0.5 to 0.9999")
      }
      level = given
    }
  }

  private static func amount(_ object: inout ConfigObject, _ key: String) throws(ConfigError) -> Amount? {
    guard let value = object.value(key) else { return nil }
    let text: String? =
      switch value {
      case .number(let number): "\(number)"
      case .string(let text): text
      default: nil
      }
    guard let amount = text.flatMap({ Amount($0) }) else {
      throw object.bad(key, value, "a number of at least 0, or a share such as \"2%\"")
    }
    return amount
  }

  func mode(_ entry: ConfigObject) throws(ConfigError) -> GateRule.Mode {
    func missing(_ key: String) -> ConfigError { .missingKey(file: entry.file, key: entry.keyPath(key)) }
    guard let kind else { throw missing("mode") }
    switch kind {
    case .abs:
      guard let tolerance else { throw missing("tolerance") }
      guard case .absolute = tolerance else {
        throw entry.bad(
          "tolerance", .string("\(tolerance)"), "a number for mode 'abs'; shares need mode 'rel'")
      }
      return .tolerance(tolerance)
    case .rel:
      guard let tolerance else { throw missing("tolerance") }
      guard case .relative = tolerance else {
        throw entry.bad("tolerance", .string("\(tolerance)"), "a share such as \"1%\" for mode 'rel'")
      }
      return .tolerance(tolerance)
    case .ci:
      guard let margin else { throw missing("margin") }
      return .interval(margin: margin, failsUndecided: failsUndecided ?? false)
    case .window:
      guard let low else { throw missing("low") }
      guard let high else { throw missing("high") }
      guard low <= high else { throw entry.bad("high", .number(high), "a number of at least 'low' (\(low))") }
      return .window(low: low, high: high)
    case .clip:
      guard let mostClips else { throw missing("max_clips") }
      guard let tolerance else { throw missing("tolerance") }
      return .clips(most: mostClips, by: tolerance)
    }
  }
}
