internal import EvalCore

/// One option of a metric, for help texts and error messages.
public struct MetricOption: Sendable, Hashable {
  /// The name before the equals sign.
  public let name: String
  /// The legal values, or one entry that describes a range of numbers.
  public let values: [String]
  /// The value when nothing is given.
  public let defaultValue: String
  /// What it decides.
  public let meaning: String

  init(_ name: String, _ values: [String], default defaultValue: String, _ meaning: String) {
    self.name = name
    self.values = values
    self.defaultValue = defaultValue
    self.meaning = meaning
  }
}

/// Reads `name: value` options of one metric against the list of its legal options.
struct OptionReader {
  private let metric: MetricID
  private let given: [String: String]
  private let legal: [MetricOption]

  /// Throws `MetricsError.unknownOption` for the first name, in alphabetical order, that is not legal.
  init(_ metric: MetricID, _ given: [String: String], legal: [MetricOption]) throws(MetricsError) {
    let names = legal.map(\.name)
    for name in given.keys.sorted() where !names.contains(name) {
      throw .unknownOption(metric: metric, name: name, legal: names)
    }
    self.metric = metric
    self.given = given
    self.legal = legal
  }

  /// The text of an option as it was given.
  func text(_ name: String) -> String? { given[name] }

  /// The value of an option whose legal values are the cases of an enumeration.
  func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, default defaultValue: Value
  ) throws(MetricsError) -> Value where Value.RawValue == String {
    guard let text = given[name] else { return defaultValue }
    guard let value = Value(rawValue: text) else {
      throw .illegalValue(
        metric: metric, option: name, value: text, legal: Value.allCases.map(\.rawValue))
    }
    return value
  }

  /// The value of an option that is one of its listed names.
  func name(_ name: String, default defaultValue: String) throws(MetricsError) -> String {
    guard let text = given[name] else { return defaultValue }
    let values = legal.first { $0.name == name }?.values ?? []
    guard values.contains(text) else {
      throw .illegalValue(metric: metric, option: name, value: text, legal: values)
    }
    return text
  }

  /// The text of an option as it was given.
  func text(_ name: String) -> String? { given[name] }

  /// The value of a numeric option strictly between two bounds.
  func number(
    _ name: String, default defaultValue: Double, above lower: Double, below upper: Double
  ) throws(MetricsError) -> Double {
    guard let text = given[name] else { return defaultValue }
    guard let value = Double(text), value > lower, value < upper else {
      throw .illegalValue(
        metric: metric, option: name, value: text, legal: ["a number above \(lower) and below \(upper)"])
    }
    return value
  }
}
