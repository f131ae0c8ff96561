internal import EvalCore
internal import LVCDModel

/// The axes of an ablation: every combination of their values becomes a row of the model.
public struct ParameterGrid: Sendable, Hashable {
  /// One setting of the model and the values it takes.
  public struct Axis: Sendable, Hashable {
    /// The setting's name without `model.`.
    public var setting: String
    /// The values in row order.
    public var points: [Point]
  }

  /// One value and how tables call it.
  public struct Point: Sendable, Hashable {
    /// As the setting is written.
    public var value: String
    /// Part of the row's label.
    public var label: String
  }

  /// Settings that can be axes, the slowest first.
  static let settings = ["variant", "overlap", "steps", "amplification", "resolution", "seed"]
  /// What the keys of a configuration's `grid` begin with.
  static let prefix = "model."
  private static let seedName = "seed"
  private static let overlapName = "overlap"
  private static let variantName = "variant"

  /// The axes in the order of `settings`.
  public private(set) var axes: [Axis] = []

  /// No axis.
  public init() {}

  /// Whether there is nothing to combine.
  public var isEmpty: Bool { axes.isEmpty }

  /// Reads `grid`: `model.SETTING` to a list of values, or of `{"value": …, "label": …}`.
  init(_ given: ConfigObject) throws(ConfigError) {
    var object = given
    for setting in Self.settings {
      let key = Self.prefix + setting
      guard let value = object.value(key) else { continue }
      guard case .array(let elements) = value, !elements.isEmpty else {
        throw object.bad(key, value, "a list of at least one value")
      }
      var points: [Point] = []
      for (index, element) in elements.enumerated() {
        let point = try Self.point(element, setting: setting, of: object, key: "\(key)[\(index)]")
        guard !points.contains(where: { $0.value == point.value || $0.label == point.label }) else {
          throw object.bad(key, .string(point.label), "values and labels that differ from each other")
        }
        points.append(point)
      }
      axes.append(Axis(setting: setting, points: points))
    }
    try object.finish()
  }

  /// These axes with those of `later` in their place or added to them.
  func overlaid(by later: ParameterGrid) -> ParameterGrid {
    var grid = ParameterGrid()
    grid.axes = Self.settings.compactMap { setting in
      (later.axes + axes).first { $0.setting == setting }
    }
    return grid
  }

  private static func point(
    _ element: JSONValue, setting: String, of object: ConfigObject, key: String
  ) throws(ConfigError) -> Point {
    var value = element
    var label: String?
    if case .object = element {
      var entry = try ConfigObject(element, file: object.file, path: object.keyPath(key))
      guard let given = entry.value("value") else {
        throw .missingKey(file: object.file, key: entry.keyPath("value"))
      }
      value = given
      label = try entry.string("label")
      try entry.finish()
    }
    let text: String
    switch value {
    case .string(let word) where !word.isEmpty: text = word
    case .number(let number): text = Int(exactly: number).map { "\($0)" } ?? "\(number)"
    default: throw object.bad(key, value, "a number or a word")
    }
    if setting == seedName, UInt64(text) == nil {
      throw object.bad(key, value, "a whole number of at least 0")
    }
    return Point(value: text, label: label ?? Self.label(setting, text))
  }

  /// The label of a value that has none of its own; variants bear their names in the paper's Table 2.
  private static func label(_ setting: String, _ value: String) -> String {
    switch setting {
    case overlapName: return "o=\(value)"
    case variantName:
      switch SamplingVariant(rawValue: value) {
      case .full: return "Full method"
      case .noReferenceAttention: return "- Ref Attn"
      case .noSamplingSchemes: return "- Sample Schemes"
      case .previousSample: return "Prev Sample"
      case nil: return value
      }
    default: return "\(setting)=\(value)"
    }
  }

  // MARK: - Rows

  /// `methods` with every row of the model replaced by one row per combination, labelled by its values.
  ///
  /// A variant whose segments share no frames has no overlap to vary and appears once. Where the overlap
  /// varies and 0 is not among its values, a row without overlap follows that is coloured for `timingClips`
  /// clips and not scored: what inference times are relative to.
  func rows(of methods: [MethodSpec]) -> [MethodSpec] {
    guard !isEmpty else { return methods }
    let models = methods.filter(\.isModel)
    var rows: [MethodSpec] = []
    for method in methods {
      guard method.isModel, case .colorizer(let name, let settings) = method.source else {
        rows.append(method)
        continue
      }
      let prefix = models.count > 1 ? "\(method.name) " : ""
      var made = combinations.map { points in
        var spec = MethodSpec(name: "", source: .colorizer(name, settings: settings), seed: method.seed)
        for (axis, point) in points { spec.set(axis, point.value) }
        spec.name = prefix + points.map { $0.1.label }.joined(separator: ", ")
        return spec
      }
      made += timingRows(beside: made, prefix: prefix)
      rows += made
    }
    return rows
  }

  private var combinations: [[(String, Point)]] {
    var combinations: [[(String, Point)]] = [[]]
    for axis in axes {
      combinations = combinations.flatMap { head in axis.points.map { head + [(axis.setting, $0)] } }
    }
    // Combinations that differ in an overlap which their variant does not have are one.
    var seen: Set<[String]> = []
    return combinations.compactMap { points in
      let variant = points.first { $0.0 == Self.variantName }.flatMap {
        SamplingVariant(rawValue: $0.1.value)
      }
      let left = variant?.overlaps == false ? points.filter { $0.0 != Self.overlapName } : points
      return seen.insert(left.map { "\($0.0)=\($0.1.value)" }).inserted ? left : nil
    }
  }

  private func timingRows(beside rows: [MethodSpec], prefix: String) -> [MethodSpec] {
    guard axes.contains(where: { $0.setting == Self.overlapName }) else { return [] }
    var families: [[String: String]] = []
    var made: [MethodSpec] = []
    for row in rows {
      guard case .colorizer(let name, var settings) = row.source,
        settings.removeValue(forKey: Self.overlapName) != nil, !families.contains(settings)
      else { continue }
      families.append(settings)
      settings[Self.overlapName] = "0"
      let hasBase = rows.contains { $0.source == .colorizer(name, settings: settings) }
      if hasBase { continue }
      let labels = axes.filter { ![Self.overlapName, Self.seedName].contains($0.setting) }
        .compactMap { axis in axis.points.first { $0.value == settings[axis.setting] }?.label }
      let label = (labels + ["o=0"]).joined(separator: ", ")
      made.append(
        MethodSpec(
          name: "\(prefix)\(label) (timing only)", source: .colorizer(name, settings: settings),
          seed: row.seed, isTimingOnly: true))
    }
    return made
  }

  /// The grid as a configuration writes it.
  var document: JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: axes.map { axis in
          let points = axis.points.map { point -> JSONValue in
            let value = Double(point.value).map(JSONValue.number) ?? .string(point.value)
            return point.label == Self.label(axis.setting, point.value)
              ? value : .object(["value": value, "label": .string(point.label)])
          }
          return (Self.prefix + axis.setting, .array(points))
        }))
  }
}

extension MethodSpec {
  fileprivate mutating func set(_ setting: String, _ value: String) {
    if setting == "seed" {
      seed = UInt64(value)
    } else if case .colorizer(let name, var settings) = source {
      settings[setting] = value
      source = .colorizer(name, settings: settings)
    }
  }
}
