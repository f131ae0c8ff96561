import EvalCore
import Foundation
import Media
import TestSupport
import Testing

@testable import Evaluation

@Suite struct SuiteTests {
  private func parse(_ text: String) throws -> Evaluation.Suite {
    try Evaluation.Suite.parse(
      Data(text.utf8), file: "x.suite.json", folder: URL(fileURLWithPath: "/nowhere"))
  }

  private func suite(clip: String) -> String { #"{"schema":"suite/1","name":"x","clips":[\#(clip)]}"# }

  @Test func readsCommentsAndDefaults() throws {
    let suite = try parse(
      """
      { "schema": "suite/1", "name": "x", // a comment
        "clips": [ { "id": "a/b", "frames": "a/%05d.png", "count": 20, }, ], }
      """)
    #expect(suite.clips == [SuiteClip(id: "a/b", frames: "a/%05d.png", sketch: nil, first: 0, count: 20)])
    #expect(suite.title == "x" && suite.framesPerSecond == 24)
  }

  @Test(arguments: ["../a", "a/../b", "/etc/passwd", "~/x", "a\\u0007b", ""])
  func refusesPathsThatLeaveTheRoot(path: String) {
    #expect(throws: SuiteError.self) {
      try parse(suite(clip: #"{"id":"a","frames":"\#(path)","count":3}"#))
    }
    #expect(throws: SuiteError.self) {
      try parse(suite(clip: #"{"id":"a","frames":"a","sketch":"\#(path)","count":3}"#))
    }
  }

  @Test(arguments: ["..", "a/..", "a//b", "/a", "a b", "ä", "a/", ""])
  func refusesBadClipIDs(id: String) {
    #expect(throws: SuiteError.self) { try parse(suite(clip: #"{"id":"\#(id)","frames":"a","count":3}"#)) }
  }

  @Test func refusesLongAndDoubleIDs() {
    let long = String(repeating: "a", count: 201)
    #expect(throws: SuiteError.self) { try parse(suite(clip: #"{"id":"\#(long)","frames":"a","count":3}"#)) }
    let clip = #"{"id":"a","frames":"a","count":3}"#
    #expect(throws: SuiteError.duplicateClip(file: "x.suite.json:1:76", id: "a")) {
      try parse(suite(clip: "\(clip),\(clip)"))
    }
  }

  @Test func unknownKeysAreErrorsWithAHint() throws {
    let error = #expect(throws: ConfigError.self) {
      try parse(suite(clip: #"{"id":"a","frames":"a","count":3,"refrence":0}"#))
    }
    #expect("\(try #require(error))".contains("clips[0].refrence"))
    #expect("\(try #require(error))".contains("did you mean 'reference'?"))
  }

  @Test(arguments: [
    #"{"id":"a","frames":"a","count":0}"#, #"{"id":"a","frames":"a","count":2.5}"#,
    #"{"id":"a","frames":"a"}"#,
    #"{"id":"a","frames":"a","count":3,"reference":3}"#, #"{"id":"a","frames":"a","count":3,"first":-1}"#,
    #"{"id":"a","frames":"a","count":3,"sha256":"abc"}"#, #"{"id":7,"frames":"a","count":3}"#,
  ])
  func refusesBadValues(clip: String) {
    #expect(throws: ConfigError.self) { try parse(suite(clip: clip)) }
  }

  @Test func truncatedSuitesNeverTrap() {
    let text = suite(clip: #"{"id":"a","frames":"a","count":3}"#)
    for length in 0..<text.utf8.count {
      #expect(throws: (any Error).self) {
        try parse(String(decoding: Array(text.utf8).prefix(length), as: UTF8.self))
      }
    }
  }

  @Test func encodingAndReadingAgree() throws {
    let folder = try TemporaryFolder()
    let tiny = try TinySuite(in: folder.url)
    let suite = try Evaluation.Suite.load(tiny.file)
    let again = folder.url.appendingPathComponent("again.suite.json")
    try suite.encoded(root: ".").write(to: again)
    let read = try Evaluation.Suite.load(again)
    #expect(read.clips == suite.clips && read.hash == suite.hash && read.licence == suite.licence)
  }

  @Test func validatorFindsEveryFault() throws {
    let folder = try TemporaryFolder()
    let tiny = try TinySuite(in: folder.url)
    let suite = try Evaluation.Suite.load(tiny.file)
    #expect(SuiteValidator(suite: suite).faults(progress: .silent).isEmpty)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("scene/clip-0/color/00001.png"))
    try PNGFile.write(
      Frame(width: 48, height: 32, red: 0, green: 0, blue: 0),
      to: folder.url.appendingPathComponent("scene/clip-1/color/00001.png"))
    try PNGFile.write(
      Frame(width: 40, height: 32, red: 0, green: 0, blue: 0),
      to: folder.url.appendingPathComponent("scene/clip-2/sketch/00001.png"))
    let faults = SuiteValidator(suite: suite).faults(progress: .silent)
    #expect(faults.count == 3)
    #expect(faults.map(\.clip) == ["scene/clip-0", "scene/clip-1", "scene/clip-2"])
  }

  @Test func importsFramesWhereTheyAre() throws {
    let folder = try TemporaryFolder()
    let tiny = try TinySuite(in: folder.url.appendingPathComponent("in"))
    let importer = SuiteImporter(name: "mine", title: "Mine", licence: "CC0-1.0")
    // TinySuite writes `color` and `sketch` folders below `scene/<clip>`.
    let outcome = try importer.run(
      [folder.url.appendingPathComponent("in/scene")], into: folder.url.appendingPathComponent("in"),
      progress: .silent)
    #expect(outcome.suite.clips.map(\.id) == ["clip-0", "clip-1", "clip-2"])
    let original = try Evaluation.Suite.load(tiny.file)
    #expect(outcome.suite.clips.map(\.sha256) == original.clips.map(\.sha256))
    #expect(outcome.suite.clips.allSatisfy { $0.sketchSHA256 != nil })
    #expect(SuiteValidator(suite: outcome.suite).faults(progress: .silent).isEmpty)
  }

  @Test func importCutsResizesAndDropsShortPieces() throws {
    let folder = try TemporaryFolder()
    _ = try TinySuite(in: folder.url.appendingPathComponent("in"), clips: 1)
    var importer = SuiteImporter(name: "mine", title: "Mine", licence: "")
    importer.size = FrameSize(width: 24, height: 16)
    importer.clipLength = 2
    importer.minimumLength = 2
    let outcome = try importer.run(
      [folder.url.appendingPathComponent("in/scene")], into: folder.url.appendingPathComponent("out"),
      progress: .silent)
    #expect(outcome.suite.clips.map(\.id) == ["clip-0-00000", "clip-0-00002"])
    #expect(outcome.dropped == ["clip-0-00004 (1 frames)"])
    let frames = try outcome.suite.openFrames(of: outcome.suite.clips[0]).allFrames()
    #expect(frames.map(\.size) == [FrameSize(width: 24, height: 16), FrameSize(width: 24, height: 16)])
    #expect(SuiteValidator(suite: outcome.suite).faults(progress: .silent).isEmpty)
  }

  @Test func framesOutsideTheSuiteFolderAreRefused() throws {
    let folder = try TemporaryFolder()
    _ = try TinySuite(in: folder.url.appendingPathComponent("in"))
    let importer = SuiteImporter(name: "mine", title: "Mine", licence: "")
    #expect(throws: SuiteError.self) {
      try importer.run(
        [folder.url.appendingPathComponent("in/scene")], into: folder.url.appendingPathComponent("elsewhere"),
        progress: .silent)
    }
  }

  @Test func embeddedSetsAreWholeAndInOrder() throws {
    let folder = try TemporaryFolder()
    let library = SuiteLibrary(cache: folder.url)
    #expect(Set(SuiteLibrary.embeddedNames).isSuperset(of: ["similar", "general"]))
    for name in ["similar", "general"] {
      let suite = try library.suite(name)
      #expect(suite.clips.count >= 12)
      #expect(suite.clips.allSatisfy { (15...60).contains($0.count) && $0.sketch != nil && $0.sha256 != nil })
      #expect(!suite.licence.isEmpty)
      #expect(SuiteValidator(suite: suite).faults(progress: .silent).isEmpty)
    }
    #expect(throws: SuiteError.self) { try library.suite("similr") }
  }
}
