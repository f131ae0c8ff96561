import EvalCore
import Foundation
import TestSupport
import Testing

import Baselines

@Suite struct PublishedTablesTests {
  @Test func embeddedPaperIsTheCommittedFile() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = try PublishedTables.load(root.appendingPathComponent("Baselines/Published/paper.json"))
    let embedded = try PublishedTables.paper()
    #expect(embedded.name == "paper.json")
    #expect(embedded.tables == [1, 2, 3])
    #expect(embedded.source == file.source)
    for table in embedded.tables {
      let a = try embedded.rows(table: table)
      let b = try file.rows(table: table)
      #expect(a.map(\.values) == b.map(\.values))
      #expect(a.map(\.method.name) == b.map(\.method.name))
    }
  }

  @Test func paperHoldsEveryNumber() throws {
    let paper = try PublishedTables.paper()
    let first = try paper.rows(table: 1)
    #expect(first.count == 16)
    #expect(first.allSatisfy { $0.values.count == 7 && $0.values.values.allSatisfy { $0.value != nil } })
    #expect(first.allSatisfy { $0.method.kind == .published && $0.source != nil && $0.relativeTime == nil })
    let ours = try paper.rows(table: 1, method: "Ours")
    #expect(ours.map(\.suite) == ["similar", "general"])
    #expect(ours[0].values[.fid]?.value == 8.8423)
    #expect(ours[1].values[.tc]?.value == 1.1025)
    #expect(try paper.rows(table: 2).count == 4)
    #expect(try paper.rows(table: 2).allSatisfy { $0.values.values.allSatisfy { $0.value != nil } })
    #expect(try paper.rows(table: 3).allSatisfy { $0.values.values.allSatisfy { $0.value != nil } })
  }

  /// The paper's times are the asymptotic ratio N/(N - o) at two decimals, and the ablations repeat Table 1's
  /// last row.
  @Test func paperIsConsistentWithItself() throws {
    let paper = try PublishedTables.paper()
    let times = try paper.rows(table: 3).map(\.relativeTime)
    let ratios = [2, 4, 6, 8, 10].map { (14.0 / (14 - Double($0)) * 100).rounded() / 100 }
    #expect(times == ratios)
    let ours = try paper.rows(table: 1, method: "Ours")[0]
    for (table, name) in [(2, "Full method"), (3, "o=4 (ours)")] {
      let row = try paper.rows(table: table, method: name)[0]
      for id in [MetricID.fid, .fvd, .lpips, .edmd, .tc] {
        #expect(row.values[id]?.value == ours.values[id]?.value)
      }
    }
  }

  @Test func rebuildsResults() throws {
    let results = try PublishedTables.paper().results(table: 2)
    #expect(results.suites.map(\.name) == ["similar"])
    #expect(results.suites[0].clips == 1000)
    #expect(results.metrics.map(\.label) == ["FID", "FVD", "LPIPS", "EDMD", "TC"])
    #expect(results.metrics.allSatisfy { $0.digest.count == 12 })
  }

  @Test func unknownTableAndRow() throws {
    let paper = try PublishedTables.paper()
    #expect(throws: PublishedTablesError.noSuchTable(file: "paper.json", table: 4, known: [1, 2, 3])) {
      try paper.rows(table: 4)
    }
    #expect(throws: PublishedTablesError.noSuchTable(file: "paper.json", table: 0, known: [1, 2, 3])) {
      try paper.results(table: 0)
    }
    let error = #expect(throws: PublishedTablesError.self) { try paper.rows(table: 1, method: "LVCD") }
    #expect(error?.description.contains("table 1 has no row 'LVCD'; its rows are ACOF (prev)") == true)
  }

  // MARK: - Files of one's own

  private static let small = """
    {"schema": "published/1", "source": "Someone 2030", "protocol": "theirs",
     "suites": [{"name": "s", "title": "S", "clips": 3, "frames": null, "about": "x"}],
     "tables": [{"table": 1, "caption": "c", "metrics": ["psnr", "fid"]}],
     "rows": [{"table": 1, "suite": "s", "method": "m", "values": {"psnr": 20.5, "fid": null},
               "reasons": {"fid": "not measured"}}]}
    """

  @Test func loadsAFile() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("own.json")
    try Data(Self.small.utf8).write(to: url)
    let cell = try #require(try PublishedTables.load(url).rows(table: 1).first)
    #expect(cell.values[.psnr]?.value == 20.5)
    #expect(cell.values[.fid]?.value == nil)
    #expect(cell.values[.fid]?.reason == "not measured")
    #expect(cell.source == "Table 1 of Someone 2030")
  }

  @Test func namesAMissingFile() throws {
    let url = URL(fileURLWithPath: "/nonexistent/own.json")
    let error = #expect(throws: PublishedTablesError.self) { try PublishedTables.load(url) }
    #expect(error?.description.hasPrefix("/nonexistent/own.json: cannot be read (") == true)
  }

  /// Each damage, and what the message must say.
  @Test(arguments: [
    (
      "\"method\": \"m\"", "\"methods\": \"m\"",
      "own.json: unknown key 'rows[0].methods'; the keys there are table,"
    ),
    ("\"about\": \"x\"", "\"about\": \"x\", \"n\": 1", "own.json: unknown key 'suites[0].n'"),
    (
      "\"psnr\": 20.5", "\"psrn\": 20.5", "own.json: 'rows[0].values' is 'psrn', expected a metric of table 1"
    ),
    ("\"psnr\": 20.5", "\"psnr\": \"20.5\"", "own.json: 'rows[0].values.psnr' does not fit"),
    ("\"source\": \"Someone 2030\", ", "", "own.json: key 'source' is missing"),
    (
      "\"schema\": \"published/1\"", "\"schema\": \"published/2\"",
      "own.json: 'schema' does not fit: is 'published/2'"
    ),
    ("\"fid\": \"not measured\"", "", "own.json: 'rows[0].values.fid' is null without a reason"),
    (
      "\"table\": 1, \"suite\"", "\"table\": 2, \"suite\"",
      "own.json: 'rows[0].table' is 2, expected a table listed"
    ),
    ("\"suite\": \"s\"", "\"suite\": \"t\"", "own.json: 'rows[0].suite' is 't', expected one of"),
    ("\"clips\": 3", "\"clips\": 0", "own.json: 'suites[0].clips' is 0, expected at least 1"),
    ("[\"psnr\", \"fid\"]", "[\"psnr\", \"vmaf\"]", "own.json: 'tables[0].metrics[1]' does not fit"),
    ("\"rows\": [", "\"rows\": ", "own.json: is not JSON"),
  ])
  func namesFileAndKey(found: String, replacement: String, message: String) throws {
    let damaged = Self.small.replacingOccurrences(of: found, with: replacement)
    #expect(damaged != Self.small)
    let error = #expect(throws: PublishedTablesError.self) {
      try PublishedTables(json: Data(damaged.utf8), name: "own.json")
    }
    let text = error?.description ?? ""
    #expect(text.hasPrefix(message), "\(text)")
    #expect(!text.contains("\n"))
  }

  @Test func refusesARowTwice() throws {
    let row = "{\"table\": 1, \"suite\": \"s\", \"method\": \"m\", \"values\": {\"psnr\": 1}}"
    let twice = Self.small.replacingOccurrences(of: "\"rows\": [", with: "\"rows\": [\(row), ")
    let error = #expect(throws: PublishedTablesError.self) {
      try PublishedTables(json: Data(twice.utf8), name: "own.json")
    }
    #expect(error?.description.hasPrefix("own.json: 'rows[1].method' is 'm' twice on 's'") == true)
  }
}
