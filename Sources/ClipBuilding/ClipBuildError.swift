public import EvalCore

/// Why no clips come out of films.
public enum ClipBuildError: ReasonedError, Hashable, CustomStringConvertible {
  /// Two films would give clips of the same names.
  case sameName(String, first: String, second: String)
  /// No shot has a legal length.
  case noClips(shots: Int, shortest: Int, longest: Int)
  /// A film delivered fewer frames than when its cuts were looked for.
  case changed(path: String, found: Int, expected: Int)

  /// The reason code for records and failures.
  public var reason: FailureReason {
    switch self {
    case .sameName: .unreadable
    case .noClips: .tooShort
    case .changed: .countMismatch
    }
  }

  /// Film, found, expected, fix.
  public var description: String {
    switch self {
    case .sameName(let name, let first, let second):
      "\(second): its clips would be called '\(name)' as those of \(first); rename one of the films"
    case .noClips(let shots, let shortest, let longest):
      "none of \(shots) shots has \(shortest) to \(longest) frames; change --min-length, --max-length or --threshold"
    case .changed(let path, let found, let expected):
      "\(path): ends after \(found) frames, \(expected) when its cuts were looked for; restore the film and build again"
    }
  }
}
