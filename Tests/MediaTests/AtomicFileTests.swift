import Foundation
import Media
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func replacesAndLeavesNothingElse() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("record.json")
    try AtomicFile.write(Data("old".utf8), to: url)
    try AtomicFile.write(Data("new".utf8), to: url)
    #expect(try Data(contentsOf: url) == Data("new".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["record.json"])
  }

  @Test func failureLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let target = folder.url.appendingPathComponent("taken", isDirectory: true)
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    #expect(throws: MediaError.self) { try AtomicFile.write(Data("x".utf8), to: target) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["taken"])
  }

  @Test func linksAndDevicesStayWhatTheyAre() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("file")
    try AtomicFile.write(Data("old".utf8), to: file)
    for target in [file.path, "/dev/null"] {
      let link = folder.url.appendingPathComponent("link-\(target == file.path)")
      try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: target)
      try AtomicFile.write(Data("new".utf8), to: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target)
    }
    #expect(try Data(contentsOf: file) == Data("new".utf8))
    let full = folder.url.appendingPathComponent("full")
    try FileManager.default.createSymbolicLink(atPath: full.path, withDestinationPath: "/dev/full")
    #expect(throws: MediaError.self) { try AtomicFile.write(Data("x".utf8), to: full) }
  }

  @Test func npyHeaderFollowsTheFormat() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("a.npy")
    try NPYFile.write(shape: [2, 3], values: [0, 1, 2, 3, 4, -0.5], to: url)
    let bytes = [UInt8](try Data(contentsOf: url))
    #expect(Array(bytes[0..<8]) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    let length = Int(bytes[8]) | Int(bytes[9]) << 8
    #expect((10 + length) % 64 == 0)
    let header = String(decoding: bytes[10..<(10 + length)], as: UTF8.self)
    #expect(header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"))
    #expect(header.hasSuffix("\n"))
    #expect(bytes.count == 10 + length + 24)
    #expect(Array(bytes.suffix(4)) == [0, 0, 0, 0xBF])
    try NPYFile.write(shape: [1], values: [1], to: url)
    #expect(
      String(decoding: try Data(contentsOf: url).dropFirst(10).prefix(60), as: UTF8.self).contains("(1,)"))
  }
}
