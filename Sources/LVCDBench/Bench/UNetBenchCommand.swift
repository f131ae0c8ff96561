internal import ArgumentParser
internal import Foundation
internal import LVCDModel
internal import TensorCore

/// `lvcd-bench bench unet`: times the video UNet; `Benchmarks/unet_peer.py` sets diffusers beside.
struct UNetBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unet",
    abstract: "Time one call of the video UNet, without ControlNet and reference frames.",
    discussion: """
      Seconds of the process's own processor time over the thread count; the first call, which reads and packs weights, is \
      not counted.
      """)

  @Option(parsing: .upToNextOption, help: "Weight files with the UNet's tensors.")
  var weights: [String]

  @Option(help: "Frames of a call.")
  var frames = 14

  @Option(help: "Timed calls.")
  var iterations = 1

  @Option(help: "Threads.")
  var threads = 1

  @Option(help: "Mebibytes that packed weights may take.")
  var packedWeights = 2048

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Result: Encodable {
    var shape: [Int]
    var seconds: [Double]
    /// The most memory that tensors and packed weights held, bytes.
    var tensorBytes: Int
    /// The most memory that the process held, mapped files included, bytes.
    var residentBytes: Int?
    /// Sum of the result, which shows that it was computed.
    var sum: Double
  }

  func validate() throws {
    guard frames > 0, iterations > 0, threads > 0, packedWeights >= 0 else {
      throw ValidationError("--frames, --iterations and --threads: give at least 1; --packed-weights at least 0")
    }
  }

  func run() throws {
    try reporting {
      ComputeBudget.threadCount = threads
      ComputeBudget.packedWeightLimit = packedWeights << 20
      let unet = try UNetWorkload(weights: weights.map { URL(fileURLWithPath: $0) }, frames: frames)
      let sum = unet().sum()
      let seconds = (0..<iterations).map { _ in
        let start = ProcessorTime.seconds
        _ = unet()
        return (ProcessorTime.seconds - start) / Double(threads)
      }
      let result = Result(
        shape: unet.shape, seconds: seconds, tensorBytes: ComputeBudget.peakMemory,
        residentBytes: SystemMemory.peakResidentByteCount(), sum: sum)
      if json { return try answer(json: result) }
      let times = seconds.map { String(format: "%.2f s", $0) }.joined(separator: ", ")
      let resident = result.residentBytes.map { String(format: ", %.2f GiB resident", Double($0) / 0x1p30) }
      try answer(
        "\(times); tensors " + String(format: "%.2f GiB", Double(result.tensorBytes) / 0x1p30) + (resident ?? ""))
    }
  }
}
