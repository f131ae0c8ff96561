internal import Foundation

/// Seconds of processor time this process has used, on all its threads: other programs on the machine disturb them
/// little.
enum ProcessorTime {
  /// Since the process started.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// What `work` took.
  static func measure(_ work: () throws -> Void) rethrows -> Double {
    let start = seconds
    try work()
    return seconds - start
  }
}
