public import Foundation
internal import Hashing
internal import Synchronization

/// Results that depend on their inputs' content alone, kept between runs.
///
/// A key names everything that decides a result: what computes it, with version and settings, and the digests of what
/// goes in. An entry is sealed by a digest of its own: one that is damaged, cut off or of another key counts as none.
/// The least recently used entries go when the folder outgrows its limit. Any number of processes may share a cache.
public final class ContentCache: Sendable {
  /// What is kept, each in a folder of its name.
  public enum Kind: String, CaseIterable, Sendable {
    /// Lines that extractors drew.
    case lineart
    /// Features of single frames, for FID and its substitutes.
    case frameFeatures = "frame-features"
    /// Logits of windows of a clip, for FVD.
    case clipLogits = "clip-logits"
    /// Motion between original frames, for TC.
    case flow

    /// Largest share of the limit. Flow is large and read in the same order by every run: without a share of its own
    /// it would drive everything else out, itself included, before a run comes back to it.
    var share: Double { self == .flow ? 0.7 : 1 }
  }

  /// Files and bytes of a kind.
  public struct Usage: Hashable, Sendable {
    /// The kind.
    public let kind: Kind
    /// Number of entries.
    public let files: Int
    /// Their size.
    public let bytes: Int
  }

  /// Bytes that a cache may take unless told otherwise.
  public static let standardLimit = 4 << 30
  /// Trimming goes down to this share of the limit, so that it is not done for every entry.
  private static let trimmedShare = 0.8

  /// Folder of the kinds' folders.
  public let folder: URL
  /// Most bytes it may take.
  public let limit: Int
  /// Bytes written since usage was last looked at; negative: never looked at.
  private let written = Mutex(-1)
  /// When this process took up the cache, less what the clock of files may lag behind.
  private let began = Date().timeIntervalSince1970 - 0.02
  private let shares = Mutex<[Kind: Share]>([:])

  /// What a kind takes, as far as this process knows, and whether nothing more fits.
  private struct Share {
    var bytes: Int
    var isFull = false
  }

  /// A cache in `folder`, which need not exist.
  public init(_ folder: URL, limit: Int = ContentCache.standardLimit) {
    self.folder = folder
    self.limit = limit
  }

  /// The entry of `key`; nil where there is none.
  public func data(_ kind: Kind, key: String) -> Data? {
    let url = file(kind, key)
    guard let stored = FileManager.default.contents(atPath: url.path), stored.count >= Self.sealSize else {
      return nil
    }
    let payload = stored.dropLast(Self.sealSize)
    guard Array(stored.suffix(Self.sealSize)) == Self.seal(payload, key: key) else { return nil }
    // The time of use; where it cannot be set the entry is only forgotten sooner.
    utimes(url.path, nil)
    return payload
  }

  /// Keeps `data` under `key`. A cache that cannot be written is no reason to stop: the result is at hand.
  public func store(_ data: Data, _ kind: Kind, key: String) {
    var sealed = data
    sealed.append(contentsOf: Self.seal(data, key: key))
    do { try write(sealed, to: file(kind, key)) } catch { return }
    added(sealed.count)
  }

