import EvalCore
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct ConfigurationTests {
  private func configuration(_ text: String, overrides: [String] = []) throws -> RunConfiguration {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("run.json")
    try Data(text.utf8).write(to: file)
    return try RunConfiguration.load(file, overrides: overrides)
  }

  @Test func readsARun() throws {
    let configuration = try configuration(
      """
      { "schema": "run/1", "protocol": "lvcd-paper-1", // the paper's
        "suites": ["similar"], "metrics": ["edmd", "psnr"],
        "metric_options": { "edmd": { "threshold": 0.3 } },
        "methods": [ { "colorizer": "copy-first" }, { "name": "theirs", "outputs": "o/%clip/%05d.png", "offset": 1 },
          { "oracle": true }, { "published": "paper-table1" } ], }
      """)
    #expect(configuration.metrics == [.psnr, .edmd])
    #expect(configuration.metricOptions[.edmd] == ["threshold": "0.3"])
    #expect(configuration.methods.map(\.name) == ["copy-first", "theirs", "ground-truth", "paper-table1"])
  }

  @Test func resolvedDocumentReadsBackTheSame() throws {
    var first = RunConfiguration()
    first.suites = ["similar"]
    first.limit = 3
    first.metricOptions = [.edmd: ["threshold": "0.3"]]
    first.methods = [
      MethodSpec(name: "t", source: .outputs(template: "x/%clip", offset: 2, countPolicy: .common)),
      MethodSpec(name: "c", source: .colorizer("copy-first", settings: [:])),
    ]
    let second = try RunConfiguration(first.document, file: "x")
    #expect(second.document == first.document)
  }

  @Test func overridesReplaceKeys() throws {
    let configuration = try configuration(
      #"{"schema":"run/1","suites":["similar"],"seed":1}"#,
      overrides: ["seed=9", "metric_options.edmd.threshold=0.7", #"suites=["general"]"#])
    #expect(configuration.seed == 9)
    #expect(configuration.suites == ["general"])
    #expect(configuration.metricOptions[.edmd] == ["threshold": "0.7"])
  }

  @Test(arguments: [
    (#"{"schema":"run/1","sutes":[]}"#, "did you mean 'suites'?"),
    (#"{"schema":"run/2"}"#, "expected 'run/1'"),
    (#"{"schema":"run/1","metrics":["pnsr"]}"#, "did you mean 'psnr'?"),
    (#"{"schema":"run/1","methods":[{"name":"a"}]}"#, "exactly one of"),
    (#"{"schema":"run/1","methods":[{"colorizer":"a","oracle":true}]}"#, "exactly one of"),
    (
      #"{"schema":"run/1","methods":[{"name":"a","oracle":true},{"name":"a","oracle":true}]}"#,
      "two rows named 'a'"
    ),
    (#"{"schema":"run/1","limit":0}"#, "at least 1"),
    (#"{"schema":"run/1","protocol":"other"}"#, "lvcd-paper-1"),
    (#"{"schema":"run/1","on_error":"maybe"}"#, "'report' or 'stop'"),
    ("{", "not valid JSON"),
  ])
  func saysWhatIsWrong(text: String, words: String) throws {
    let error = #expect(throws: ConfigError.self) { try configuration(text) }
    #expect("\(try #require(error))".contains(words))
  }
}

@Suite struct ClipRecordTests {
  private var record: ClipRecord {
    ClipRecord(
      suite: "s", clip: "c", method: MethodIdentity(name: "m", kind: .external, provenance: "p"),
      originalHash: "o",
      generatedHash: "g", clipFrames: 3, generatedFrames: 3, comparedFrames: 3, skippedReference: 0,
      measurements: [
        .init(
          metric: .psnr, signature: "PSNR|x",
          measurement: ClipMeasurement(
            frames: [20.123456789012345, nil], missing: [1: "black"], value: 20.123456789012345,
            arrays: ["f": NumericArray(shape: [2], values: [1.5, -.pi])]))
      ], secondsPerFrame: nil, warnings: ["w"], recordHash: "")
  }

  @Test func sealedRecordsReadBackExactly() throws {
    let read = try ClipRecord.open(try record.sealed(), file: "x")
    #expect(read.measurements == record.measurements)
    #expect(read.measurements[0].measurement.arrays["f"]?.values == [1.5, -.pi])
  }

  @Test func everyTruncationAndEditIsNoticed() throws {
    let data = try record.sealed()
    for length in stride(from: 0, to: data.count, by: 7) {
      #expect(throws: ClipRecordError.self) { try ClipRecord.open(data.prefix(length), file: "x") }
    }
    let text = String(decoding: data, as: UTF8.self)
    for (old, new) in [("20.1234", "20.1235"), ("\"c\"", "\"d\""), ("black", "block")] {
      let edited = text.replacing(old, with: new)
      #expect(edited != text)
      #expect(throws: ClipRecordError.self) { try ClipRecord.open(Data(edited.utf8), file: "x") }
    }
  }
}
