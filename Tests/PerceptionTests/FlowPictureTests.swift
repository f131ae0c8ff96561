import EvalCore
import Foundation
import Media
import Perception
import TestSupport
import Testing

@Suite struct FlowPictureTests {
  @Test func floFilesHoldSizesAndPairs() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("a.flo")
    try FloFile.write(width: 2, height: 1, dx: [1.5, -2], dy: [0, 8], to: url)
    let bytes = [UInt8](try Data(contentsOf: url))
    #expect(bytes.count == 12 + 16)
    #expect(Array(bytes[..<4]) == Array("PIEH".utf8) && bytes[4] == 2 && bytes[8] == 1)
    let values = stride(from: 12, to: bytes.count, by: 4).map { place in
      Float(bitPattern: bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
    #expect(values == [1.5, 0, -2, 8])
    #expect(throws: MediaError.self) {
      try FloFile.write(
        width: 1, height: 1, dx: [0], dy: [0], to: folder.url.appendingPathComponent("absent/a.flo"))
    }
  }

  /// Middlebury's wheel: right is red, down yellow, left cyan-green, up blue-violet; no motion is white.
  @Test func directionsHaveTheirHues() {
    let flow = OpticalFlow(
      width: 5, height: 1, dx: [0, 4, 0, -4, 0], dy: [0, 0, 4, 0, -4])
    let rgb = flow.picture().rgb
    func pixel(_ index: Int) -> [UInt8] { Array(rgb[3 * index..<3 * index + 3]) }
    #expect(pixel(0) == [255, 255, 255])
    #expect(pixel(1)[0] == 255 && pixel(1)[1] < 30 && pixel(1)[2] < 50)
    #expect(pixel(2)[0] > 220 && pixel(2)[1] > 200 && pixel(2)[2] < 30)
    #expect(pixel(3)[0] < 30 && pixel(3)[1] > 150 && pixel(3)[2] > 200)
    #expect(pixel(4)[2] > 220 && pixel(4)[1] < 30)
    let half = OpticalFlow(width: 1, height: 1, dx: [2], dy: [0]).picture(longest: 4).rgb
    #expect(half[0] == 255 && abs(Int(half[1]) - 128) < 12)
  }
}
