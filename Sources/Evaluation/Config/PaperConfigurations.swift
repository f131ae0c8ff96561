internal import EvalCore
internal import Foundation
internal import LVCDModel

/// The paper's tables as run configurations inside the program: one command each, on the embedded sets, with the
/// numbers of the paper beside them.
public enum PaperConfigurations {
  /// Their names, which stand where a configuration's file could.
  public static let names = ["paper-table1", "paper-table2", "paper-table3"]

  /// The configuration as a layer under the environment and flags. Throws `ConfigError` for unknown names.
  public static func layer(_ name: String) throws(ConfigError) -> ConfigurationLayer {
    guard let text = texts[name] else {
      throw .badValue(
        file: "built-in configurations", key: "name", found: "'\(name.prefix(40))'",
        expected: "one of \(names.joined(separator: ", "))\(NearestMatch.hint(name, among: names))")
    }
    return ConfigurationLayer(
      origin: .builtIn(name), document: try JSONValue.parse(Data(text.utf8), file: name))
  }

  private static let texts = [
    "paper-table1": """
    { "schema": "run/1", "protocol": "lvcd-paper-1", "suites": ["similar", "general"],
      "methods": [
        { "colorizer": "copy-first" }, { "colorizer": "fill-first" }, { "colorizer": "fill-prev" },
        { "name": "LVCD", "colorizer": "lvcd" },
        { "published": "paper-table1" } ] }
    """,
    "paper-table2": """
    { "schema": "run/1", "protocol": "lvcd-paper-1", "suites": ["similar"],
      "metrics": ["fid", "fvd", "lpips", "edmd", "tc"],
      "methods": [ { "name": "LVCD", "colorizer": "lvcd" }, { "published": "paper-table2" } ],
      "grid": { "model.variant": ["full", "no-ref-attn", "no-sample-schemes", "prev-sample"] } }
    """,
    "paper-table3": """
    { "schema": "run/1", "protocol": "lvcd-paper-1", "suites": ["similar"],
      "metrics": ["fid", "fvd", "lpips", "edmd", "tc"],
      "methods": [ { "name": "LVCD", "colorizer": "lvcd" }, { "published": "paper-table3" } ],
      "grid": { "model.overlap": [2, { "value": 4, "label": "o=4 (ours)" }, 6, 8, 10] } }
    """,
  ]
}
