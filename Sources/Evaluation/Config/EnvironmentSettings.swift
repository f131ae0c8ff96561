internal import EvalCore
internal import Foundation

/// The environment variables that this program reads. All begin with `LVCD_BENCH_`; others of that form are
/// told of.
public enum EnvironmentSettings {
  /// What all names begin with.
  public static let prefix = "LVCD_BENCH_"

  /// Variables that set keys of a run configuration: variable without prefix to key and form.
  private static let keys: [String: (key: String, isList: Bool)] = [
    "SUITES": ("suites", true), "METRICS": ("metrics", true), "SEED": ("seed", false),
    "CLIPS": ("clips", false), "LIMIT": ("limit", false), "ON_ERROR": ("on_error", false),
    "MAX_FAILED": ("max_failed", false), "EVALUATE_REFERENCE": ("evaluate_reference", false),
    "PIXELS": ("pixels", false),
  ]

  /// Variables that stand for options of every command.
  private static let options: [String: String] = [
    "CACHE": "--cache-dir", "JOBS": "--jobs", "MEMORY": "--memory", "LOG_FILE": "--log-file",
    "LOG_LEVEL": "--log-level", "CACHE_LIMIT": "size of the results kept by content",
    "FEATURE_CACHE": "off: --no-feature-cache",
    "WEIGHTS": "folders of weight files, separated by colons",
  ]

  /// Every variable with what it sets, by full name.
  public static var documentation: [String: String] {
    var table: [String: String] = [:]
    for (name, entry) in keys {
      table[prefix + name] = entry.key + (entry.isList ? ", separated by commas" : "")
    }
    for (name, option) in options { table[prefix + name] = option }
    return table
  }

  /// One layer per variable that sets a key, sorted by name.
  public static func layers(_ environment: [String: String]) -> [ConfigurationLayer] {
    keys.sorted { $0.key < $1.key }.compactMap { name, entry in
      guard let text = environment[prefix + name], !text.isEmpty else { return nil }
      let value: JSONValue =
        entry.isList
        ? .array(text.split(separator: ",").map { .string($0.trimmingCharacters(in: .whitespaces)) })
        : entry.key == "clips" ? .string(text) : JSONValue(argument: text)
      return ConfigurationLayer(origin: .environment(prefix + name), key: entry.key, value: value)
    }
  }

  /// One message per variable of our prefix that nothing reads.
  public static func unknown(_ environment: [String: String]) -> [String] {
    let legal = documentation.keys.sorted()
    return environment.keys.filter { $0.hasPrefix(prefix) && !legal.contains($0) }.sorted().map { name in
      "environment variable \(name): nothing reads it\(NearestMatch.hint(name, among: legal)); legal: \(legal.joined(separator: ", "))"
    }
  }
}
