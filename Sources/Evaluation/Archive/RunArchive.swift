public import EvalCore
internal import Foundation
internal import Media
internal import Synchronization

/// A finished run read back: its records, and the frames behind them as far as they are still there. Writes nothing
/// into the run folder.
public struct RunArchive: Sendable {
  /// The folder.
  public let folder: RunFolder
  /// What the run found.
  public let results: RunResults
  private let library: SuiteLibrary
  private let origin: Result<Origin, ArchiveError>
  /// Record files by cell, listed once: every cell of a set asks for those of all.
  private let listings = Listings()

  private final class Listings: Sendable {
    let known = Mutex<[String: [String: URL]]>([:])
  }

  /// What `run.json` says.
  private struct Origin: Sendable {
    var description: RunDescription
    var configuration: RunConfiguration
  }

  /// Reads `results.json` and `run.json`. Throws `RunFolderError` when there are no results; a missing or damaged
  /// `run.json` is told when frames are asked for.
  public init(_ folder: RunFolder, library: SuiteLibrary) throws(RunFolderError) {
    self.folder = folder
    self.library = library
    results = try folder.results()
    origin = Self.readOrigin(folder)
  }

  private static func readOrigin(_ folder: RunFolder) -> Result<Origin, ArchiveError> {
    do {
      let description = try RunDescription.load(folder)
      return .success(
        Origin(description: description, configuration: try description.resolved(file: folder.runFile.path)))
    } catch {
      return .failure(.noDescription(file: folder.runFile.path, detail: error.cause))
    }
  }

  // MARK: - Records

  /// The records of one cell, by clip id. Clips that are left out of the results are left out here. Records that
  /// cannot be trusted are passed over; `damaged` counts them.
  public func records(_ cell: Cell) throws -> (records: [ClipRecord], damaged: Int) {
    let measured = results.cells.filter { $0.suite == cell.suite && $0.method.kind != .published }
    let known = try measured.map { try recordFiles($0) }
    guard let own = measured.firstIndex(where: { $0.method == cell.method }) else { return ([], 0) }
    let shared = known.dropFirst().reduce(Set(known[0].keys)) { $0.intersection($1.keys) }
    let files = known[own].filter { shared.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
    let found = try Workers.map(files.count) { index -> ClipRecord? in
      do {
        return try ClipRecord.open(try Data(contentsOf: files[index]), file: files[index].path)
      } catch is ClipRecordError {
        return nil
      }
    }
    let records = found.compactMap(\.self)
    return (records, found.count - records.count)
  }

  /// Record files of a cell by clip id.
  private func recordFiles(_ cell: Cell) throws -> [String: URL] {
    try checkName(cell.suite)
    let place = "clips/\(cell.suite)/\(RunFolder.rowKey(cell.method))"
    if let known = listings.known.withLock({ $0[place] }) { return known }
    let root = folder.url.appendingPathComponent(place)
    var files: [String: URL] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: root.path) ?? .init() {
      guard path.hasSuffix(".json"), !path.hasSuffix(".failure.json") else { continue }
      let id = String(path.dropLast(".json".count))
      if SafePath.clipIDFault(id) == nil { files[id] = root.appendingPathComponent(path) }
    }
    listings.known.withLock { $0[place] = files }
    return files
  }

  // MARK: - Frames

  /// A clip's description. Throws when the suite is gone or holds no such clip.
  public func clip(_ id: String, suite name: String) throws -> ArchivedClip {
    let configuration = try origin.get().configuration
    let folder = try suiteFolder
    for reference in configuration.suites {
      let suite: Suite
      do { suite = try library.suite(reference, relativeTo: folder) } catch {
        // Another set's absence does not matter; this one's is reported below.
        if configuration.suites.count == 1 || reference.contains(name) { throw error }
        continue
      }
      guard suite.name == name else { continue }
      guard let clip = suite.clips.first(where: { $0.id == id }) else { break }
      return ArchivedClip(suite: suite, clip: clip)
    }
    throw ArchiveError.noClip(suite: name, clip: id)
  }

