import ClipBuilding
import Foundation
import Testing

@Suite struct ClipSelectionTests {
  private let shots = [[0..<10, 10..<30, 30..<60], [0..<300, 300..<316, 316..<350]]

  @Test func lengthsAreInclusiveAndDropsAreCounted() throws {
    let selection = try ClipSelection(shots: shots, lengths: 16...30, count: nil)
    #expect(selection.chosen.map(\.frames) == [10..<30, 30..<60, 300..<316])
    #expect(selection.chosen.map(\.movie) == [0, 0, 1])
    #expect(selection.tooShort == 1 && selection.tooLong == 2 && selection.leftOut == 0)
    #expect(selection.shots == 6)
  }

  @Test(arguments: [(1, [5]), (2, [2, 7]), (5, [1, 3, 5, 7, 9]), (10, Array(0..<10)), (99, Array(0..<10))])
  func theSelectionIsEven(count: Int, places: [Int]) throws {
    let even = (0..<10).map { (20 * $0)..<(20 * $0 + 20) }
    let selection = try ClipSelection(shots: [even], lengths: 1...100, count: count)
    #expect(selection.chosen.map { $0.frames.lowerBound / 20 } == places)
    #expect(selection.leftOut == 10 - places.count)
  }

  @Test func noLegalShotIsAnError() {
    #expect(throws: ClipBuildError.noClips(shots: 6, shortest: 500, longest: 600)) {
      try ClipSelection(shots: shots, lengths: 500...600, count: nil)
    }
  }

  @Test func namesAreLegalAndDifferent() throws {
    let names = try MovieName.names(
      of: ["/a/My Film (1).mkv", "/a/..mp4", "/a/ä.mkv"].map(URL.init(fileURLWithPath:)))
    #expect(names == ["My-Film--1-", "mp4", "-"])
    #expect(throws: ClipBuildError.self) {
      try MovieName.names(of: ["/a/x.mkv", "/b/x.mp4"].map(URL.init(fileURLWithPath:)))
    }
  }
}
