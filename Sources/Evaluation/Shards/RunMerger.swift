internal import EvalCore
internal import Foundation

/// Joins run folders of one configuration, each with a share of the clips.
public struct RunMerger {
  private let sources: [RunFolder]
  private let target: RunFolder

  /// `sources` into `target`, which may be one of them.
  public init(_ sources: [RunFolder], into target: RunFolder) {
    self.sources = sources
    self.target = target
  }

  /// Brings records, failures and frames together.
  ///
  /// Equal duplicates are fine; the time a clip took may differ, nothing else. Throws `MergeError` and
  /// `RunFolderError`; nothing of the sources is changed.
  public func joinRecords() throws {
    guard let first = sources.first else { return }
    let description = try RunDescription.load(first)
    for source in sources.dropFirst() {
      let other = try RunDescription.load(source)
      var keys = description.differences(other)
      if description.signatures != other.signatures { keys.append("signatures") }
      if description.rows != other.rows { keys.append("rows (weights or settings)") }
      guard keys.isEmpty else { throw RunFolderError.otherConfiguration(folder: source.url.path, keys: keys) }
    }
    try target.prepare()
    if FileManager.default.fileExists(atPath: target.runFile.path) {
      let keys = description.differences(try RunDescription.load(target))
      guard keys.isEmpty else { throw RunFolderError.otherConfiguration(folder: target.url.path, keys: keys) }
    } else {
      try target.write(try Data(contentsOf: first.runFile), to: target.runFile)
    }
    for source in sources where source.url.standardizedFileURL != target.url.standardizedFileURL {
      try join(source)
    }
  }

  private func join(_ source: RunFolder) throws {
    for name in ["clips", "frames"] {
      let root = source.url.appendingPathComponent(name)
      for case let path as String in FileManager.default.enumerator(atPath: root.path) ?? .init() {
        let file = root.appendingPathComponent(path)
        var isFolder: ObjCBool = false
        // Hidden names are drafts of files that were being written.
        guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue,
          !file.lastPathComponent.hasPrefix(".")
        else { continue }
        try join(file, into: target.url.appendingPathComponent("\(name)/\(path)"))
      }
    }
  }

  private func join(_ file: URL, into place: URL) throws {
    let record =
      place.path.hasSuffix(".failure.json") ? place.path.dropLast(".failure.json".count) + ".json" : ""
    // A failure that another attempt overcame is none.
    if !record.isEmpty, FileManager.default.fileExists(atPath: String(record)) { return }
    if FileManager.default.fileExists(atPath: place.path) {
      guard place.pathExtension == "json", record.isEmpty, place.path.contains("/clips/") else { return }
      return try compare(file, place)
    }
    let folder = place.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // Frames of a whole set are large: on one disk a second name is enough.
    if link(file.path, place.path) != 0 { try target.write(try Data(contentsOf: file), to: place) }
    if place.path.contains("/clips/"), place.pathExtension == "json", record.isEmpty {
      let failure = place.deletingPathExtension().appendingPathExtension("failure.json")
      if FileManager.default.fileExists(atPath: failure.path) {
        try FileManager.default.removeItem(at: failure)
      }
    }
  }

  /// A record that cannot be trusted gives way to one that can.
  private func compare(_ file: URL, _ place: URL) throws {
    let data = try [file, place].map { try Data(contentsOf: $0) }
    if data[0] == data[1] { return }
    var records: [ClipRecord] = []
    for (url, bytes) in zip([file, place], data) {
      do { records.append(try ClipRecord.open(bytes, file: url.path)) } catch {
        if url == place { try target.write(data[0], to: place) }
        return
      }
    }
    for index in records.indices {
      records[index].secondsPerFrame = nil
      records[index].recordHash = ""
    }
    guard records[0] == records[1] else { throw MergeError.unequal(first: place.path, second: file.path) }
  }
}

/// Why run folders cannot be joined.
public enum MergeError: Error, Equatable, CustomStringConvertible {
  /// Two records of one clip that differ in more than the time it took.
  case unequal(first: String, second: String)

  /// Files and fix.
  public var description: String {
    switch self {
    case .unequal(let first, let second):
      "\(first) and \(second): two records of one clip that differ; find out which machine or weights made them, "
        + "and remove one"
    }
  }
}
