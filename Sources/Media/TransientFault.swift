internal import Foundation

/// System errors that may pass by themselves, those of network file systems above all.
///
/// Source: evaluation protocol, "Failures": input and output is tried again twice with a delay, computation never.
enum TransientFault {
  static let codes: Set<Int32> = [
    EIO, EAGAIN, EBUSY, ESTALE, ETIMEDOUT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, EMFILE, ENFILE,
  ]
  /// Seconds before the second and the third try.
  static let delays = [0.1, 0.5]

  /// The value of `attempt`, which leaves the system's error number in its argument when a call failed.
  static func retrying<Value>(
    delays: [Double] = delays, _ attempt: (inout Int32) throws(MediaError) -> Value
  ) throws(MediaError) -> Value {
    for delay in delays {
      var code: Int32 = 0
      do { return try attempt(&code) } catch {
        guard codes.contains(code) else { throw error }
        Thread.sleep(forTimeInterval: delay)
      }
    }
    var code: Int32 = 0
    return try attempt(&code)
  }
}
