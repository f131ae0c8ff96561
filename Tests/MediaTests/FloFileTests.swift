import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite struct FloFileTests {
  @Test func whatIsWrittenIsReadAndDamageIsNamed() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("a.flo")
    let (dx, dy): ([Float], [Float]) = ([0, -1.5, 2, 3e9, .leastNonzeroMagnitude, 7], [1, 2, 3, 4, 5, -6])
    try FloFile.write(width: 3, height: 2, dx: dx, dy: dy, to: url)
    let found = try FloFile.read(url)
    #expect(found.size == FrameSize(width: 3, height: 2) && found.dx == dx && found.dy == dy)
    let bytes = try Data(contentsOf: url)
    let bad: [(Data, String)] = [
      (Data("JPEG".utf8) + bytes.dropFirst(4), "is not a .flo file"),
      (bytes.prefix(9), "ends inside the header"),
      (bytes.dropLast(), "cut off or damaged"), (bytes + [0], "damaged file"),
      (bytes.prefix(4) + Data([255, 255, 255, 255]) + bytes.dropFirst(8), "damaged file"),
      (bytes.prefix(4) + Data([0, 0, 0, 64]) + bytes.dropFirst(8), "exceeds the limit"),
    ]
    for (data, words) in bad {
      try data.write(to: url)
      do {
        _ = try FloFile.read(url)
        Issue.record("\(words): nothing was thrown")
      } catch { #expect("\(error)".contains(words), "\(error)") }
    }
  }
}
