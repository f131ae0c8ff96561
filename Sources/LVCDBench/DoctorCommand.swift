internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import Metrics

/// Tells what this machine and this build can do, and proves it on a small clip.
struct DoctorCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show machine, libraries, metrics and limits; run a self-test.")

  @OptionGroup var common: CommonOptions
  @Flag(name: .long, help: "List every metric with its options and stop.") var metrics = false
  @Flag(name: .long, help: "Print JSON.") var json = false

  func run() throws {
    try reporting {
      if metrics { return try listMetrics() }
      var report = Report()
      report.program = ProgramVersion.current
      report.machine = MachineDescription.fields
      report.libraries = MediaLibraries.versions
      report.libraries["OpenBLAS kernels"] = MatrixLibrary.description
      report.limits = [
        "largest picture":
          "\(ImageLimits.default.maxWidth)x\(ImageLimits.default.maxHeight), \(ImageLimits.default.maxPixels / 1_000_000) Mpx"
      ]
      report.cache = common.cache.path
      report.suites = SuiteLibrary.embeddedNames
      report.metrics = try MetricRegistry.make(MetricID.allCases, options: [:], protocol: .paper, weights: common.weights).map {
        Report.MetricState(
          name: $0.label, signature: $0.signature.description, unavailable: $0.unavailability)
      }
      report.selfTest = try selfTest()
      if json {
        try answer(json: report)
      } else {
        try answer(common.plain ? report.plainText : report.text)
      }
      if report.selfTest.contains(where: { !$0.passed }) { throw ExitCode(ExitStatus.internalError.rawValue) }
    }
  }

  /// Scores the first embedded clip against itself and against its own first frame: the metrics' known
  /// extremes.
  private func selfTest() throws -> [Report.Check] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lvcd-bench-doctor-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = RunConfiguration()
    configuration.suites = [SuiteLibrary.embeddedNames.first ?? "similar"]
    configuration.metrics = MetricRegistry.available
    configuration.methods = try ["ground-truth", "copy-first"].map(MethodSpec.init(argument:))
    configuration.limit = 1
    let runner = try Runner(
      configuration, folder: RunFolder(folder), library: common.library, jobs: common.jobCount,
      progress: .silent,
      interruption: Interruption(), weights: common.weights)
    let results = try runner.run()
    let oracle = results.cells.first { $0.method.kind == .oracle }?.values ?? [:]
    let copy = results.cells.first { $0.method.kind == .colorizer }?.values ?? [:]
    let perfect: [MetricID: Double] = [.psnr: 100, .ssim: 1, .edmd: 0]
    return MetricRegistry.available.compactMap { id in
      guard let best = perfect[id] else { return nil }
      let value = oracle[id]?.value ?? .nan
      let other = copy[id]?.value ?? .nan
      let passed = abs(value - best) < 1e-9 && id.polarity.isBetter(value, than: other)
      return Report.Check(
        name: "\(id.title) of a clip with itself is \(best), worse for its repeated first frame",
        passed: passed,
        found: "\(value) and \(other)")
    }
  }

  private func listMetrics() throws {
    for metric in try MetricRegistry.make(MetricID.allCases, options: [:], protocol: .paper, weights: common.weights) {
      try answer(
        "\(metric.label) \(metric.id.polarity.arrow)  \(metric.unavailability.map { "not available: \($0)" } ?? metric.signature.description)"
      )
      for option in MetricRegistry.options(of: metric.id) {
        try answer(
          "  \(metric.id.rawValue).\(option.name)=\(option.values.joined(separator: "|"))  [\(option.defaultValue)]  \(option.meaning)"
        )
      }
    }
  }
}

private struct Report: Encodable {
  struct MetricState: Encodable {
    let name: String, signature: String
    let unavailable: String?
  }

  struct Check: Encodable {
    let name: String
    let passed: Bool
    let found: String
  }

  var program = ""
  var machine: [String: String] = [:]
  var libraries: [String: String] = [:]
  var limits: [String: String] = [:]
  /// Environment variables that are read, and what they set.
  let environment = EnvironmentSettings.documentation
  var cache = ""
  var suites: [String] = []
  var metrics: [MetricState] = []
  var selfTest: [Check] = []

  /// Section, name and value of every line, separated by tabs.
  var plainText: String {
    func records(_ section: String, _ table: [String: String]) -> [String] {
      table.sorted { $0.key < $1.key }.map { "\(section)\t\($0.key)\t\($0.value)" }
    }
    return
      (records("program", ["version": program, "cache": cache]) + records("machine", machine)
      + records("libraries", libraries) + records("limits", limits) + records("environment", environment)
      + suites.map { "suite\t\($0)\tembedded" }
      + metrics.map { "metric\t\($0.name)\t\($0.unavailable ?? $0.signature)" }
      + selfTest.map { "self-test\t\($0.name)\t\($0.passed ? "passed" : "failed")" }).joined(separator: "\n")
  }

  var text: String {
    var lines = [program]
    func section(_ title: String, _ table: [String: String]) {
      lines.append(title)
      lines += table.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    }
    section("machine", machine)
    section("libraries", libraries)
    section("limits", limits)
    section("environment variables", environment)
    lines.append("cache: \(cache)")
    lines.append("embedded sets: \(suites.joined(separator: ", "))")
    lines.append("metrics")
    lines += metrics.map { "  \($0.name): \($0.unavailable.map { "not available: \($0)" } ?? $0.signature)" }
    lines.append("self-test")
    lines += selfTest.map { "  \($0.passed ? "passed" : "FAILED"): \($0.name) (\($0.found))" }
    return lines.joined(separator: "\n")
  }
}
