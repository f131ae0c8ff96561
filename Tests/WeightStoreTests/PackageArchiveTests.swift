import Checkpoints
import Foundation
import Testing
import TestSupport

/// Archives as package clients deliver them.
enum TestArchives {
  /// A ustar archive through gzip.
  static func tarGzip(_ members: [(name: String, data: Data)]) throws -> Data {
    try gzip(members.reduce(Data()) { $0 + member($1.name, $1.data) } + Data(count: 1024))
  }

  /// One member: header, content, padding.
  static func member(_ name: String, _ data: Data, size: String? = nil) -> Data {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      for (index, byte) in text.utf8.enumerated() { header[place + index] = byte }
    }
    put(name, at: 0)
    put("0000644", at: 100)
    put(size ?? String(data.count, radix: 8), at: 124)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put(String(header.reduce(0) { $0 + Int($1) }, radix: 8) + "\0", at: 148)
    return Data(header) + data + Data(count: (512 - data.count % 512) % 512)
  }

  /// Through the gzip program.
  static func gzip(_ data: Data) throws -> Data {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("data")
    try data.write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-n", file.path]
    try process.run()
    process.waitUntilExit()
    return try Data(contentsOf: file.appendingPathExtension("gz"))
  }
}

@Suite struct PackageArchiveTests {
  private let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })

  private func read(_ archive: Data, _ member: String = "p/w.bin", byteCount: Int? = nil) throws -> Data {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("archive")
    try archive.write(to: file)
    return try PackageArchive.member(member, of: file, byteCount: byteCount ?? content.count)
  }

  private func message(_ archive: Data, _ member: String = "p/w.bin", byteCount: Int? = nil) -> String {
    do {
      _ = try read(archive, member, byteCount: byteCount)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func memberOfATarArchive() throws {
    let archive = try TestArchives.tarGzip([("p/other", Data([1, 2, 3])), ("p/w.bin", content)])
    #expect(try read(archive) == content)
    #expect(try read(archive, "p/other", byteCount: 3) == Data([1, 2, 3]))
  }

  @Test func damagedArchivesAreNamed() throws {
    let archive = try TestArchives.tarGzip([("p/w.bin", content)])
    #expect(message(archive, "p/x.bin").contains("no member 'p/x.bin'"))
    #expect(message(archive, byteCount: 5).contains("5 were expected"))
    #expect(message(archive.prefix(archive.count / 2)).contains("truncated"))
    #expect(message(Data("not an archive".utf8)).contains("neither zip nor gzip"))
    let bad = TestArchives.member("p/w.bin", content, size: "zzz")
    #expect(message(try TestArchives.gzip(bad)).contains("octal"))
    var header = TestArchives.member("p/w.bin", Data())
    header[3] ^= 1
    #expect(message(try TestArchives.gzip(header)).contains("checksum"))
  }

  @Test func memberThatClaimsMoreThanThereIsTakesNoMemory() throws {
    let liar = TestArchives.member("p/a", Data(), size: "77777777777")
    #expect(message(try TestArchives.gzip(liar)).contains("truncated"))
  }
}
