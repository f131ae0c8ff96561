import EvalCore
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(Data(text.utf8), file: "f") }

  private func message(_ text: String) throws -> String {
    "\(try #require(throws: ConfigError.self) { try parse(text) })"
  }

  @Test func readsEveryKindOfValue() throws {
    let text = """
      { /* block */ "a": [1, -2.5e3, 0, true, false, null,], // line
        "b\\u00e9\\n\\ud83d\\ude00": "\\"/\\\\", "c": {}, }
      """
    #expect(
      try parse(text)
        == .object([
          "a": .array([.number(1), .number(-2500), .number(0), .bool(true), .bool(false), .null]),
          "bé\n😀": .string("\"/\\"), "c": .object([:]),
        ]))
  }

  @Test(arguments: [
    ("{\"a\": 1,\n \"b\" 2}", "f:2:6: not valid JSON: found '2', expected ':' behind the key"),
    ("{\"a\": 1,\n \"a\": 2}", "f:2:2: not valid JSON: key 'a' stands twice; keep one"),
    ("[1 2]", "f:1:4: not valid JSON: found '2', expected ',' or ']'"),
    ("[01]", "f:1:2: not valid JSON: a number begins with 0"),
    ("\"a", "f:1:1: not valid JSON: a string that begins here has no closing quote"),
    ("/* a", "f:1:1: not valid JSON: a comment that begins here has no end"),
    ("", "f:1:1: not valid JSON: found the end of the file, expected a value"),
    ("{} x", "f:1:4: not valid JSON: something follows the document's end"),
    ("1e999", "f:1:1: not valid JSON: a number beyond the range of double precision"),
    ("\"\\ud800\"", "f:1:2: not valid JSON: half a character in \\u escapes"),
    ("{'a': 1}", "f:1:2: not valid JSON: found ''', expected a key in double quotes or '}'"),
    ("[\"ä\", ]x", "f:1:8: not valid JSON: something follows the document's end"),
  ]) func namesThePlaceOfAFault(text: String, expected: String) throws {
    #expect(try message(text) == expected)
  }

  @Test func deepNestingIsRefused() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(try message(deep).contains("nested deeper than 100 levels"))
  }

  @Test func errorsOfKeysHaveTheirPlace() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("run.json")
    try Data("{ \"schema\": \"run/1\",\n  \"methods\": [\n    { \"oracle\": true, \"nam\": 3 } ] }".utf8)
      .write(to: file)
    let error = try #require(throws: ConfigError.self) { try RunConfiguration.load(file) }
    #expect("\(error)".hasPrefix("\(file.path):3:23: unknown key 'methods[0].nam'; did you mean 'name'?"))
  }

  /// Any byte of a real suite changed, dropped or doubled: an error or a suite, never a trap; and suites that
  /// are accepted stay below their root.
  @Test func mutatedSuitesAndConfigurationsNeverTrap() throws {
    let seeds = [
      #"{"schema":"suite/1","name":"x","root":"a","fps":24.0,"clips":[{"id":"a/b","frames":"a/%05d.png","sketch":"s.mkv","first":0,"count":3,"reference":1,"provenance":{"seed":7}}]}"#,
      #"{"schema":"run/1","suites":["similar"],"metrics":["psnr"],"metric_options":{"edmd":{"threshold":0.5}},"seed":3,"methods":[{"name":"t","outputs":"o/%clip","offset":-1},{"colorizer":"copy-first","settings":{"a":true}}],"limit":2}"#,
    ]
    var generator = SplitMix64(seed: 77)
    let alphabet = Array("{}[]\",:\\/*.-+eE0123456789truefalsn \n\u{0}\u{7f}~%a".utf8)
    var accepted = 0
    for round in 0..<20_000 {
      var bytes = Array(seeds[round % 2].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = alphabet.randomElement(using: &generator) ?? 0
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.remove(at: place)
        default: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: place)
        }
      }
      let data = Data(bytes)
      do {
        if round.isMultiple(of: 2) {
          let suite = try Evaluation.Suite.parse(data, file: "x", folder: URL(fileURLWithPath: "/nowhere"))
          #expect(suite.root.path.hasPrefix("/nowhere"))
          for clip in suite.clips { #expect(!clip.frames.hasPrefix("/") && !clip.frames.contains("..")) }
        } else {
          _ = try RunConfiguration(try JSONValue.parse(data, file: "x"), file: "x")
        }
        accepted += 1
      } catch is ConfigError {
      } catch is SuiteError {}
    }
    #expect(accepted > 100 && accepted < 10_000)
  }
}

