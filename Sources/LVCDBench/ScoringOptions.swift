internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation

/// Options of every command that computes metrics.
struct ScoringOptions: ParsableArguments {
  @Flag(
    name: .customLong("allow-test-weights"),
    help: "Exit with success although columns come from weights other than the published ones (TEST-...).")
  var allowsTestWeights = false

  /// Ends the command with the code for bad data when a column comes from test weights and that was not allowed.
  func refuseTestWeights(_ results: RunResults, _ progress: ProgressReporter) throws {
    let labels = results.metrics.filter { $0.comparability == .test }.map(\.label)
    guard !labels.isEmpty, !allowsTestWeights else { return }
    progress.warn(
      "\(labels.joined(separator: ", ")): not the published weights; "
        + "give --allow-test-weights where that is meant")
    throw ExitCode(ExitStatus.badData.rawValue)
  }

  @Option(
    name: .long, help: "Metrics, separated by commas: fid, fvd, lpips, psnr, ssim, edmd, tc. (default: all)")
  var metrics: String?

  @Option(
    name: .customLong("metric-option"),
    help: "An option of a metric, metric.name=value; repeatable ('doctor --metrics' lists them).")
  var metricOptions: [String] = []

  @Flag(name: .customLong("include-reference"), help: "Evaluate the reference frame too.")
  var includesReference = false

  @Option(
    name: .long,
    help: "Pixels to judge: all, or changed, those whose true colour is not the reference's at the same place.")
  var pixels: String?

  @Option(name: .long, help: "Only clips whose id fits this pattern (* and ?).")
  var clips: String?

  @Option(name: .long, help: "Only the first K clips of each suite; the result is marked partial.")
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1, got \(limit)") }
    for option in metricOptions where Self.parts(option) == nil {
      throw ValidationError(
        "--metric-option '\(option)': expected metric.name=value, for example edmd.threshold=0.3")
    }
  }

  /// One layer per option that was given.
  var layers: [ConfigurationLayer] {
    var layers: [ConfigurationLayer] = []
    func add(_ flag: String, _ key: String, _ value: JSONValue?) {
      guard let value else { return }
      layers.append(ConfigurationLayer(origin: .flag(flag), key: key, value: value))
    }
    add(
      "--metrics", "metrics",
      metrics.map { names in
        .array(names.split(separator: ",").map { .string($0.trimmingCharacters(in: .whitespaces)) })
      })
    for (metric, name, value) in metricOptions.compactMap(Self.parts) {
      add("--metric-option", "metric_options", .object([metric: .object([name: .string(value)])]))
    }
    add("--include-reference", "evaluate_reference", includesReference ? .bool(true) : nil)
    add("--pixels", "pixels", pixels.map(JSONValue.string))
    add("--clips", "clips", clips.map(JSONValue.string))
    add("--limit", "limit", limit.map { .number(Double($0)) })
    return layers
  }

  private static func parts(_ option: String) -> (metric: String, name: String, value: String)? {
    let sides = option.split(separator: "=", maxSplits: 1).map(String.init)
    let keys = sides.first?.split(separator: ".", maxSplits: 1).map(String.init) ?? []
    guard sides.count == 2, keys.count == 2, MetricID(rawValue: keys[0]) != nil else { return nil }
    return (keys[0], keys[1], sides[1])
  }
}
