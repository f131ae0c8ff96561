internal import EmbeddedSuites
public import Foundation
internal import EvalCore
internal import Hashing
internal import Media

/// Finds suites by path or by the name of an embedded set.
///
/// Embedded sets are unpacked into the cache once, under a folder named by their content, so that every other part of
/// the program reads ordinary files and users can look at them.
public struct SuiteLibrary: Sendable {
  private let cache: URL

  /// A library that unpacks into `cache`.
  public init(cache: URL) { self.cache = cache }

  /// Names of the embedded sets.
  public static var embeddedNames: [String] {
    EmbeddedFile.all.compactMap { file in
      file.path.hasSuffix(".suite.json") ? String(file.path.dropLast(".suite.json".count)) : nil
    }.sorted()
  }

  /// The suite named by `reference`: a path to a suite file, or the name of an embedded set.
  ///
  /// Throws `SuiteError.unknownSuite`, `ConfigError` and `SuiteError`.
  public func suite(_ reference: String, relativeTo folder: URL? = nil) throws -> Suite {
    let url = URL(fileURLWithPath: reference, relativeTo: folder).absoluteURL
    if FileManager.default.fileExists(atPath: url.path) { return try Suite.load(url) }
    guard Self.embeddedNames.contains(reference) else {
      throw SuiteError.unknownSuite(name: reference, legal: Self.embeddedNames)
    }
    return try Suite.load(try unpack().appendingPathComponent("\(reference).suite.json"))
  }

  /// Unpacks all embedded files and returns their folder. Files that are there already are kept when their size agrees.
  public func unpack() throws -> URL {
    let files = EmbeddedFile.all
    var hasher = SHA256Hasher()
    for file in files { hasher.update("\(file.path) \(SHA256Digest(of: file.bytes))\n") }
    let folder = cache.appendingPathComponent(
      "suites/\(hasher.finish().description.prefix(16))", isDirectory: true)
    for file in files {
      let url = folder.appendingPathComponent(file.path)
      let size = try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
      if size == file.bytes.count { continue }
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try AtomicFile.write(Data(file.bytes), to: url)
    }
    return folder
  }
}

/// A file inside the program.
struct EmbeddedFile {
  let path: String
  let bytes: UnsafeBufferPointer<UInt8>

  static var all: [EmbeddedFile] {
    (0..<lvcd_embedded_file_count).compactMap { index in
      let file = lvcd_embedded_file_at(index)
      guard let path = file.path, let bytes = file.bytes else { return nil }
      return EmbeddedFile(
        path: String(cString: path), bytes: UnsafeBufferPointer(start: bytes, count: file.size))
    }
  }
}
