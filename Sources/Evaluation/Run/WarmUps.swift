internal import EvalCore
internal import Synchronization

/// Which timed methods have done their first, slower piece of work in this process.
final class WarmUps: Sendable {
  private let done = Mutex<Set<String>>([])

  /// Lets a timed method do what it does only once, before its first clip is timed.
  func prepare(_ colorizer: any Colorizer, size: FrameSize) throws {
    guard colorizer.isTimed else { return }
    // What is done once belongs to the weights and the size, whatever else a row varies.
    let key = "\(colorizer.identity.settings["weights"] ?? colorizer.identity.name) \(size)"
    let isFirst = done.withLock { $0.insert(key).inserted }
    if isFirst { try colorizer.warmUp(size) }
  }
}
