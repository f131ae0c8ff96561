internal import Foundation
internal import Synchronization

/// Tells the user on stderr what goes on: a line that rewrites itself on a terminal, at most one line a
/// minute elsewhere.
public final class ProgressReporter: Sendable {
  /// How much is said.
  public enum Verbosity: Int, Sendable, Comparable {
    case quiet, normal, verbose
    /// More talk is greater.
    public static func < (a: Verbosity, b: Verbosity) -> Bool { a.rawValue < b.rawValue }
  }

  private struct State {
    var stage = ""
    var start = ContinuousClock.now
    var lastLine: ContinuousClock.Instant?
    var isLineOpen = false
  }

  private let state = Mutex(State())
  private let verbosity: Verbosity
  private let isTerminal: Bool
  private let log: LogFile?
  private let saidThatLogFails = Mutex(false)

  /// A teller. `showsProgress: false` keeps messages and drops progress; `log` gets every message of its
  /// level, whatever is said on stderr.
  public init(verbosity: Verbosity = .normal, showsProgress: Bool = true, log: LogFile? = nil) {
    self.verbosity = verbosity
    self.log = log
    let environment = ProcessInfo.processInfo.environment
    isTerminal =
      showsProgress && isatty(2) == 1 && environment["TERM"] != "dumb" && environment["CI"] == nil
  }

  /// A teller that says nothing.
  public static var silent: ProgressReporter { ProgressReporter(verbosity: .quiet, showsProgress: false) }

  /// Begins a stage of `total` units.
  public func begin(_ stage: String, total: Int) {
    state.withLock { state in
      state.stage = stage
      state.start = .now
      state.lastLine = .now
    }
    record(.info, "\(stage): \(total) to do")
    if verbosity >= .normal, !isTerminal { emit("\(stage): \(total) to do") }
  }

  /// `done` of `total` units are finished; `detail` says what is in hand.
  public func update(done: Int, total: Int, detail: String) {
    guard verbosity >= .normal else { return }
    let line: String? = state.withLock { state in
      let now = ContinuousClock.now
      let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(60)
      if let last = state.lastLine, now - last < interval, done < total || !isTerminal { return nil }
      state.lastLine = now
      let elapsed = (now - state.start) / .seconds(1)
      let left = done > 0 ? elapsed / Double(done) * Double(total - done) : nil
      let eta = left.map { ", \(Self.clock($0)) left" } ?? ""
      return "\(state.stage): \(done)/\(total)\(eta)  \(detail)"
    }
    guard let line else { return }
    if isTerminal {
      rewrite(line, isLast: done >= total)
    } else {
      emit(line)
    }
  }

  /// A message for everybody but `--quiet`.
  public func note(_ text: String) {
    record(.info, text)
    if verbosity >= .normal { emit(text) }
  }

  /// A message for `--verbose`.
  public func detail(_ text: String) {
    record(.debug, text)
    if verbosity >= .verbose { emit(text) }
  }

  /// A warning: always said.
  public func warn(_ text: String) {
    record(.warning, text)
    emit(text)
  }

  /// A log that cannot be written is told of once and stops nothing.
  private func record(_ level: LogFile.Level, _ text: String) {
    do { try log?.write(level, Self.printable(text)) } catch {
      let isFirst = saidThatLogFails.withLock { said in
        defer { said = true }
        return !said
      }
      if isFirst { emit("\(error)") }
    }
  }

  /// The last line of a stage is ended, so that the answer on the same terminal begins on its own.
  private func rewrite(_ line: String, isLast: Bool) {
    state.withLock { state in
      state.isLineOpen = !isLast
      let end = isLast ? "\n" : ""
      FileHandle.standardError.write(Data("\r\u{1B}[K\(Self.printable(String(line.prefix(110))))\(end)".utf8))
    }
  }

  private func emit(_ line: String) {
    state.withLock { state in
      let clear = state.isLineOpen ? "\r\u{1B}[K" : ""
      state.isLineOpen = false
      FileHandle.standardError.write(Data("\(clear)\(Self.printable(line))\n".utf8))
    }
  }

  /// `text` without control sequences: file names may hold anything.
  public static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}
