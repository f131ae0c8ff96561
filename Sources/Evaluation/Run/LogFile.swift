public import Foundation

/// A log for programs: one JSON object per line with time, level and message, appended. At 100 MB the file becomes
/// `NAME.1`, in place of an older one.
public struct LogFile: Sendable {
  /// How much goes into the log.
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case error, warning, info, debug
    /// More talk is greater.
    public static func < (a: Level, b: Level) -> Bool {
      (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
  }

  /// The file; made at the first line.
  public let url: URL
  /// Lines above this level are left out.
  public let level: Level

  /// A log at `url`.
  public init(_ url: URL, level: Level) {
    self.url = url
    self.level = level
  }

  /// Appends a line unless it is above the level. Throws `RunFolderError.cannotWrite`.
  public func write(_ level: Level, _ message: String) throws(RunFolderError) {
    guard level <= self.level else { return }
    struct Line: Encodable {
      let time: String, level: String, message: String
    }
    try AppendedLines.rotate(url)
    try AppendedLines.append(
      Line(time: Date().formatted(.iso8601), level: level.rawValue, message: message), to: url)
  }
}

/// Files of JSON lines that only grow. A line is written by one call, so that several processes may append.
enum AppendedLines {
  /// Bytes from which a log gives way to a new one.
  static let rotationSize = 100_000_000

  /// Moves a log of `limit` bytes and more to `NAME.1`. Of two processes that do so at once, one moves it.
  static func rotate(_ file: URL, limit: Int = rotationSize) throws(RunFolderError) {
    var status = stat()
    guard stat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= limit else {
      return
    }
    guard rename(file.path, file.path + ".1") == 0 || errno == ENOENT else {
      throw .cannotWrite(file: file.path, detail: String(cString: strerror(errno)).lowercased())
    }
  }

  static func append(_ line: some Encodable, to file: URL) throws(RunFolderError) {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var data = try encoder.encode(line)
      data.append(0x0A)
      let descriptor = open(file.path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      defer { close(descriptor) }
      let written = data.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      guard written == data.count else { throw POSIXError(.ENOSPC) }
    } catch {
      throw .cannotWrite(file: file.path, detail: "\(error.localizedDescription)")
    }
  }
}
