internal import Foundation
internal import TensorCore

/// How much memory the machine can still give.
public enum SystemMemory {
  private static let memoryInformation = "/proc/meminfo"
  private static let ownStatus = "/proc/self/status"
  private static let groupLimit = "/sys/fs/cgroup/memory.max"

  /// Bytes that programs can take without swapping, at most the limit of the process's control group; nil
  /// where the system does not tell.
  public static func availableByteCount() -> Int? {
    guard let text = contents(memoryInformation), let available = kibibytes("MemAvailable:", in: text) else {
      return nil
    }
    let bytes = available * 1024
    guard
      let limit = contents(groupLimit).flatMap({ Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
    else { return bytes }
    return min(bytes, limit)
  }

  /// The most bytes that this process had in memory at once, parts of mapped files included; nil where the system
  /// does not tell.
  public static func peakResidentByteCount() -> Int? {
    contents(ownStatus).flatMap { kibibytes("VmHWM:", in: $0) }.map { $0 * 1024 }
  }

  private static func contents(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The number behind `label`.
  static func kibibytes(_ label: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix(label) {
      return line.dropFirst(label.count).split(separator: " ").first.flatMap { Int($0) }
    }
    return nil
  }
}

/// How fast the machine multiplies matrices.
public enum ComputeRate {
  /// FLOPs per second of a product of the networks' usual sizes on the threads in use, were the machine otherwise idle:
  /// measured now by the process's own time, the best of a few runs of some tenths of a second in all.
  public static func measure() -> Double {
    let (rows, inner, columns) = (2048, 1024, 1024)
    let left = Tensor(repeating: 0.5, shape: [rows, inner])
    let right = Tensor(repeating: 0.5, shape: [columns, inner])
    var best = Double.infinity
    for _ in 0..<6 {
      let start = processorSeconds
      let product = left.linear(weight: right)
      if product.count > 0 { best = min(best, processorSeconds - start) }
    }
    return productFLOPs(inner, columns, positions: rows) / best * Double(ComputeBudget.threadCount)
  }

  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