  /// What a row made of a clip: frame i belongs to the clip's frame i.
  public func outputs(of method: MethodIdentity, _ place: ArchivedClip) throws -> any FrameSource {
    switch method.kind {
    case .oracle: return try place.originals()
    case .published: throw ArchiveError.noFrames(method: method.name)
    case .colorizer:
      try checkName(place.suite.name)
      return try FrameFolder(
        folder.framesFolder(suite: place.suite.name, row: RunFolder.rowKey(method), clip: place.clip.id))
    case .external:
      let specs = try origin.get().configuration.methods
      guard
        let spec = specs.first(where: { $0.name == method.name }),
        case .outputs(let template, let offset, let policy) = spec.source
      else { throw ArchiveError.noFrames(method: method.name) }
      return try OutputsTemplate(
        template: template, base: try methodFolder, offset: offset, countPolicy: policy
      ).open(place.clip)
    }
  }

  private var suiteFolder: URL? {
    get throws {
      try origin.get().description.folders?["suites"].map { URL(fileURLWithPath: $0, isDirectory: true) }
    }
  }

  private var methodFolder: URL {
    get throws {
      let path = try origin.get().description.folders?["methods"] ?? FileManager.default.currentDirectoryPath
      return URL(fileURLWithPath: path, isDirectory: true)
    }
  }

  private func checkName(_ suite: String) throws(ArchiveError) {
    if let fault = SafePath.clipIDFault(suite) { throw .badName(suite: suite, detail: fault) }
  }

  // MARK: - Provenance

  /// Options of a metric that the run was asked for.
  public func options(of metric: MetricID) throws -> [String: String] {
    try origin.get().configuration.metricOptions[metric] ?? [:]
  }

  /// Frame size and resize filter of the run.
  public var frameProtocol: EvaluationProtocol {
    get throws { try origin.get().configuration.frameProtocol }
  }

  /// Program, machine and request, as named facts in order; empty when `run.json` cannot be read.
  public func provenance() throws -> [(title: String, facts: [(name: String, value: String)])] {
    guard case .success(let origin) = origin else { return [] }
    let description = origin.description
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var request: [(name: String, value: String)] = []
    if case .object(let members) = description.configuration {
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        request.append((key, String(decoding: try encoder.encode(value), as: UTF8.self)))
      }
    }
    return [
      (
        "Run",
        [
          ("program", description.program), ("created", description.created),
          ("command", description.commandLine.joined(separator: " ")),
        ]
      ),
      ("Machine", description.machine.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }),
      ("Configuration", request),
    ]
  }
}

/// A clip of a finished run, its frames openable as far as they are there.
public struct ArchivedClip: Sendable {
  /// The test set.
  public let suite: Suite
  /// The clip.
  public let clip: SuiteClip

  /// The original frames.
  public func originals() throws -> any FrameSource { try suite.openFrames(of: clip) }

  /// The lineart; throws `SuiteError.noSketch` when the suite has none.
  public func sketch() throws -> any FrameSource { try suite.openSketch(of: clip) }
}

/// Why something of a finished run cannot be had.
public enum ArchiveError: ReasonedError, Equatable, CustomStringConvertible {
  /// `run.json` is missing or damaged.
  case noDescription(file: String, detail: String)
  /// The suites of the run hold no such clip.
  case noClip(suite: String, clip: String)
  /// The row has no frames of its own.
  case noFrames(method: String)
  /// A test set's name that cannot be a folder.
  case badName(suite: String, detail: String)

  /// The reason code.
  public var reason: FailureReason {
    switch self {
    case .noDescription: .unreadable
    case .noClip, .noFrames: .missing
    case .badName: .pathEscape
    }
  }

  /// File, found, expected, fix.
  public var description: String {
    switch self {
    case .noDescription(let file, let detail):
      "\(file): cannot be read (\(detail)), so that it is not known where the frames lie; run the same command again"
    case .noClip(let suite, let clip):
      "\(suite)/\(clip): no test set of the run holds this clip any more; restore the suite file"
    case .noFrames(let method): "\(method): has no frames that could be shown"
    case .badName(let suite, let detail): "test set '\(suite.prefix(80))' \(detail); results.json was edited"
    }
  }
}
