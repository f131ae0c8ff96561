import EvalCore
import Foundation
import Media
import TestSupport
import Testing

/// `sweep`, the paper's tables by name, and inference times, on the tiny network of the model's fixtures.
@Suite(.serialized) struct SweepProgramTests {
  private let folder: TemporaryFolder
  private let cache: URL
  private let weights: [String]

  init() throws {
    folder = try TemporaryFolder()
    cache = folder.url.appendingPathComponent("cache")
    weights = ["svd_tiny", "lvcd_tiny"].map { Goldens.lvcd.appendingPathComponent("\($0).safetensors").path }
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  @Test func aSweepIsTimedAgainstNoOverlap() throws {
    let suite = try TinySuite(in: folder.url, clips: 2, frames: 3)
    let arguments =
      [
        "sweep", "--suite", suite.file.path, "--metrics", "edmd", "--grid", "model.overlap=2,3", "--grid",
        "model.steps=1", "--timing-clips", "1", "-o", path("run"), "--weights",
      ] + weights
    let run = try Program.run(arguments, cache: cache)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("Table 3.") && run.output.contains("o=2, steps=1"))
    #expect(!run.output.contains("timing only"))
    struct Results: Decodable {
      struct Cell: Decodable { let inferenceTimes: InferenceTimes? }
      let cells: [Cell]
    }
    let results = try JSONDecoder().decode(
      Results.self, from: Data(contentsOf: URL(fileURLWithPath: path("run/results.json"))))
    #expect(results.cells.count == 2)
    for times in results.cells.map(\.inferenceTimes) {
      #expect(times?.clips == 1 && times?.base == "steps=1, o=0 (timing only)")
      #expect((times?.measured ?? 0) > 0 && (times?.asymptotic ?? 0) > 1)
    }
    let rows = try FileManager.default.contentsOfDirectory(atPath: path("run/frames/tiny"))
    #expect(rows.count == 3)
    let timing = try #require(rows.first { $0.contains("timing") })
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path("run/frames/tiny/\(timing)/scene")).count == 1)
    for (kind, header) in [("asymptotic", "N/(N"), ("segments", "whole segments"), ("all", "(segments)")] {
      let table = try Program.run(["report", path("run"), "--table", "3", "--time", kind], cache: cache)
      #expect(table.status == 0 && table.output.contains(header), "\(kind)")
    }
    #expect(try Program.run(["report", path("run"), "--time", "fast"], cache: cache).status == 64)
    let again = try Program.run(arguments, cache: cache)
    #expect(again.status == 0 && again.errors.contains("all 2 clips are done"), "\(again.errors)")
  }

  @Test func aSweepNeedsAGrid() throws {
    let outcome = try Program.run(["sweep", "--suite", "similar", "-o", path("x")], cache: cache)
    #expect(outcome.status == 65 && outcome.errors.contains("'grid' is missing"), "\(outcome.errors)")
  }

  @Test func thePapersTablesAreOneCommandEach() throws {
    for (name, row) in [
      ("paper-table1", "fill-prev"), ("paper-table2", "model.variant"), ("paper-table3", "o=4 (ours)"),
    ] {
      let arguments = ["run", "--suite", name, "-o", path("run"), "--weights"] + weights
      let shown = try Program.run(arguments + ["--show-config"], cache: cache)
      #expect(shown.status == 0 && shown.output.contains(row), "\(name): \(shown.output) \(shown.errors)")
      #expect(shown.output.contains("(built-in \(name))"))
      let dry = try Program.run(arguments + ["-n"], cache: cache)
      #expect(dry.status == 0, "\(name): \(dry.errors)")
      let planned = try Program.run(["plan", name, "--rate", "100", "--json"], cache: cache)
      #expect(planned.status == 0 && planned.output.contains("\"segments\""), "\(planned.errors)")
    }
    let mixed = try Program.run(
      ["run", "--suite", "paper-table1", "--suite", "general", "-o", path("x")], cache: cache)
    #expect(mixed.status == 64 && mixed.errors.contains("brings its own sets"))
    // Without weights it is the model inside the program.
    let without = try Program.run(["run", "--suite", "paper-table3", "-o", path("x"), "-n"], cache: cache)
    #expect(without.status == 0, "\(without.errors)")
  }
}
