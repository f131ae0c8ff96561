import EvalCore
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct SchemaTests {
  /// JSON without comments, as the schemas' validators read it.
  private func plain(_ document: JSONValue) throws -> Data { try JSONEncoder().encode(document) }

  @Test func filesOfARunFitTheirSchemas() throws {
    var harness = try Harness()
    harness.configuration.metrics = MetricID.allCases
    harness.configuration.metricOptions = [.edmd: ["threshold": "0.3"]]
    harness.configuration.limit = 2
    harness.configuration.modelWeights = ["a", "b"]
    try FileManager.default.removeItem(at: harness.outputs.appendingPathComponent("scene/clip-1"))
    try harness.run("a")
    #expect(try JSONSchema(named: "results-1").faults(harness.results("a")) == [])
    #expect(try JSONSchema(named: "run-1").faults(plain(harness.configuration.document)) == [])
    let record = try JSONSchema(named: "clip-1")
    let clips = harness.runFolder("a").appendingPathComponent("clips")
    let records = try harness.recordTimes("a").keys
    #expect(records.count == 5)
    for path in records {
      #expect(try record.faults(Data(contentsOf: clips.appendingPathComponent(path))) == [])
    }
    let suite = try Evaluation.Suite.load(harness.suite.file)
    #expect(try JSONSchema(named: "suite-1").faults(suite.encoded(root: ".")) == [])
  }

  @Test func schemasRefuseWhatTheParsersRefuse() throws {
    let run = try JSONSchema(named: "run-1")
    let suite = try JSONSchema(named: "suite-1")
    for text in [
      #"{"schema":"run/1","sutes":[]}"#, #"{"schema":"run/2"}"#, #"{"schema":"run/1","metrics":["pnsr"]}"#,
      #"{"schema":"run/1","methods":[{"name":"a"}]}"#, #"{"schema":"run/1","limit":0}"#,
      #"{"schema":"run/1","methods":[{"colorizer":"a","oracle":true}]}"#, #"{"schema":"run/1","seed":1.5}"#,
    ] {
      #expect(throws: ConfigError.self, "\(text)") {
        try RunConfiguration(try JSONValue.parse(Data(text.utf8), file: "x"), file: "x")
      }
      #expect(try !run.faults(Data(text.utf8)).isEmpty, "\(text)")
    }
    for clip in [
      #"{"id":"a","frames":"a","count":0}"#, #"{"id":"a b","frames":"a","count":3}"#,
      #"{"id":"a","frames":"a"}"#,
      #"{"id":"a","frames":"a","count":3,"sha256":"abc"}"#, #"{"id":"a","frames":"a","count":3,"x":1}"#,
    ] {
      let text = #"{"schema":"suite/1","name":"x","clips":[\#(clip)]}"#
      #expect(throws: (any Error).self, "\(text)") {
        try Evaluation.Suite.parse(Data(text.utf8), file: "x", folder: URL(fileURLWithPath: "/nowhere"))
      }
      #expect(try !suite.faults(Data(text.utf8)).isEmpty, "\(text)")
    }
  }

  /// A key that the parser learns must be published, and the reverse: unknown keys list the legal ones.
  @Test func schemasAndParsersKnowTheSameKeys() throws {
    let run = try #require(throws: ConfigError.self) {
      try RunConfiguration(try JSONValue.parse(Data(#"{"schema":"run/1","?":1}"#.utf8), file: "x"), file: "x")
    }
    guard case .unknownKey(_, _, let runKeys) = run else { throw run }
    #expect(try JSONSchema(named: "run-1").properties() == Set(runKeys))
    let text = #"{"schema":"suite/1","name":"x","clips":[{"id":"a","frames":"a","count":1,"?":1}]}"#
    let suite = try #require(throws: ConfigError.self) {
      try Evaluation.Suite.parse(Data(text.utf8), file: "x", folder: URL(fileURLWithPath: "/nowhere"))
    }
    guard case .unknownKey(_, _, let clipKeys) = suite else { throw suite }
    #expect(try JSONSchema(named: "suite-1").properties(["clips", "[]"]) == Set(clipKeys))
  }
}
