import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct ClaimTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func board(patience: Duration = .seconds(60)) -> ClaimBoard {
    ClaimBoard(folder.url, heartbeat: .milliseconds(20), patience: patience)
  }

  private var file: URL { folder.url.appendingPathComponent("set/clip.claim") }

  /// Puts a claim there as another machine's process would have made it.
  private func plant(_ owner: ClaimBoard.Owner, age: TimeInterval) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try JSONEncoder().encode(owner).write(to: file)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: file.path)
  }

  private func owner(_ data: Data) throws -> ClaimBoard.Owner {
    try JSONDecoder().decode(ClaimBoard.Owner.self, from: data)
  }

  private let stranger = ClaimBoard.Owner(
    host: "far", pid: 7, scope: "another machine", start: "1", token: "t")

  @Test func oneHoldsAndTheOtherWaits() throws {
    let (a, b) = (board(), board())
    #expect(try a.take("set/clip") == .taken)
    let mine = try owner(Data(contentsOf: file))
    #expect(try b.take("set/clip") == .held(by: mine))
    #expect(try b.take("set/other") == .taken)
    a.release("set/clip")
    #expect(try b.take("set/clip") == .taken)
    #expect(try a.take("set/clip") != .taken)
  }

  @Test func aClaimOfADeadProcessIsTakenOverAtOnce() throws {
    let first = board()
    #expect(try first.take("set/clip") == .taken)
    var dead = try owner(Data(contentsOf: file))
    // The number of a process that began at another time: it was used again.
    dead.start = "1"
    dead.token = "other"
    try plant(dead, age: 0)
    #expect(try board().take("set/clip") == .taken)
  }

  @Test func aSilentClaimOfAnotherMachineIsTakenOver() throws {
    try plant(stranger, age: 50)
    #expect(try board().take("set/clip") == .held(by: stranger))
    try plant(stranger, age: 70)
    #expect(try board().take("set/clip") == .taken)
    #expect(try owner(Data(contentsOf: file)) != stranger)
  }

  @Test func aClaimCutShortCountsByItsAge() throws {
    try plant(stranger, age: 0)
    try Data("{\"host".utf8).write(to: file)
    #expect(try board().take("set/clip") != .taken)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -90)], ofItemAtPath: file.path)
    #expect(try board().take("set/clip") == .taken)
  }

  @Test func releasingLeavesAClaimThatWasTakenOver() throws {
    let a = board()
    #expect(try a.take("set/clip") == .taken)
    try plant(stranger, age: 0)
    a.release("set/clip")
    #expect(try owner(Data(contentsOf: file)) == stranger)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.appendingPathComponent("set").path) == [
        "clip.claim"
      ])
  }

  @Test func runnersOnOneFolderShareTheWork() throws {
    let harness = try Harness(clips: 6)
    try harness.run("alone")
    let runners = try (0..<3).map { _ in try harness.runner("shared", jobs: 1) }
    try Workers.run(3, threads: 3) { index in _ = try runners[index].run() }
    #expect(try harness.results("shared") == harness.results("alone"))
    let log = try String(
      contentsOf: harness.runFolder("shared").appendingPathComponent("log.jsonl"), encoding: .utf8)
    #expect(log.split(separator: "\n").count { $0.contains("\"stage\":\"scored\"") } == 18)
    let claims = FileManager.default.enumerator(
      atPath: harness.runFolder("shared").appendingPathComponent("claims").path)
    #expect((claims?.allObjects as? [String] ?? []).allSatisfy { !$0.hasSuffix(".claim") })
  }

  @Test func leftoversOfKilledProcessesAreRemoved() throws {
    let harness = try Harness(clips: 1)
    try harness.run("a")
    let place = harness.runFolder("a").appendingPathComponent("clips/tiny")
    let host = ProcessInfo.processInfo.hostName.prefix(40).map { $0.isLetter || $0.isNumber ? $0 : "_" }
    let dead = place.appendingPathComponent(".x.json.\(String(host))-99999999-1.part")
    let live = place.appendingPathComponent(".x.json.\(String(host))-\(getpid())-1.part")
    let far = place.appendingPathComponent(".x.json.elsewhere-1-1.part")
    for file in [dead, live, far] { try Data("x".utf8).write(to: file) }
    try harness.run("a")
    #expect(!FileManager.default.fileExists(atPath: dead.path))
    #expect(
      FileManager.default.fileExists(atPath: live.path) && FileManager.default.fileExists(atPath: far.path))
  }
}
