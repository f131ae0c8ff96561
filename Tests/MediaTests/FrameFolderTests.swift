import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@Suite struct FrameFolderTests {
  private let size = FrameSize(width: 3, height: 2)

  private func folder(_ names: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (index, name) in names.enumerated() {
      let frame = Frame(width: 3, height: 2, red: UInt8(index), green: 0, blue: 0)
      try PNGFile.write(frame, to: folder.url.appendingPathComponent(name))
    }
    return folder
  }

  @Test(arguments: [
    ["f1.png", "f2.png"],
    ["cut12_0008.png", "cut12_0009.png", "cut12_0010.png"], ["8_ink.png", "9_ink.png", "10_ink.png"],
    ["099.png", "100.png"], ["cover.png"],
  ])
  func orderIsNatural(names: [String]) throws {
    let folder = try folder(names)
    try Data().write(to: folder.url.appendingPathComponent(".hidden.png"))
    try Data("x".utf8).write(to: folder.url.appendingPathComponent("notes.txt"))
    let clip = try FrameFolder(folder.url)
    #expect(clip.files.map(\.lastPathComponent) == names)
    #expect(clip.count == names.count)
    #expect(try clip.allFrames().map(\.rgb[0]) == names.indices.map { UInt8($0) })
  }

  @Test func patternFirstAndCountSelect() throws {
    let folder = try folder(["00000.png", "00001.png", "00002.png", "00003.png", "mask_00000.png"])
    #expect(throws: MediaError.self) { try FrameFolder(folder.url) }
    let clip = try FrameFolder(folder.url, pattern: "%05d.png", first: 1, count: 2)
    #expect(clip.files.map(\.lastPathComponent) == ["00001.png", "00002.png"])
    #expect(throws: MediaError.missingFrame(folder: folder.url.path, name: "00004.png")) {
      try FrameFolder(folder.url, pattern: "%05d.png", first: 2, count: 3)
    }
    #expect(throws: MediaError.self) { try FrameFolder(folder.url, pattern: "%05d.png", count: 0) }
    for pattern in ["%s.png", "../%d.png", "%d%d.png", "00001.png", "%d.jpg"] {
      #expect(throws: MediaError.self, "\(pattern)") { try FrameFolder(folder.url, pattern: pattern) }
    }
  }

  @Test func gapNamesTheMissingFrame() throws {
    let folder = try folder(["a_007.png", "a_008.png", "a_010.png"])
    let error = #expect(throws: MediaError.missingFrame(folder: folder.url.path, name: "a_009.png")) {
      try FrameFolder(folder.url)
    }
    #expect(error?.description.contains("frame 'a_009.png' is missing") == true)
  }

  @Test(arguments: [["1.png", "01.png"], ["a1.png", "b2.png"], ["001.png", "2.png"], ["a.png", "b.png"]])
  func mixedNumberingIsAnError(names: [String]) throws {
    let folder = try folder(names)
    let error = #expect(throws: MediaError.self) { try FrameFolder(folder.url) }
    guard case .mixedNames = error else {
      Issue.record("\(names): \(String(describing: error))")
      return
    }
  }

  @Test func otherPicturesAreNotPassedOver() throws {
    let folder = try folder(["1.png"])
    try Data().write(to: folder.url.appendingPathComponent("2.jpg"))
    #expect(throws: MediaError.self) { try FrameFolder(folder.url) }
  }

  @Test func emptyAndAbsentFoldersAreErrors() throws {
    let folder = try TemporaryFolder()
    #expect(throws: MediaError.emptyFolder(path: folder.url.path, found: "the folder is empty")) {
      try FrameFolder(folder.url)
    }
    let absent = folder.url.appendingPathComponent("none")
    #expect(throws: MediaError.missing(path: absent.path)) { try FrameFolder(absent) }
    #expect(throws: MediaError.missing(path: absent.path)) { try FrameSources.open(absent) }
  }

  @Test func unequalSizeNamesTheFile() throws {
    let folder = try folder(["1.png", "2.png"])
    let odd = folder.url.appendingPathComponent("3.png")
    try PNGFile.write(Pictures.noise(FrameSize(width: 4, height: 2), seed: 1), to: odd)
    let error = #expect(throws: MediaError.self) { try FrameFolder(folder.url).allFrames() }
    #expect(error == .sizeMismatch(path: odd.path, found: FrameSize(width: 4, height: 2), expected: size))
  }

  @Test func anyPathOpens() throws {
    let folder = try folder(["1.png", "2.png"])
    #expect(try FrameSources.open(folder.url).count == 2)
    #expect(try FrameSources.open(folder.url.appendingPathComponent("2.png")).allFrames()[0].rgb[0] == 1)
    let video = folder.url.appendingPathComponent("v.mkv")
    try Pictures.write([Pictures.noise(size, seed: 1)], to: video, codec: .ffv1)
    #expect(try FrameSources.open(video).allFrames() == [Pictures.noise(size, seed: 1)])
  }
}
