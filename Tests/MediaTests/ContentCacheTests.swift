import Foundation
import Media
import TestSupport
import Testing

@Suite struct ContentCacheTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func files() throws -> [URL] {
    let paths = FileManager.default.enumerator(atPath: folder.url.path)?.compactMap { $0 as? String } ?? []
    return paths.map { folder.url.appendingPathComponent($0) }.filter { !$0.hasDirectoryPath }
      .filter {
        (try? FileManager.default.attributesOfItem(atPath: $0.path)[.type] as? FileAttributeType)
          == .typeRegular
      }
  }

  @Test func entriesComeBackUnderTheirKeyAlone() throws {
    let cache = ContentCache(folder.url)
    let data = Data([1, 2, 3])
    cache.store(data, .lineart, key: "a")
    #expect(cache.data(.lineart, key: "a") == data)
    #expect(cache.data(.lineart, key: "b") == nil)
    #expect(ContentCache(folder.url).data(.lineart, key: "a") == data)
  }

  @Test func damagedEntriesCountAsNone() throws {
    let cache = ContentCache(folder.url)
    cache.store(Data(repeating: 7, count: 100), .lineart, key: "a")
    let file = try #require(try files().first)
    let whole = try Data(contentsOf: file)
    for damaged in [Data(), whole.dropLast(), whole.prefix(20), Data([0]) + whole.dropFirst()] {
      try damaged.write(to: file)
      #expect(cache.data(.lineart, key: "a") == nil)
    }
    // An entry of another key in its place is no entry of this one.
    cache.store(Data([9]), .lineart, key: "b")
    let other = try #require(
      try files().first { $0 != file && $0.lastPathComponent != file.lastPathComponent })
    try Data(contentsOf: other).write(to: file)
    #expect(cache.data(.lineart, key: "a") == nil)
  }

  @Test func theLeastRecentlyUsedGoFirst() throws {
    let cache = ContentCache(folder.url, limit: 1 << 20)
    for index in 0..<4 {
      cache.store(Data(repeating: 1, count: 1000), .lineart, key: "\(index)")
      Thread.sleep(forTimeInterval: 0.02)
    }
    #expect(cache.data(.lineart, key: "0") != nil)
    #expect(cache.usage().first { $0.kind == .lineart }?.files == 4)
    let gone = cache.trim(to: 3000)
    #expect(gone.files == 2)
    #expect(cache.data(.lineart, key: "0") != nil && cache.data(.lineart, key: "1") == nil)
    #expect(cache.clear(.lineart).files == 2 && cache.clear().files == 0)
    #expect(cache.usage().allSatisfy { $0.bytes == 0 })
  }

  @Test func aCacheKeepsItsLimitByItself() throws {
    let cache = ContentCache(folder.url, limit: 80_000)
    for index in 0..<200 { cache.store(Data(repeating: 1, count: 1000), .lineart, key: "\(index)") }
    #expect(cache.usage().reduce(0) { $0 + $1.bytes } <= 80_000 + 12_000)
  }
}
