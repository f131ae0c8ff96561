internal import EvalCore
public import Foundation
internal import Hashing
internal import Synchronization

/// Weights whose size and digest were checked.
public struct VerifiedWeights: Sendable, Hashable {
  /// Where the file lies.
  public let url: URL
  /// SHA-256 of its content, 64 hexadecimal digits.
  public let sha256: String
  /// The pinned file that it is, or nil for a file of someone's own.
  public let entry: WeightEntry?

  /// The first digits of the digest, as signatures carry them.
  public var shortDigest: String { String(sha256.prefix(12)) }
}

/// Finds weight files and vouches for them; never opens a connection.
///
/// A file is looked for in the folders of `LVCD_BENCH_WEIGHTS` (separated by colons), then in the cache's folder
/// `weights`. A file of the right name and the wrong content is an error, not a reason to look further.
public final class WeightStore: Sendable {
  /// The folder that `weights get` writes to.
  public let folder: URL
  /// All folders, in the order in which they are searched.
  public let folders: [URL]
  /// The pinned files it knows.
  public let manifest: [WeightEntry]
  private let checked = Mutex<[Fingerprint: String]>([:])

  /// What a digest was computed for; a file that changes is read again.
  private struct Fingerprint: Hashable {
    let path: String
    let byteCount: Int
    let modified: Date
  }

  /// A store in `cache/weights`, after the folders that `environment` names.
  public init(
    cache: URL, environment: [String: String] = ProcessInfo.processInfo.environment,
    manifest: [WeightEntry] = WeightEntry.all
  ) {
    self.manifest = manifest
    folder = cache.appendingPathComponent("weights", isDirectory: true)
    let named = (environment["LVCD_BENCH_WEIGHTS"] ?? "").split(separator: ":")
    folders = named.map { URL(fileURLWithPath: String($0), isDirectory: true) } + [folder]
  }

  /// The entry of `id`.
  public func entry(_ id: WeightID) -> WeightEntry {
    guard let entry = manifest.first(where: { $0.id == id }) else {
      preconditionFailure("the manifest has no entry for '\(id.rawValue)'")
    }
    return entry
  }

  /// The weights `id`, size and digest checked.
  ///
  /// - Throws: `missing` with the fix, or what is wrong with the file found.
  public func find(_ id: WeightID) throws(WeightStoreError) -> VerifiedWeights {
    let entry = entry(id)
    for folder in folders {
      let url = folder.appendingPathComponent(entry.file)
      if FileManager.default.fileExists(atPath: url.path) { return try verify(url, as: entry) }
    }
    throw .missing(id: id, file: entry.file, folder: folder.path)
  }

  /// The file at `url`, whatever it is; `entry` is set when it is one of the pinned ones.
  public func identify(_ url: URL) throws(WeightStoreError) -> VerifiedWeights {
    let (byteCount, digest) = try digest(url)
    let entry = manifest.first { $0.matches(byteCount: byteCount, sha256: digest) }
    return VerifiedWeights(url: url, sha256: digest, entry: entry)
  }

  /// Checks the file at `url` against its entry; without a published digest only its presence is checked.
  public func verify(_ url: URL, as entry: WeightEntry) throws(WeightStoreError) -> VerifiedWeights {
    let found = try fingerprint(url).byteCount
    if let expected = entry.byteCount, found != expected {
      throw .wrongSize(file: url.path, found: found, expected: expected)
    }
    let (byteCount, digest) = try digest(url)
    if entry.sha256.isEmpty { return VerifiedWeights(url: url, sha256: digest, entry: nil) }
    guard entry.matches(byteCount: byteCount, sha256: digest) else {
      throw .wrongDigest(file: url.path, found: digest, expected: entry.sha256)
    }
    return VerifiedWeights(url: url, sha256: digest, entry: entry)
  }

  // MARK: - Digests

  private func fingerprint(_ url: URL) throws(WeightStoreError) -> Fingerprint {
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: url.resolvingSymlinksInPath().path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw WeightStoreError.unreadable(file: url.path, reason: "it is not a regular file")
      }
      return Fingerprint(
        path: url.path, byteCount: attributes[.size] as? Int ?? 0,
        modified: attributes[.modificationDate] as? Date ?? .distantPast)
    } catch let error as WeightStoreError { throw error } catch {
      throw .unreadable(file: url.path, reason: error.localizedDescription)
    }
  }

  private func digest(_ url: URL) throws(WeightStoreError) -> (byteCount: Int, sha256: String) {
    let fingerprint = try fingerprint(url)
    if let known = checked.withLock({ $0[fingerprint] }) { return (fingerprint.byteCount, known) }
    var hasher = SHA256Hasher()
    var byteCount = 0
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      while let piece = try handle.read(upToCount: 1 << 22), !piece.isEmpty {
        piece.withUnsafeBytes { hasher.update($0) }
        byteCount += piece.count
      }
    } catch { throw .unreadable(file: url.path, reason: error.localizedDescription) }
    let digest = hasher.finish().description
    checked.withLock { $0[fingerprint] = digest }
    return (byteCount, digest)
  }
}
