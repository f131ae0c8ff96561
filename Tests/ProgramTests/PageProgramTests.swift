import EvalCore
import Foundation
import Media
import TestSupport
import Testing

/// `report --format html` over a run on disk.
@Suite(.serialized) struct PageProgramTests {
  private let folder: TemporaryFolder
  private let suite: TinySuite
  private let cache: URL

  init() throws {
    folder = try TemporaryFolder()
    suite = try TinySuite(in: folder.url.appendingPathComponent("suite"), clips: 3)
    try suite.writeOutputs(in: folder.url.appendingPathComponent("outputs"), distortion: 9)
    cache = folder.url.appendingPathComponent("cache")
    try run("run")
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func run(_ name: String) throws {
    let outcome = try Program.run(
      [
        "run", "--suite", suite.file.path, "--method", "copy-first", "--method", "theirs=\(path("outputs"))",
        "--method", "ground-truth", "-o", path(name),
      ], cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func page(_ more: String...) throws -> String {
    let outcome = try Program.run(
      ["report", path("run"), "--format", "html", "--table", "generic"] + more, cache: cache)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  private func count(_ text: String, in page: String) -> Int { page.ranges(of: text).count }

  @Test func aFinishedRunBecomesOnePage() throws {
    let page = try page()
    let again = try self.page()
    #expect(page.hasPrefix("<!DOCTYPE html>") && page == again)
    #expect(count("<article", in: page) == 6)
    #expect(count("data:image/webp;base64,UklGR", in: page) > 6 * 6 * 5)
    for lane in ["Sketch", "Reference", "Original", "Output", "Colour error", "Distance-map difference"] {
      #expect(page.contains("<figcaption>\(lane)"), "\(lane)")
    }
    #expect(page.contains("along the clip") && page.contains("lvcd-paper-1") && page.contains("cpu"))
    #expect(!page.contains("http://") && !page.contains("https://"))
  }

  @Test func anotherRunToCompareWith() throws {
    try suite.writeOutputs(in: folder.url.appendingPathComponent("outputs"), distortion: 40)
    try FileManager.default.moveItem(atPath: path("run"), toPath: path("old"))
    try run("run")
    let page = try page("--against", path("old"), "--gallery", "2")
    #expect(count("<article", in: page) == 2 && page.contains("<figcaption>Baseline"))
    #expect(page.contains("Most regressed first"))
    // The paired comparison is there too; three clips tell nothing.
    #expect(page.contains("id=\"comparison\"") && page.contains("fewer than 10: no interval"))
    #expect(page.contains("id=\"strata\""))
    let first = try #require(page.range(of: "<article"))
    #expect(page[first.lowerBound...].prefix(200).contains("data-row=\"theirs\""))
  }

  @Test func reportsForMachines() throws {
    func report(_ format: String, _ environment: String = "unset GITHUB_STEP_SUMMARY") throws
      -> Program.Outcome
    {
      try Program.shell(
        "\(environment); \"$PROGRAM\" report '\(path("run"))' --format \(format)", cache: cache)
    }
    #expect(
      try report("junit").output.contains("<testsuites name=\"lvcd-bench run\" tests=\"3\" failures=\"0\""))
    #expect(try report("bmf").output.contains("\"tiny/theirs\" : {"))
    #expect(try report("gha").output.contains("\"name\" : \"tiny/theirs EDMD"))
    #expect(try report("gha-bigger").output.contains("\"unit\" : \"dB\""))
    #expect(try report("strata").output.contains("along the clip"))
    #expect(try report("github").output.hasPrefix("# Results"))
    let summary = path("summary.md")
    let appended = try report("github", "export GITHUB_STEP_SUMMARY='\(summary)'")
    #expect(appended.status == 0 && appended.output.isEmpty, "\(appended.errors)")
    #expect(try String(contentsOfFile: summary, encoding: .utf8).hasPrefix("# Results"))
    #expect(try report("xml").status == 64)
  }

  @Test func framesThatAreGone() throws {
    try FileManager.default.removeItem(atPath: path("outputs"))
    let one = try page()
    #expect(count("<article", in: one) == 3)
    #expect(one.contains("The frames of 3 entries are not there:") && one.contains("no output for clip"))
    try FileManager.default.removeItem(atPath: path("suite"))
    let none = try page()
    #expect(count("<article", in: none) == 0 && count("<img", in: none) == 0)
    #expect(none.contains("along the clip"))
    try FileManager.default.removeItem(atPath: path("run/run.json"))
    let blind = try page()
    #expect(blind.contains("run the same command again"))
  }

  @Test func damagedRecordsAreToldAndLeftOut() throws {
    let clips = path("run/clips")
    for case let name as String in FileManager.default.enumerator(atPath: clips) ?? .init()
    where name.hasSuffix("clip-1.json") {
      try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(clips)/\(name)"))
    }
    let page = try page("--gallery", "none")
    #expect(
      page.contains("records that cannot be trusted and are not shown clip by clip: 1")
        && page.contains("Left out on request."))
    #expect(page.contains("scene/clip-0") && !page.contains(">scene/clip-1<"))
  }

  @Test func sizeAndOptionsAreChecked() throws {
    let small = try page("--max-size", "0.2")
    #expect(small.utf8.count <= 200_000)
    for arguments in [["--gallery", "-1"], ["--gallery", "few"], ["--max-size", "0"]] {
      let outcome = try Program.run(
        ["report", path("run"), "--format", "html"] + arguments, cache: cache)
      #expect(outcome.status == 64, "\(arguments)")
    }
  }
}
