internal import ArgumentParser
internal import EvalCore
internal import Foundation
internal import Media
internal import Perception
internal import TensorCore

/// `lvcd-bench flow`: dense motion between two pictures.
struct FlowCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow",
    abstract: "Optical flow from one picture to another.",
    discussion: """
      What lies at p in the first picture lies at p + flow(p) in the second. RAFT runs, with the weights given (large \
      or small, of the authors' release, torchvision's or trained here) or those of RAFT-small inside the program; \
      dense inverse search (DIS) is there for small pictures, and for the same bits on every machine. The output is a Middlebury .flo file; --png draws it with the usual colour wheel.
      """)

  @Argument(help: "First picture: a PNG file.")
  var first: String

  @Argument(help: "Second picture of the same size: a PNG file.")
  var second: String

  @Option(help: "raft or dis.")
  var method: FlowChoice = .raft

  @Option(help: "Weight file of RAFT. (default: the program's own)")
  var weights: String?

  @Option(help: "Updates of RAFT, 1 to 100. (default: \(RAFTEstimator.defaultIterations))")
  var iterations: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Fit RAFT's flow to the pixels. (default: with the project's weights, not with others)")
  var refined: Bool?

  @Option(name: [.customShort("o"), .long], help: "The .flo file to write.")
  var output: String

  @Option(help: "Also write a picture: hue is direction, saturation length.")
  var png: String?

  @Option(
    help:
      "Time this many further runs and print their seconds of processor time as JSON, for Benchmarks/flow_peers.py."
  )
  var bench: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let bench, !(1...10_000).contains(bench) {
      throw ValidationError("--bench must lie between 1 and 10000, got \(bench)")
    }
    if let iterations, !(1...100).contains(iterations) {
      throw ValidationError("--iterations must lie between 1 and 100, got \(iterations)")
    }
    if method == .dis, weights != nil || iterations != nil || refined != nil {
      throw ValidationError(
        "--weights, --iterations and --refined are for RAFT; leave them or '--method dis' out")
    }
  }

  func run() throws { try reporting { try estimate() } }

  private func estimate() throws {
    let inputs = [first, second].map { URL(fileURLWithPath: $0) }
    let sources = inputs + [weights].compactMap(\.self).map { URL(fileURLWithPath: $0) }
    try refuseOverwriting(sources, by: [output] + [png].compactMap(\.self))
    ComputeBudget.threadCount = common.jobCount
    let frames = try inputs.map { try PNGFile.read($0) }
    let estimator = try method.estimator(weights: weights, iterations: iterations, refined: refined)
    let flow = try estimator.flow(from: frames[0], to: frames[1])
    try FloFile.write(
      width: flow.width, height: flow.height, dx: flow.dx, dy: flow.dy, to: URL(fileURLWithPath: output))
    if let png { try PNGFile.write(flow.picture(), to: URL(fileURLWithPath: png)) }
    if let bench { return try time(estimator, frames, runs: bench) }
    let lengths = zip(flow.dx, flow.dy).map { ($0 * $0 + $1 * $1).squareRoot() }
    let mean = lengths.reduce(0, +) / Float(max(lengths.count, 1))
    try answer(
      String(
        format: "%@: %@, mean %.3f px, longest %.3f px", output, estimator.name, mean, lengths.max() ?? 0))
  }

  /// The answer of `--bench`.
  private struct Timing: Encodable {
    var method: String
    var seconds: [Double]
  }

  private func time(_ estimator: any FlowEstimator, _ frames: [Frame], runs: Int) throws {
    let seconds = try (0..<runs).map { _ in
      try ProcessorTime.measure { _ = try estimator.flow(from: frames[0], to: frames[1]) }
    }
    try answer(json: Timing(method: estimator.name, seconds: seconds))
  }
}
