internal import ArgumentParser
internal import Foundation
internal import Metrics
internal import TensorCore

/// `lvcd-bench bench kernels`: times the operations of the networks; `Benchmarks/networks.py` sets PyTorch beside.
struct NetworkBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Time convolutions, attention and other network operations at the sizes the networks use.",
    discussion: """
      Seconds of the process's own processor time over the thread count, so that other programs disturb little; runs of \
      the first tenth of a second, at least one, prepare weights and caches and are not counted. GFLOP/s counts the \
      direct algorithm.
      """)

  @Option(help: "Timed runs of each.")
  var iterations = 5

  @Option(help: "Threads.")
  var threads = 1

  @Option(help: "Only the operation of this number (see --list).")
  var only: Int?

  @Flag(help: "List the operations and stop.")
  var list = false

  @Flag(help: "Print one JSON array.")
  var json = false

  private struct Result: Encodable {
    var kernel: NetworkKernel
    var operations: Double?
    var instructionSet = InstructionSet.inUse
    var seconds: [Double]
    var medianSeconds: Double
    /// The most memory that tensors held during a run, bytes.
    var peakBytes: Int
    /// Sum of the result, which shows that it was computed.
    var sum: Double
  }

  func validate() throws {
    guard iterations > 0 else { throw ValidationError("--iterations \(iterations): give at least 1") }
    guard threads > 0 else { throw ValidationError("--threads \(threads): give at least 1") }
    if let only, !NetworkKernel.all.indices.contains(only) {
      throw ValidationError("--only \(only): there are operations 0 to \(NetworkKernel.all.count - 1)")
    }
  }

  func run() throws { try reporting { try measure() } }

  private func measure() throws {
    let chosen = only.map { [NetworkKernel.all[$0]] } ?? NetworkKernel.all
    if list {
      if json { return try show(chosen) }
      for (number, kernel) in NetworkKernel.all.enumerated() { print("\(number)  \(kernel.name)") }
      return
    }
    ComputeBudget.threadCount = threads
    var results: [Result] = []
    for kernel in chosen {
      let result = time(kernel)
      results.append(result)
      if !json { print(text(result)) }
    }
    if json { try show(results) }
  }

  private func show(_ values: [some Encodable]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(values), as: UTF8.self))
  }

  private func text(_ result: Result) -> String {
    let rate = result.operations.map {
      String(format: ", %.0f GFLOP/s", $0 / result.medianSeconds * 1e-9)
    }
    return "\(result.kernel.name): " + String(format: "%.2f ms", result.medianSeconds * 1e3) + (rate ?? "")
      + String(format: ", peak %.0f MB", Double(result.peakBytes) * 1e-6)
  }

  private func time(_ kernel: NetworkKernel) -> Result {
    let work = kernel.prepared()
    let start = BenchClock.processorSeconds
    let sum = work().values.reduce(0) { $0 + Double($1) }
    while BenchClock.processorSeconds - start < 0.1 { _ = work() }
    ComputeBudget.resetPeakMemory()
    let seconds = (0..<iterations).map { _ in
      let begin = BenchClock.processorSeconds
      _ = work()
      return (BenchClock.processorSeconds - begin) / Double(threads)
    }
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return Result(
      kernel: kernel, operations: kernel.operations, seconds: seconds, medianSeconds: median,
      peakBytes: ComputeBudget.peakMemory, sum: sum)
  }
}
