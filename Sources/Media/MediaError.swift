public import EvalCore

/// Why a picture, folder or video could not be read or written. Every message names the file, what was
/// found, what was expected and the fix, on one line.
public enum MediaError: ReasonedError, CustomStringConvertible, Hashable {
  /// There is nothing at this path.
  case missing(path: String)
  /// The file cannot be opened or is not what its place asks for; `found` says what is there.
  case unreadable(path: String, found: String, expected: String)
  /// The file is damaged: checksums or structure do not hold.
  case damaged(path: String, found: String)
  /// The file stops before its end or cannot be decoded further; `framesRead` frames of a video could still
  /// be read, nil for pictures.
  case truncated(path: String, framesRead: Int?, found: String)
  /// The picture or file is larger than the limits allow.
  case tooLarge(path: String, found: String, limit: String)
  /// A frame's size is not that of the frames before it.
  case sizeMismatch(path: String, found: FrameSize, expected: FrameSize)
  /// A clip has another number of frames than promised.
  case countMismatch(path: String, found: Int, expected: Int)
  /// A folder holds no frames.
  case emptyFolder(path: String, found: String)
  /// A numbered sequence has a gap: the file called `name` is absent.
  case missingFrame(folder: String, name: String)
  /// File names of a folder do not follow one numbering.
  case mixedNames(folder: String, found: String, expected: String)
  /// The content is valid but this program does not handle it.
  case unsupported(path: String, found: String, expected: String)
  /// A file could not be written; nothing is left at `path` or the old content is intact.
  case notWritten(path: String, cause: String)

  /// The reason code that failures and records carry.
  public var reason: FailureReason {
    switch self {
    case .missing, .emptyFolder, .missingFrame: .missing
    case .unreadable, .damaged, .truncated, .mixedNames, .unsupported, .notWritten: .unreadable
    case .tooLarge: .tooLarge
    case .sizeMismatch: .sizeMismatch
    case .countMismatch: .countMismatch
    }
  }

  /// What happened, without the file's name: for errors that name it themselves.
  public var cause: String {
    switch self {
    case .notWritten(_, let cause): cause
    default: description
    }
  }

  /// One lower-case line for the user.
  public var description: String {
    switch self {
    case .missing(let path):
      "\(path): does not exist; check the path"
    case .unreadable(let path, let found, let expected):
      "\(path): \(found), expected \(expected)"
    case .damaged(let path, let found):
      "\(path): damaged file (\(found)), expected an intact one; copy or render it again"
    case .truncated(let path, let framesRead, let found):
      "\(path): cut off or damaged (\(found))\(Self.readable(framesRead)); "
        + "expected a complete file, copy or render it again"
    case .tooLarge(let path, let found, let limit):
      "\(path): \(found) exceeds the limit of \(limit); use a smaller file or raise the limit"
    case .sizeMismatch(let path, let found, let expected):
      "\(path): is \(found), the frames before it are \(expected); render all frames at one size"
    case .countMismatch(let path, let found, let expected):
      "\(path): has \(found) frames, expected \(expected); render the missing frames or correct the count"
    case .emptyFolder(let path, let found):
      "\(path): no frames found (\(found)), expected numbered PNG files; check the path and the pattern"
    case .missingFrame(let folder, let name):
      "\(folder): frame '\(name)' is missing, expected an unbroken sequence; render it again"
    case .mixedNames(let folder, let found, let expected):
      "\(folder): \(found), expected \(expected); keep one numbered sequence per folder or give a pattern"
    case .unsupported(let path, let found, let expected):
      "\(path): \(found) is not supported, expected \(expected); convert the file"
    case .notWritten(let path, let cause):
      "\(path): cannot be written (\(cause)), nothing was left behind; free space or choose another place"
    }
  }

  private static func readable(_ frames: Int?) -> String {
    frames.map { ", \($0) frames could be read" } ?? ""
  }
}
