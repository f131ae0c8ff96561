public import EvalCore
public import Foundation
internal import Hashing
internal import Media
internal import Synchronization

/// A run on disk: where everything lies, written so that a kill at any moment loses nothing that was
/// finished.
public final class RunFolder: Sendable {
  /// The folder.
  public let url: URL
  private let appendLock = Mutex(())
  let claims: ClaimBoard

  /// Opens the folder. Nothing is made before the first file is written, so that who only reads leaves
  /// nothing behind.
  public convenience init(_ url: URL) {
    self.init(url, claims: ClaimBoard(url.appendingPathComponent("claims")))
  }

  init(_ url: URL, claims: ClaimBoard) {
    self.url = url
    self.claims = claims
  }

  /// Makes the folder and removes what killed processes left of files they were writing.
  ///
  /// Throws `RunFolderError.cannotWrite`.
  func prepare() throws(RunFolderError) {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(file: url.path, detail: error.localizedDescription)
    }
    AtomicFile.removeLeftovers(in: url, isDeep: false)
    for folder in ["clips", "claims", "report"] {
      AtomicFile.removeLeftovers(in: url.appendingPathComponent(folder), isDeep: true)
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
    } catch {
      throw .cannotWrite(file: file.path, detail: error.localizedDescription)
    }
    do { try AtomicFile.write(data, to: file) } catch {
      throw .cannotWrite(file: file.path, detail: error.cause)
    }
  }

  /// Appends one JSON line to an append-only file.
  func append(_ line: some Encodable, to name: String) throws(RunFolderError) {
    try appendLock.withLock { _ throws(RunFolderError) in
      try AppendedLines.append(line, to: url.appendingPathComponent(name))
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
  /// Disk full, no permission, …
  case cannotWrite(file: String, detail: String)
  /// The folder holds a run of another configuration.
  case otherConfiguration(folder: String, keys: [String])
  /// A file of the run that is cut short, edited or of another version.
  case damaged(file: String, detail: String)
  /// Not a run folder.
  case notARun(folder: String, detail: String)

  /// What is wrong, without file and fix.
  var cause: String {
    switch self {
    case .cannotWrite(_, let detail), .damaged(_, let detail), .notARun(_, let detail): detail
    case .otherConfiguration(_, let keys): "differs in \(keys.joined(separator: ", "))"
    }
  }

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .cannotWrite(let file, let detail):
      "\(file): cannot be written (\(detail)); free space or choose another -o, then run the same command again: finished clips are kept"
    case .otherConfiguration(let folder, let keys):
      "\(folder): holds a run with another configuration (differs in: \(keys.joined(separator: ", "))); "
        + "choose another -o, or --new-rows to add methods, metrics or suites to this one"
    case .damaged(let file, let detail):
      "\(file): damaged (\(detail)); remove it and run the same command again: finished clips are kept"
    case .notARun(let folder, let detail):
      "\(folder): not a run folder (\(detail)); give the folder that 'run' wrote"
    }
  }
}

/// What a decoder found wrong, in a few words.
enum DecodingFault {
  static func text(_ error: any Error) -> String {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "key '\(path(context.codingPath + [key]))' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "'\(path(context.codingPath))' has the wrong type"
    case DecodingError.dataCorrupted(let context):
      return context.codingPath.isEmpty ? "not complete JSON" : "'\(path(context.codingPath))' cannot be read"
    default: return error.localizedDescription
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
      throw .damaged(file: resultsFile.path, detail: DecodingFault.text(error))
    }
  }
}
