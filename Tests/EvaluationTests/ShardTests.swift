import EvalCore
import Foundation
import TestSupport
import Testing
import WeightStore

@testable import Evaluation

@Suite struct ShardTests {
  @Test func sharesAreReadAndWritten() {
    #expect(Shard("3/16")?.parts == 2...2 && Shard("3/16")?.count == 16)
    #expect(Shard("5-8/100")?.parts == 4...7 && Shard("5-8/100")?.description == "5-8/100")
    #expect(Shard("1/1")?.isEverything == true && Shard("1-2/2")?.isEverything == true)
    for text in ["", "0/4", "5/4", "3-2/4", "1/0", "-1/4", "1/4/4", "a/b", "1", "1/", "+1/4", "1-/4", " 1/4"] {
      #expect(Shard(text) == nil, "\(text)")
    }
  }

  @Test func schedulersAreRecognised() throws {
    func found(_ environment: [String: String]) throws -> String? {
      try ShardDetection.shard(environment).map { "\($0.source) \($0.shard)" }
    }
    #expect(try found([:]) == nil)
    let array = ["SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "5"]
    #expect(try found(array) == "Slurm array 3/4")
    #expect(
      try found(["SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_STEP": "2"])
        == "Slurm array 3/3")
    #expect(try found(["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"]) == "Open MPI 2/2")
    #expect(try found(["PMI_RANK": "0", "PMI_SIZE": "2"]) == "MPI 1/2")
    #expect(try found(["SLURM_PROCID": "3", "SLURM_NTASKS": "4"]) == "srun 4/4")
    // An array task under a launcher of one process, and MPI under srun, say one thing.
    #expect(try found(array.merging(["SLURM_PROCID": "0", "SLURM_NTASKS": "1"]) { $1 }) == "Slurm array 3/4")
    #expect(
      try found([
        "PMI_RANK": "1", "PMI_SIZE": "2", "SLURM_PROCID": "1", "SLURM_NTASKS": "2",
      ]) == "MPI 2/2")
  }

  @Test(arguments: [
    ["SLURM_ARRAY_TASK_ID": "7"], ["SLURM_ARRAY_TASK_COUNT": "7"], ["SLURM_PROCID": "0"], ["PMI_SIZE": "2"],
    ["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "2"], ["PMI_RANK": "x", "PMI_SIZE": "2"],
    ["SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "0"],
    ["PMI_RANK": "1", "PMI_SIZE": "2", "SLURM_PROCID": "0", "SLURM_NTASKS": "4"],
  ])
  func halfSetAndConflictingVariablesAreErrors(environment: [String: String]) {
    #expect(throws: ShardError.self) { try ShardDetection.shard(environment) }
  }

  @Test func arraysAreWrittenAsRanges() {
    #expect(RunStatus.arrayText([3, 17, 20, 21, 22]) == "3,17,20-22")
    #expect(RunStatus.arrayText([]) == "" && RunStatus.arrayText([0, 1]) == "0-1")
  }

  /// At the paper's frame size: `run.json` names protocols, not sizes.
  private func harness(clips: Int) throws -> Harness {
    var harness = try Harness(clips: clips)
    harness.configuration.frameProtocol = .paper
    return harness
  }

  private func recorded(_ harness: Harness, _ name: String) throws -> Runner {
    let cache = harness.folder.url.appendingPathComponent("cache")
    return try Runner(
      recorded: RunFolder(harness.runFolder(name)), library: SuiteLibrary(cache: cache), progress: .silent,
      weights: WeightStore(cache: cache, environment: [:]))
  }

  @Test func everyClipBelongsToOnePartAndPartsAreEven() throws {
    let harness = try Harness(clips: 11)
    let runner = try harness.runner("x")
    for count in [1, 2, 3, 7, 20] {
      let assignment = ShardAssignment(suites: runner.suites, rows: runner.rows, shards: count)
      let parts = harness.suite.clips.map { assignment.shard(suite: "tiny", clip: $0) }
      #expect(parts.allSatisfy((0..<count).contains))
      let sizes = (0..<count).map { part in parts.count { $0 == part } }
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "\(count): \(sizes)")
    }
  }

  /// Shards in one folder, and in folders of their own that are merged: the bytes of the run without shards.
  @Test(arguments: [1, 2, 3, 7]) func shardsGiveTheSameResults(count: Int) throws {
    var harness = try harness(clips: 5)
    harness.configuration.metrics = [.psnr, .ssim]
    try harness.run("whole")
    let whole = try harness.results("whole")
    for index in 0..<count {
      for folder in ["shared", "own-\(index)"] {
        var runner = try harness.runner(folder)
        runner.shard = Shard(index: index, of: count)
        try runner.work()
      }
      let open = try RunStatus(recorded(harness, "shared")).openShards(of: count)
      #expect(open.allSatisfy { $0 > index })
    }
    #expect(!FileManager.default.fileExists(atPath: harness.runFolder("shared/results.json").path))
    _ = try recorded(harness, "shared").finish()
    #expect(try harness.results("shared") == whole)
    let parts = (0..<count).map { RunFolder(harness.runFolder("own-\($0)")) }
    try RunMerger(parts, into: RunFolder(harness.runFolder("union"))).joinRecords()
    _ = try recorded(harness, "union").finish()
    #expect(try harness.results("union") == whole)
    // Once more: everything is there already and equal.
    try RunMerger(parts, into: RunFolder(harness.runFolder("union"))).joinRecords()
  }

  @Test func unequalDuplicatesAndOtherRequestsAreRefused() throws {
    var harness = try Harness(clips: 2)
    try harness.run("a")
    try harness.suite.writeOutputs(in: harness.outputs, distortion: 30)
    try harness.run("b")
    let folders = ["a", "b"].map { RunFolder(harness.runFolder($0)) }
    #expect(throws: MergeError.self) {
      try RunMerger(folders, into: RunFolder(harness.runFolder("union"))).joinRecords()
    }
    harness.configuration.seed = 9
    try harness.run("c")
    #expect(throws: RunFolderError.self) {
      try RunMerger([folders[0], RunFolder(harness.runFolder("c"))], into: folders[0]).joinRecords()
    }
  }

  @Test func statusTellsDoneFailedAndMissing() throws {
    let harness = try harness(clips: 4)
    try FileManager.default.removeItem(at: harness.outputs.appendingPathComponent("scene/clip-1"))
    try harness.run("run")
    let clips = harness.runFolder("run").appendingPathComponent("clips/tiny")
    let row = try #require(
      FileManager.default.contentsOfDirectory(atPath: clips.path).first { $0.hasPrefix("copy-first") })
    try FileManager.default.removeItem(at: clips.appendingPathComponent("\(row)/scene/clip-2.json"))
    // A record that was cut short is missing too.
    let cut = clips.appendingPathComponent("\(row)/scene/clip-3.json")
    try Data(contentsOf: cut).prefix(100).write(to: cut)
    let status = try RunStatus(recorded(harness, "run"))
    #expect(status.entries.map(\.state) == [.done, .failed, .missing, .missing])
    #expect(status.openShards(of: 4).count == 2)
    #expect(status.openShards(of: 4, includesFailed: true).count == 3)
  }
}
