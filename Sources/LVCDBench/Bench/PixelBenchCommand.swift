internal import ArgumentParser
internal import Foundation
internal import Media

/// `lvcd-bench bench pixels`: times one kernel on one thread; `Benchmarks/peers.py` runs it against its peers.
struct PixelBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixels",
    abstract: "Time an arithmetic kernel on pixels, on one thread; 'pixels' can be left out.",
    discussion: """
      Without --input each kernel has an input of its own: edt a 1024x1024 sketch, ssim two 256x256 \
      frames, png the first of these frames. Times are seconds; the first run is not counted.
      """)

  @Argument(help: "edt (sketch to float32 distances), ssim (default variant) or png (file to RGB).")
  var kernel: KernelBench

  @Option(help: "Timed runs.")
  var iterations = 20

  @Option(parsing: .upToNextOption, help: "PNG files: one for edt and png, two for ssim.")
  var input: [String] = []

  @Option(name: [.customShort("o"), .long], help: "Write the distances of edt to this NPY file.")
  var output: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard iterations > 0 else { throw ValidationError("--iterations \(iterations): give at least 1") }
    guard input.isEmpty || input.count == kernel.inputCount else {
      throw ValidationError("\(kernel.rawValue) takes \(kernel.inputCount) input files, got \(input.count)")
    }
    guard output == nil || kernel == .edt else {
      throw ValidationError("--output is for edt; \(kernel.rawValue) prints its value")
    }
  }

  func run() throws { try reporting { try measure() } }

  private func measure() throws {
    let result = try kernel.measure(
      inputs: input.map { URL(fileURLWithPath: $0) }, iterations: iterations,
      output: output.map { URL(fileURLWithPath: $0) })
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      print(String(decoding: try encoder.encode(result), as: UTF8.self))
    } else {
      let milliseconds = String(format: "%.3f", result.medianSeconds * 1000)
      print(
        "\(result.kernel) \(result.width)x\(result.height), \(result.instructionSet): "
          + "\(milliseconds) ms median of \(result.seconds.count), value \(result.value)")
    }
  }
}
