internal import Synchronization

/// Where the time of a run goes, summed over threads: what is not decoding, colouring, encoding, measuring or
/// verifying is the suite's own overhead.
final class StageClock: Sendable {
  enum Stage: String, CaseIterable {
    /// Reading frames from files and videos.
    case decode
    /// The colorizers.
    case colorize
    /// Writing coloured frames.
    case encode
    /// The frame pipeline's resize and the metrics.
    case measure
    /// Hashing decoded pixels: what makes records trustworthy.
    case verify
    /// Everything that a thread did for a clip, the five above included.
    case clips
    /// The parts of a run that are not about one clip: configuration, fingerprints, results.
    case serial
  }

  private let totals = Mutex<[Stage: Duration]>([:])

  /// Runs `body` and adds its time to `stage`.
  func measure<Value>(_ stage: Stage, _ body: () throws -> Value) rethrows -> Value {
    let start = ContinuousClock.now
    defer { add(.now - start, to: stage) }
    return try body()
  }

  func add(_ duration: Duration, to stage: Stage) {
    totals.withLock { $0[stage, default: .zero] += duration }
  }

  /// For example `decode 1.20 s, colorize 0.31 s, …, suite 0.04 s (1.3 %)`.
  var summary: String {
    let totals = totals.withLock { $0 }
    func seconds(_ stage: Stage) -> Double { (totals[stage] ?? .zero) / .seconds(1) }
    let work: [Stage] = [.decode, .colorize, .encode, .measure, .verify]
    let all = seconds(.clips) + seconds(.serial)
    let own = all - work.reduce(0) { $0 + seconds($1) }
    let parts = work.map { "\($0.rawValue) \(Self.text(seconds($0), decimals: 2)) s" }
    let share = all > 0 ? Self.text(100 * own / all, decimals: 1) : "0"
    return (parts + ["suite \(Self.text(own, decimals: 2)) s (\(share) %)"]).joined(separator: ", ")
  }

  private static func text(_ value: Double, decimals: Int) -> String {
    let scale = decimals == 2 ? 100.0 : 10.0
    return "\((value * scale).rounded() / scale)"
  }
}
