internal import ArgumentParser
internal import EvalCore
internal import Foundation
internal import Media
internal import Metrics

/// The kernels that `bench` times.
enum KernelBench: String, ExpressibleByArgument, CaseIterable {
  case edt, ssim, png

  /// What one run of `bench` found.
  struct Result: Encodable {
    var kernel: String
    var width: Int
    var height: Int
    var instructionSet: String
    var seconds: [Double]
    var medianSeconds: Double
    /// Mean distance, mean SSIM, or mean of the RGB values: for comparison with other implementations.
    var value: Double
  }

  /// Number of files that `measure` takes, or none.
  var inputCount: Int { self == .ssim ? 2 : 1 }

  /// Runs the kernel once untimed and then `iterations` times.
  func measure(inputs: [URL], iterations: Int, output: URL?) throws -> Result {
    switch self {
    case .edt: return try measureDistances(inputs, iterations, output)
    case .ssim:
      let frames = inputs.isEmpty ? BenchInput.frames() : try inputs.map { try PNGFile.read($0) }
      guard frames[0].size == frames[1].size else {
        throw ValidationError(
          "\(inputs[0].path) is \(frames[0].size), \(inputs[1].path) is \(frames[1].size); "
            + "give frames of one size"
        )
      }
      return try time(frames[0].size, iterations) {
        guard let value = StructuralSimilarity.mean(frames[0], frames[1]) else {
          throw ValidationError(
            "\(frames[0].size) is smaller than the 11x11 window of ssim; give larger frames")
        }
        return value
      }
    case .png: return try measureDecoding(inputs, iterations)
    }
  }

  private func measureDistances(_ inputs: [URL], _ iterations: Int, _ output: URL?) throws -> Result {
    let sketch = try inputs.first.map { try PNGFile.read($0) } ?? BenchInput.sketch()
    guard max(sketch.width, sketch.height) <= DistanceMap.maximumSide else {
      throw ValidationError(
        "\(sketch.size) is too large; sides may have at most \(DistanceMap.maximumSide) pixels")
    }
    let mask = InkMask(darkInkOf: sketch, above: 0.5)
    var distances: [Float] = []
    var result = try time(sketch.size, iterations) {
      distances = DistanceMap(of: mask).distances()
      return 0
    }
    result.value = distances.reduce(0) { $0 + Double($1) } / Double(distances.count)
    if let output {
      try NPYFile.write(shape: [sketch.height, sketch.width], values: distances, to: output)
    }
    return result
  }

  private func measureDecoding(_ inputs: [URL], _ iterations: Int) throws -> Result {
    let own = FileManager.default.temporaryDirectory
      .appendingPathComponent("lvcd-bench-\(ProcessInfo.processInfo.processIdentifier).png")
    if inputs.isEmpty { try PNGFile.write(BenchInput.frames()[0], to: own) }
    var frame = try PNGFile.read(inputs.first ?? own)
    var result = try time(frame.size, iterations) {
      frame = try PNGFile.read(inputs.first ?? own)
      return 0
    }
    if inputs.isEmpty { try FileManager.default.removeItem(at: own) }
    result.value = Double(frame.rgb.reduce(0) { $0 + Int($1) }) / Double(frame.rgb.count)
    return result
  }

  private func time(_ size: FrameSize, _ iterations: Int, _ run: () throws -> Double) throws -> Result {
    var value = try run()
    let clock = ContinuousClock()
    let seconds = try (0..<iterations).map { _ in
      let elapsed = try clock.measure { value = try run() }
      return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    }
    return Result(
      kernel: rawValue, width: size.width, height: size.height, instructionSet: InstructionSet.inUse,
      seconds: seconds, medianSeconds: median(seconds), value: value)
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