  /// Puts a whole file in place, or throws why that cannot be done. Nothing is flushed: what a crash leaves behind does
  /// not bear its digest.
  func write(_ data: Data, to url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url, options: .atomic)
  }

  /// Whether `bytes` more of `kind` fit its share, for which entries of earlier processes may go.
  ///
  /// Those that this process wrote or found stay: the next run will ask for them in the same order, and an entry that
  /// made room for the following one would be missed each time.
  func admits(_ bytes: Int, of kind: Kind) -> Bool {
    guard kind.share < 1 else { return true }
    let most = Int(Double(limit) * kind.share)
    return shares.withLock { shares in
      var share = shares[kind] ?? Share(bytes: entries(kind).reduce(0) { $0 + $1.bytes })
      defer { shares[kind] = share }
      if share.isFull { return false }
      if share.bytes + bytes > most {
        share.bytes = dropUnused(kind, to: Int(Double(most) * Self.trimmedShare))
      }
      share.isFull = share.bytes + bytes > most
      if !share.isFull { share.bytes += bytes }
      return !share.isFull
    }
  }

  /// Removes entries that this process did not use, oldest first, until the kind takes at most `aim` bytes; returns
  /// what it takes then.
  private func dropUnused(_ kind: Kind, to aim: Int) -> Int {
    let all = entries(kind).sorted { $0.used < $1.used }
    var rest = all.reduce(0) { $0 + $1.bytes }
    let gone = all.prefix { entry in
      guard rest > aim, entry.used < began else { return false }
      rest -= entry.bytes
      return true
    }
    _ = remove(Array(gone))
    return rest
  }

  /// Takes note of `bytes` written, and trims from time to time.
  func added(_ bytes: Int) {
    let isDue = written.withLock { written in
      // Others write too: the folder is looked at when this process has added an eighth of the limit.
      let isFirst = written < 0
      written = max(0, written) + bytes
      guard isFirst || written > limit / 8 else { return false }
      written = 0
      return true
    }
    if isDue { trim() }
  }

  /// Files and bytes of every kind.
  public func usage() -> [Usage] {
    Kind.allCases.map { kind in
      let entries = entries(kind)
      return Usage(kind: kind, files: entries.count, bytes: entries.reduce(0) { $0 + $1.bytes })
    }
  }

  /// Removes entries of `kind`, or all; returns how many and their size.
  @discardableResult public func clear(_ kind: Kind? = nil) -> (files: Int, bytes: Int) {
    remove((kind.map { [$0] } ?? Kind.allCases).flatMap(entries))
  }

  /// Removes the least recently used entries where all together exceed `limit`, by default the cache's own.
  @discardableResult public func trim(to limit: Int? = nil) -> (files: Int, bytes: Int) {
    let limit = limit ?? self.limit
    let all = Kind.allCases.flatMap(entries).sorted { $0.used < $1.used }
    var total = all.reduce(0) { $0 + $1.bytes }
    guard total > limit else { return (0, 0) }
    let aim = Int(Double(limit) * Self.trimmedShare)
    let gone = all.prefix { entry in
      guard total > aim else { return false }
      total -= entry.bytes
      return true
    }
    return remove(Array(gone))
  }

  // MARK: - Files

  private struct Entry {
    let url: URL
    let bytes: Int
    let used: Double
  }

  private static let sealSize = 32

  private static func seal(_ data: Data, key: String) -> [UInt8] {
    var hasher = SHA256Hasher()
    hasher.update("\(key)\n")
    data.withUnsafeBytes { hasher.update($0) }
    return hasher.finish().bytes
  }

  private func file(_ kind: Kind, _ key: String) -> URL { file(kind, SHA256Digest(of: key.utf8)) }

  /// Where the entry of a key of that digest lies.
  func file(_ kind: Kind, _ key: SHA256Digest) -> URL {
    let name = key.description
    return folder.appendingPathComponent("\(kind.rawValue)/\(name.prefix(2))/\(name)")
  }

  private func entries(_ kind: Kind) -> [Entry] {
    let place = folder.appendingPathComponent(kind.rawValue)
    guard let paths = FileManager.default.enumerator(atPath: place.path) else { return [] }
    return paths.compactMap { item in
      guard let path = item as? String else { return nil }
      let url = place.appendingPathComponent(path)
      var status = stat()
      guard lstat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      let used = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
      return Entry(url: url, bytes: Int(status.st_size), used: used)
    }
  }

  private func remove(_ entries: [Entry]) -> (files: Int, bytes: Int) {
    var (files, bytes) = (0, 0)
    for entry in entries where unlink(entry.url.path) == 0 {
      files += 1
      bytes += entry.bytes
    }
    return (files, bytes)
  }
}
