public import EvalCore
public import Foundation
internal import Hashing
internal import Media
internal import Synchronization

/// A run on disk: where everything lies, written so that a kill at any moment loses nothing that was finished.
public final class RunFolder: Sendable {
  /// The folder.
  public let url: URL
  private let lockDescriptor: Mutex<Int32?>
  private let appendLock = Mutex(())

  /// Opens or makes the folder and takes its lock.
  ///
  /// Throws `RunFolderError.locked` when another live process works in it; the lock goes with its process.
  public init(_ url: URL, exclusive: Bool = true) throws(RunFolderError) {
    self.url = url
    // Who only reads leaves nothing behind.
    guard exclusive else {
      lockDescriptor = Mutex(nil)
      return
    }
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(file: url.path, detail: error.localizedDescription)
    }
    let path = url.appendingPathComponent(".lock").path
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(file: path, detail: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .locked(folder: url.path)
    }
    lockDescriptor = Mutex(descriptor)
  }

  deinit {
    lockDescriptor.withLock { descriptor in
      if let open = descriptor { close(open) }
      descriptor = nil
    }
  }

  /// `run.json`.
  public var runFile: URL { url.appendingPathComponent("run.json") }
  /// `results.json`.
  public var resultsFile: URL { url.appendingPathComponent("results.json") }
  /// Folder of the generated tables.
  public var reportFolder: URL { url.appendingPathComponent("report", isDirectory: true) }

  func recordFile(suite: String, row: String, clip: String) -> URL {
    url.appendingPathComponent("clips/\(suite)/\(row)/\(clip).json")
  }

  func failureFile(suite: String, row: String, clip: String) -> URL {
    url.appendingPathComponent("clips/\(suite)/\(row)/\(clip).failure.json")
  }

  /// What the files behind a record looked like when it was made: a shortcut, never needed for a result.
  func inputsFile(suite: String, row: String, clip: String) -> URL {
    url.appendingPathComponent("clips/\(suite)/\(row)/\(clip).inputs")
  }

  func framesFolder(suite: String, row: String, clip: String) -> URL {
    url.appendingPathComponent("frames/\(suite)/\(row)/\(clip)", isDirectory: true)
  }

  /// Writes a whole file or nothing.
  func write(_ data: Data, to file: URL) throws(RunFolderError) {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try AtomicFile.write(data, to: file)
    } catch {
      throw .cannotWrite(file: file.path, detail: "\(error)")
    }
  }

  /// Appends one JSON line to an append-only file.
  func append(_ line: some Encodable, to name: String) throws(RunFolderError) {
    let file = url.appendingPathComponent(name)
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var data = try encoder.encode(line)
      data.append(0x0A)
      try appendLock.withLock { _ in
        let descriptor = open(file.path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        let written = data.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        guard written == data.count else { throw POSIXError(.ENOSPC) }
      }
    } catch {
      throw .cannotWrite(file: file.path, detail: "\(error)")
    }
  }

  /// A folder name for a row: readable, and unique for everything that can change its output.
  static func rowKey(_ identity: MethodIdentity) -> String {
    var hasher = SHA256Hasher()
    hasher.update("\(identity.kind.rawValue)\n\(identity.name)\n")
    for (key, value) in identity.settings.sorted(by: { $0.key < $1.key }) {
      hasher.update("\(key)=\(value)\n")
    }
    let readable = identity.name.lowercased().utf8.prefix(40).map { byte in
      (48...57).contains(byte) || (97...122).contains(byte) || byte == 45 ? byte : UInt8(45)
    }
    return String(decoding: readable, as: UTF8.self) + "-" + hasher.finish().description.prefix(8)
  }
}

/// Errors of the run folder itself: they end the run, since going on would lose results.
public enum RunFolderError: Error, Equatable, CustomStringConvertible {
  /// Another process works here.
  case locked(folder: String)
  /// Disk full, no permission, …
  case cannotWrite(file: String, detail: String)
  /// The folder holds a run of another configuration.
  case otherConfiguration(folder: String, keys: [String])
  /// Not a run folder.
  case notARun(folder: String, detail: String)

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .locked(let folder):
      "\(folder): another live process works on this run; wait for it or choose another -o"
    case .cannotWrite(let file, let detail):
      "\(file): cannot be written (\(detail)); free space or choose another -o, then run the same command again: finished clips are kept"
    case .otherConfiguration(let folder, let keys):
      "\(folder): holds a run with another configuration (differs in: \(keys.joined(separator: ", "))); "
        + "choose another -o, or --new-rows to add methods, metrics or suites to this one"
    case .notARun(let folder, let detail):
      "\(folder): not a run folder (\(detail)); give the folder that 'run' wrote"
    }
  }
}

extension RunFolder {
  /// The results of a finished run. Throws `RunFolderError.notARun` when there are none.
  public func results() throws(RunFolderError) -> RunResults {
    guard let data = FileManager.default.contents(atPath: resultsFile.path) else {
      throw .notARun(folder: url.path, detail: "no results.json; the run has not finished, run it again")
    }
    do { return try JSONDecoder().decode(RunResults.self, from: data) } catch {
      throw .notARun(
        folder: url.path,
        detail: "results.json cannot be read: \(error); run the same command again to rebuild it")
    }
  }
}
