internal import ArgumentParser
internal import Foundation
internal import Metrics

/// `lvcd-bench bench-metric`: times one network on one thread; `Benchmarks/metric_networks.py` runs it against its peers.
struct MetricBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-metric", abstract: "Time a metric's network on one thread.",
    discussion:
      "Times are seconds of processor time per image, pair, clip or distance; the first run is not counted.")

  @Argument(
    help: "inception, lpips-alex, lpips-vgg, i3d or frechet.",
    transform: { name in
      guard let workload = NetworkWorkload(rawValue: name) else {
        throw ValidationError("'\(name)' is none of inception, lpips-alex, lpips-vgg, i3d, frechet")
      }
      return workload
    })
  var workload: NetworkWorkload

  @Option(help: "Weight file; not needed for frechet.", completion: .file())
  var weights: String?

  @Option(help: "Timed runs.")
  var iterations = 5

  private struct Answer: Encodable {
    let workload: String
    let seconds: [Double]
    let value: Double
  }

  func validate() throws {
    guard iterations > 0 else { throw ValidationError("--iterations \(iterations): give at least 1") }
    guard weights != nil || workload == .frechet else {
      throw ValidationError("\(workload.rawValue) needs --weights")
    }
  }

  func run() throws {
    try reporting {
      let work = try workload.prepare(weights: weights.map { URL(fileURLWithPath: $0) })
      var value = try work()
      let seconds = try (0..<iterations).map { _ in try ProcessorTime.measure { value = try work() } }
      try answer(json: Answer(workload: workload.rawValue, seconds: seconds, value: value))
    }
  }
}
