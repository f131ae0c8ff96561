import EvalCore
import Foundation
import Testing

@testable import Evaluation

@Suite struct ParameterGridTests {
  private func configuration(_ grid: String, _ more: String = "") throws -> RunConfiguration {
    let text = """
      {"schema":"run/1","suites":["similar"],"grid":\(grid),
       "methods":[{"colorizer":"copy-first"},{"name":"m","colorizer":"lvcd","settings":{"steps":5}}\(more)]}
      """
    return try RunConfiguration(try JSONValue.parse(Data(text.utf8), file: "x"), file: "x")
  }

  private func settings(_ spec: MethodSpec) -> [String: String] {
    if case .colorizer(_, let settings) = spec.source { settings } else { [:] }
  }

  @Test func everyCombinationIsARowLabelledByItsValues() throws {
    let rows = try configuration(#"{"model.seed":[1,2],"model.steps":[5,{"value":25,"label":"all"}]}"#).rows
    #expect(
      rows.map(\.name) == [
        "copy-first", "steps=5, seed=1", "steps=5, seed=2", "all, seed=1", "all, seed=2",
      ])
    #expect(rows.map(\.seed) == [nil, 1, 2, 1, 2])
    #expect(rows.dropFirst().map { settings($0)["steps"] } == ["5", "5", "25", "25"])
    #expect(rows.allSatisfy { !$0.isTimingOnly })
  }

  @Test func anOverrideNamesAnAxisOfTheGrid() throws {
    let file = ConfigurationLayer(
      origin: .default,
      document: .object([
        "suites": .array([.string("similar")]),
        "methods": .array([.object(["colorizer": .string("lvcd")])]),
        "grid": .object(["model.steps": .array([.number(3)])]),
      ]))
    let layers = [file, try .overrides(["grid.model.seed=[1,2]", "seed=9"], over: file)]
    let rows = try ResolvedConfiguration(layers: layers).configuration.rows
    #expect(rows.map(\.name) == ["steps=3, seed=1", "steps=3, seed=2"])
  }

  @Test func anOverlapIsTimedAgainstNone() throws {
    let rows = try configuration(#"{"model.overlap":[2,4]}"#).rows
    #expect(rows.map(\.name) == ["copy-first", "o=2", "o=4", "o=0 (timing only)"])
    #expect(rows.map(\.isTimingOnly) == [false, false, false, true])
    #expect(settings(rows[3]) == ["steps": "5", "overlap": "0"])
    // With o = 0 among the rows there is something to divide by.
    #expect(try configuration(#"{"model.overlap":[0,4]}"#).rows.allSatisfy { !$0.isTimingOnly })
    // One per combination of everything but the noise.
    let both = try configuration(#"{"model.overlap":[2,4],"model.steps":[3,5],"model.seed":[1,2]}"#).rows
    #expect(
      both.filter(\.isTimingOnly).map(\.name) == ["steps=3, o=0 (timing only)", "steps=5, o=0 (timing only)"])
  }

  @Test func variantsWithoutOverlapAppearOnce() throws {
    let rows = try configuration(
      #"{"model.overlap":[2,4],"model.variant":["full","no-sample-schemes","prev-sample"]}"#
    ).rows.filter { !$0.isTimingOnly }
    #expect(
      rows.map(\.name) == [
        "copy-first", "Full method, o=2", "Full method, o=4", "- Sample Schemes", "Prev Sample",
      ])
    #expect(settings(rows[3])["overlap"] == nil)
  }

  @Test func severalModelsKeepTheirNames() throws {
    let rows = try configuration(#"{"model.overlap":[4]}"#, #",{"name":"n","colorizer":"lvcd"}"#).rows
    #expect(
      rows.map(\.name) == [
        "copy-first", "m o=4", "m o=0 (timing only)", "n o=4", "n o=0 (timing only)",
      ])
  }

  @Test func theDocumentReadsBackAsTheSameRequest() throws {
    let first = try configuration(
      #"{"model.overlap":[2,{"value":4,"label":"o=4 (ours)"}],"model.variant":["full"]}"#)
    let again = try RunConfiguration(first.document, file: "again")
    #expect(again.grid == first.grid && again.rows == first.rows)
    #expect(again.rows.map(\.name).contains("Full method, o=4 (ours)"))
  }

  @Test(arguments: [
    #"{"model.overlaps":[1]}"#, #"{"model.overlap":[]}"#, #"{"model.overlap":4}"#,
    #"{"model.overlap":[4,4]}"#,
    #"{"model.seed":["x"]}"#, #"{"model.seed":[-1]}"#, #"{"model.overlap":[[1]]}"#, #"{"overlap":[1]}"#,
    #"{"model.overlap":[{"label":"a"}]}"#, #"{"model.overlap":[{"value":1,"name":"a"}]}"#,
  ])
  func mistakesAreRefused(grid: String) {
    #expect(throws: ConfigError.self, "\(grid)") { try configuration(grid) }
  }

  @Test func aGridNeedsAModel() {
    let text = #"{"schema":"run/1","grid":{"model.overlap":[1]},"methods":[{"colorizer":"copy-first"}]}"#
    #expect(throws: ConfigError.self) {
      try RunConfiguration(try JSONValue.parse(Data(text.utf8), file: "x"), file: "x")
    }
  }

  /// The rows of the built-in configurations bear the labels of the paper's tables.
  @Test func thePapersTablesAreConfigurations() throws {
    let names = try PaperConfigurations.names.map { name in
      try ResolvedConfiguration(layers: [PaperConfigurations.layer(name)]).configuration
        .rows
        .filter { !$0.isTimingOnly }.map(\.name)
    }
    #expect(names[0] == ["copy-first", "fill-first", "fill-prev", "LVCD", "paper-table1"])
    #expect(names[1] == ["Full method", "- Ref Attn", "- Sample Schemes", "Prev Sample", "paper-table2"])
    #expect(names[2] == ["o=2", "o=4 (ours)", "o=6", "o=8", "o=10", "paper-table3"])
    #expect(throws: ConfigError.self) { try PaperConfigurations.layer("paper-table4") }
  }
}
