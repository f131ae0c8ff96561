import EvalCore
import Foundation
import TestSupport
import WeightStore

@testable import Evaluation

/// A tiny suite, outputs of a made-up method, and runs over them.
struct Harness {
  let folder: TemporaryFolder
  let suite: TinySuite
  var configuration = RunConfiguration()

  init(clips: Int = 3) throws {
    folder = try TemporaryFolder()
    suite = try TinySuite(in: folder.url.appendingPathComponent("suite"), clips: clips)
    try suite.writeOutputs(in: outputs, distortion: 9)
    configuration.suites = [suite.file.path]
    configuration.metrics = [.psnr, .ssim, .edmd]
    configuration.frameProtocol.size = FrameSize(width: 64, height: 64)
    configuration.methods = [
      MethodSpec(name: "copy-first", source: .colorizer("copy-first", settings: [:])),
      MethodSpec(name: "theirs", source: .outputs(template: outputs.path, offset: nil, countPolicy: .strict)),
      MethodSpec(name: "ground-truth", source: .oracle),
    ]
  }

  var outputs: URL { folder.url.appendingPathComponent("outputs") }

  func runFolder(_ name: String) -> URL { folder.url.appendingPathComponent("runs/\(name)") }

  func runner(_ name: String, jobs: Int = 2, interruption: Interruption = Interruption()) throws -> Runner {
    try Runner(
      configuration, folder: RunFolder(runFolder(name)),
      library: SuiteLibrary(cache: folder.url.appendingPathComponent("cache")), jobs: jobs, progress: .silent,
      interruption: interruption,
      weights: WeightStore(cache: folder.url.appendingPathComponent("cache"), environment: [:]))
  }

  @discardableResult
  func run(_ name: String, jobs: Int = 2, allowsNewRows: Bool = false) throws -> RunResults {
    try runner(name, jobs: jobs).run(allowsNewRows: allowsNewRows)
  }

  func results(_ name: String) throws -> Data {
    try Data(contentsOf: runFolder(name).appendingPathComponent("results.json"))
  }

  /// Path below `clips/` and modification time of every record.
  func recordTimes(_ name: String) throws -> [String: Date] {
    let clips = runFolder(name).appendingPathComponent("clips")
    var times: [String: Date] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: clips.path) ?? .init() {
      guard path.hasSuffix(".json"), !path.hasSuffix(".failure.json") else { continue }
      let attributes = try FileManager.default.attributesOfItem(
        atPath: clips.appendingPathComponent(path).path)
      times[path] = attributes[.modificationDate] as? Date
    }
    return times
  }
}