@Suite struct LayerTests {
  @Test func laterLayersWinKeyByKey() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("run.json")
    try Data(
      #"{"schema":"run/1","suites":["a"],"seed":1,"limit":5,"metric_options":{"edmd":{"threshold":0.2,"distance":"exact"}}}"#
        .utf8
    ).write(to: file)
    let environment = EnvironmentSettings.layers([
      "LVCD_BENCH_SEED": "2", "LVCD_BENCH_LIMIT": "4", "LVCD_BENCH_METRICS": "psnr, ssim", "HOME": "/x",
    ])
    let flags = [
      ConfigurationLayer(origin: .flag("--seed"), key: "seed", value: .number(3)),
      ConfigurationLayer(
        origin: .flag("--metric-option"), key: "metric_options",
        value: .object(["edmd": .object(["threshold": .string("0.7")])])
      ),
    ]
    let resolved = try ResolvedConfiguration(layers: [try .file(file)] + environment + flags)
    let configuration = resolved.configuration
    #expect(configuration.seed == 3 && configuration.limit == 4 && configuration.metrics == [.psnr, .ssim])
    #expect(configuration.metricOptions[.edmd] == ["threshold": "0.7", "distance": "exact"])
    #expect(configuration.suiteFolder.path == folder.url.path)
    #expect(resolved.origins["seed"] == .flag("--seed"))
    #expect(resolved.origins["limit"] == .environment("LVCD_BENCH_LIMIT"))
    #expect(resolved.origins["suites"] == .file(file.path))
    #expect(resolved.origins["max_failed"] == .default)
    #expect(resolved.origins["metric_options.edmd.distance"] == .file(file.path))
    #expect(resolved.text.contains("seed = 3  (flag --seed)\n"))
  }

  @Test func badValuesNameTheirLayer() throws {
    let error = try #require(throws: ConfigError.self) {
      try ResolvedConfiguration(layers: EnvironmentSettings.layers(["LVCD_BENCH_LIMIT": "many"]))
    }
    #expect(
      "\(error)" == "LVCD_BENCH_LIMIT: 'limit' is 'many', expected a whole number of at least 1")
    #expect(
      EnvironmentSettings.unknown(["LVCD_BENCH_SEDE": "1", "OTHER": "2", "LVCD_BENCH_SEED": "1"]).map {
        $0.contains("did you mean 'LVCD_BENCH_SEED'?")
      } == [true])
  }

  @Test func memorySizesAreRead() {
    #expect(MemoryBudget("2G")?.bytes == 2 << 30)
    #expect(MemoryBudget("1.5GiB")?.bytes == 3 << 29)
    #expect(MemoryBudget("512mb")?.bytes == 512 << 20)
    #expect(MemoryBudget("1000")?.bytes == 1000)
    for text in ["", "G", "-1G", "x", "1e30", "nan", "0"] { #expect(MemoryBudget(text) == nil, "\(text)") }
    let large = FrameSize(width: 1920, height: 1080)
    #expect(throws: MemoryBudgetError.self) {
      try MemoryBudget(bytes: 1 << 20).jobs(4, frame: large, rows: 3)
    }
    let need = MemoryBudget.bytesPerClip(frame: large, rows: 3)
    #expect(throws: Never.self) { try MemoryBudget(bytes: 2 * need).jobs(8, frame: large, rows: 3) }
    #expect((try? MemoryBudget(bytes: 2 * need).jobs(8, frame: large, rows: 3)) == 2)
    #expect((try? MemoryBudget(bytes: 2 * need).jobs(8, frame: large, rows: 3, model: 1 << 20)) == 1)
  }
}
