import EvalCore
import Foundation
import Hashing
import Synchronization
import TestSupport
import Testing

@testable import Media

@Suite struct FeatureCacheTests {
  private let folder: TemporaryFolder
  private let told = Messages()

  init() throws { folder = try TemporaryFolder() }

  /// What the user was told.
  private final class Messages: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock(\.self) }
  }

  private func cache(_ kernels: String = "avx2", limit: Int = 1 << 20, at url: URL? = nil) -> FeatureCache {
    FeatureCache(ContentCache(url ?? folder.url, limit: limit), kernels: kernels) { [told] in told.add($0) }
  }

  private func key(
    _ kind: FeatureKind = .frameFeatures, _ product: String = "inception/aa", _ inputs: String...
  ) -> FeatureKey {
    FeatureKey(kind, product: product, inputs: inputs.map { SHA256Digest(of: $0.utf8) })
  }

  private func files() -> [URL] {
    let paths = FileManager.default.enumerator(atPath: folder.url.path)?.compactMap { $0 as? String } ?? []
    return paths.map { folder.url.appendingPathComponent($0) }.filter {
      (try? FileManager.default.attributesOfItem(atPath: $0.path)[.type] as? FileAttributeType)
        == .typeRegular
    }
  }

  private let row = NumericArray(shape: [4], values: [1, -0.5, 1e-30, 3e38])

  @Test func whatIsKeptIsFoundByOthersBitForBit() {
    cache().keep(row, for: key(.frameFeatures, "n", "x"))
    let other = cache()
    #expect(other.array(key(.frameFeatures, "n", "x")) == row)
    #expect(other.counts[.frameFeatures] == FeatureCache.Counts(hits: 1, misses: 0, damaged: 0))
    #expect(other.summary == "frame-features 1 of 1" && cache().summary == nil)
  }

  @Test func anythingElseInTheKeyIsAMiss() {
    let kept = FeatureKey(
      .flow, product: "raft/it=20/aa", inputs: [SHA256Digest(of: [1]), SHA256Digest(of: [2])])
    cache().keep(row, for: kept)
    let others = [
      FeatureKey(.flow, product: "raft/it=20/aa", inputs: [SHA256Digest(of: [2]), SHA256Digest(of: [1])]),
      FeatureKey(.flow, product: "raft/it=20/aa", inputs: [SHA256Digest(of: [1])]),
      FeatureKey(.flow, product: "raft/it=20/ab", inputs: kept.inputs),
      FeatureKey(.flow, product: "raft/it=12/aa", inputs: kept.inputs),
      FeatureKey(.clipLogits, product: "raft/it=20/aa", inputs: kept.inputs),
    ]
    let cache = cache()
    #expect(others.allSatisfy { cache.array($0) == nil })
    #expect(self.cache("avx512").array(kept) == nil)
    #expect(cache.array(kept) == row && told.all.isEmpty)
  }

  @Test func itemsHaveTheWrittenForm() throws {
    cache().keep(NumericArray(shape: [1, 2], values: [1, 2]), for: key(.flow, "n", "x"))
    let bytes = [UInt8](try Data(contentsOf: try #require(files().first)))
    #expect(String(decoding: bytes[..<8], as: UTF8.self) == "LVCDFEAT")
    #expect(Array(bytes[8..<20]) == [1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])
    #expect(Array(bytes[52..<84]) == SHA256Digest(of: bytes[100...]).bytes)
    #expect(Array(bytes[84..<100]) == [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[100...]) == [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40])
  }

  /// Ways to spoil an item's bytes; extents begin at byte 84.
  private static let faults: [(name: String, spoil: @Sendable (inout [UInt8]) -> Void)] = [
    ("a changed number", { $0[$0.count - 1] ^= 1 }),
    ("a byte too few", { $0.removeLast() }),
    ("a byte too many", { $0.append(0) }),
    ("a header cut off", { $0 = Array($0.prefix(60)) }),
    ("an empty file", { $0 = [] }),
    ("another magic", { $0[0] = 0 }),
    ("another version", { $0[8] = 2 }),
    ("another kind of number", { $0[12] = 2 }),
    ("no axes", { $0[16] = 0 }),
    ("four billion axes", { for index in 16..<20 { $0[index] = 255 } }),
    ("another key", { $0[20] ^= 1 }),
    ("another digest", { $0[52] ^= 1 }),
    ("an extent of zero", { $0[84] = 0 }),
    ("an extent beyond the file", { $0[88] = 1 }),
    ("an extent beyond every number", { for index in 84..<92 { $0[index] = 255 } }),
    ("a product that overflows", { $0[91] = 0x40 }),
  ]

  @Test(arguments: faults.map(\.name)) func damagedItemsAreRemovedToldOfAndMadeAgain(fault: String) throws {
    let key = key(.frameFeatures, "n", "x")
    cache().keep(row, for: key)
    let file = try #require(files().first)
    var bytes = [UInt8](try Data(contentsOf: file))
    try #require(Self.faults.first { $0.name == fault }).spoil(&bytes)
    try Data(bytes).write(to: file)
    let cache = cache()
    #expect(cache.array(key) == nil)
    #expect(cache.counts[.frameFeatures] == FeatureCache.Counts(hits: 0, misses: 1, damaged: 1))
    #expect(told.all.count == 1 && told.all[0].contains(file.path))
    #expect(!FileManager.default.fileExists(atPath: file.path))
    cache.keep(row, for: key)
    #expect(cache.array(key) == row)
  }

  @Test func valuesThatAreNoNumbersAreNotTrusted() throws {
    let key = key(.clipLogits, "n", "x")
    cache().keep(NumericArray(shape: [2], values: [1, .nan]), for: key)
    #expect(cache().array(key) == nil && told.all.count == 1)
  }

  @Test func manyDamagedItemsAreToldOfOnce() throws {
    let keys = (0..<5).map { key(.frameFeatures, "n", "\($0)") }
    for key in keys { cache().keep(row, for: key) }
    for file in files() { try Data([1, 2, 3]).write(to: file) }
    let cache = cache()
    #expect(keys.allSatisfy { cache.array($0) == nil })
    #expect(told.all.count == 1 && cache.summary == "frame-features 0 of 5 (5 damaged)")
  }

  @Test func anItemOfUnseenSizeIsNotRead() throws {
    let key = key(.frameFeatures, "n", "x")
    cache().keep(row, for: key)
    let file = try #require(files().first)
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: 1 << 40)
    try handle.close()
    #expect(cache().array(key) == nil && told.all.count == 1)
  }

  @Test func aFolderThatCannotBeWrittenIsToldOfOnceAndChangesNothing() {
    let cache = cache(at: URL(fileURLWithPath: "/proc/lvcd-bench-no-such-folder"))
    for index in 0..<3 {
      let key = key(.frameFeatures, "n", "\(index)")
      #expect(cache.array(key) == nil)
      cache.keep(row, for: key)
    }
    #expect(told.all.count == 1 && told.all[0].contains("cannot be kept"))
    #expect(cache.counts[.frameFeatures]?.misses == 3)
  }

  @Test func flowKeepsToItsShareAndStaysInPlace() {
    // 70 % of 100,000 bytes hold 16 flows of 4,204 bytes.
    let flow = NumericArray(shape: [2, 16, 32], values: [Float](repeating: 1, count: 1024))
    let keys = (0..<40).map { key(.flow, "n", "\($0)") }
    for _ in 0..<2 {
      let cache = cache(limit: 100_000)
      for key in keys where cache.array(key) == nil { cache.keep(flow, for: key) }
    }
    let cache = cache(limit: 100_000)
    #expect(keys.map { cache.array($0) != nil } == (0..<40).map { $0 < 16 })
    cache.keep(row, for: key(.frameFeatures, "n", "x"))
    #expect(cache.array(key(.frameFeatures, "n", "x")) == row)
  }

  @Test func flowOfEarlierProcessesMakesRoom() {
    let flow = NumericArray(shape: [2, 16, 32], values: [Float](repeating: 1, count: 1024))
    let old = cache(limit: 100_000)
    for index in 0..<40 { old.keep(flow, for: key(.flow, "old", "\(index)")) }
    Thread.sleep(forTimeInterval: 0.05)
    let new = cache(limit: 100_000)
    new.keep(flow, for: key(.flow, "new", "x"))
    #expect(new.array(key(.flow, "new", "x")) == flow)
    let usage = ContentCache(folder.url).usage().first { $0.kind == .flow }
    #expect((usage?.bytes ?? .max) <= 70_000 && (usage?.files ?? 0) > 10)
  }
}
