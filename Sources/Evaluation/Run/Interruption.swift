internal import Dispatch
internal import Foundation
internal import Synchronization

/// Turns SIGINT, SIGTERM and SIGUSR1 into a request to stop at the next safe point; a second SIGINT ends the process at once.
///
/// Nothing on disk is corrupt after either, because every file is written whole or not at all.
public final class Interruption: Sendable {
  private let code = Atomic<Int32>(0)

  /// A request that nobody has made yet.
  public init() {}

  /// The exit code that was asked for: 130 after Ctrl-C, 75 after a scheduler's signal; nil while nobody asked.
  public var exitCode: Int32? {
    let value = code.load(ordering: .relaxed)
    return value == 0 ? nil : value
  }

  /// Whether work should stop.
  public var isRequested: Bool { exitCode != nil }

  /// Asks to stop, as a signal would.
  public func request(exitCode: Int32) { code.store(exitCode, ordering: .relaxed) }

  /// Throws `CancellationError` when work should stop.
  public func check() throws {
    if isRequested { throw CancellationError() }
  }

  /// Begins to listen; call it once, from the program.
  public func listen(announce: @escaping @Sendable (String) -> Void) {
    let queue = DispatchQueue(label: "lvcd-bench.signals")
    for (number, exitCode) in [(SIGINT, Int32(130)), (SIGTERM, 75), (SIGUSR1, 75)] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      // The handler holds its source, which otherwise would end with this scope; both live as long as the process.
      source.setEventHandler { [self] in
        _ = source
        if number == SIGINT, isRequested { _exit(130) }
        request(exitCode: exitCode)
        announce("stopping after the clip in hand; run the same command again to continue")
      }
      source.resume()
    }
  }
}
