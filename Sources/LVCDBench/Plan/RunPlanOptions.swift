internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import LVCDModel
internal import TensorCore

/// `plan` for a whole run.
struct RunPlanOptions: ParsableArguments {
  @Option(name: [.customShort("o"), .customLong("output")], help: "Run folder of the run that is planned.")
  var output = "runs/default"

  @Option(name: .long, help: "Write batch scripts into this folder: array.sbatch, merge.sbatch, submit.sh.")
  var slurm: String?

  @Option(name: .long, help: "Shards of the batch scripts.") var shards = 16

  func validate() throws {
    guard (1...100_000).contains(shards) else {
      throw ValidationError("--shards must lie between 1 and 100000, got \(shards)")
    }
  }

  /// Plans the run, and answers or writes what was asked for.
  func plan(
    _ configuration: RunConfiguration, rate: Double?, json: Bool, common: CommonOptions,
    _ command: some ParsableCommand
  ) throws {
    ComputeBudget.threadCount = 1
    let speed = rate.map { $0 * 1e9 } ?? ComputeRate.measure()
    let planner = try RunPlanner(
      configuration, folder: RunFolder(URL(fileURLWithPath: output, isDirectory: true)),
      library: common.library, progress: common.progress, weights: common.weights,
      features: common.featureCache { common.progress.warn($0) }, rate: speed)
    let plan = try planner.plan()
    if json { try command.answer(json: plan) } else { try command.answer(Self.text(plan)) }
    guard let slurm else { return }
    let scripts = SlurmScripts(
      arguments: ["run"] + Self.runArguments, runFolder: absolute(output), program: Self.program,
      shards: shards, threads: common.jobCount, plan: plan)
    for file in try scripts.write(into: URL(fileURLWithPath: slurm, isDirectory: true)) {
      common.progress.note("wrote \(file)")
    }
  }

  private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

  /// The program as it was called: a path becomes absolute, a name is looked up by the batch shell.
  private static var program: String {
    let name = CommandLine.arguments[0]
    return name.contains("/") ? URL(fileURLWithPath: name).standardizedFileURL.path : name
  }

  /// The words behind `plan` that `run` takes too, paths made absolute where something is there.
  private static var runArguments: [String] {
    let valued: Set<String> = ["-o", "--output", "--slurm", "--shards", "--rate", "--threads", "--jobs"]
    let flags: Set<String> = ["--json", "--plain"]
    var words: [String] = []
    var skips = false
    for word in CommandLine.arguments.dropFirst(2) {
      if skips {
        skips = false
      } else if valued.contains(word) {
        skips = true
      } else if !flags.contains(word), !valued.contains(where: { word.hasPrefix("\($0)=") }) {
        let isPath = !word.hasPrefix("-") && FileManager.default.fileExists(atPath: word)
        words.append(isPath ? URL(fileURLWithPath: word).standardizedFileURL.path : word)
      }
    }
    return words
  }

  private static func text(_ plan: RunPlan) -> String {
    var lines = ["clips     \(plan.clips), \(plan.frames) frames"]
    if let done = plan.doneClips { lines.append("done      \(done) clips, by their records") }
    for (kind, share) in (plan.cached ?? [:]).sorted(by: { $0.key < $1.key }) {
      lines.append("cache     \(kind): \(share.found) of \(share.asked) sampled originals found")
    }
    for row in plan.rows {
      let segments = row.segments.map { ", \($0) segments" } ?? ""
      let stages = ["decode", "colorize", "encode", "measure"].compactMap { stage in
        row.seconds[stage].map { "\(stage) \(clock($0))" }
      }
      lines.append(
        "row       \(row.name): \(row.frames) frames\(segments); \(stages.joined(separator: ", ")); "
          + "\(hours(row.total)) CPU hours")
    }
    lines.append("time      \(clock(plan.total)) on one core, \(hours(plan.total)) CPU hours")
    lines.append("disk      \(mebibytes(plan.diskBytes)); memory \(mebibytes(plan.memoryBytes))")
    lines += plan.basis.map { "basis     \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func hours(_ seconds: Double) -> String { "\((seconds / 36).rounded() / 100)" }
  private static func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }

  private static func clock(_ seconds: Double) -> String {
    seconds < 60 ? "\((seconds * 10).rounded() / 10) s" : PlanCommand.clock(seconds)
  }
}
