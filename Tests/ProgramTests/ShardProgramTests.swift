import EvalCore
import Foundation
import Media
import TestSupport
import Testing

/// `--shard`, `merge`, `status` and `plan --slurm` as a user or a scheduler calls them.
@Suite(.serialized) struct ShardProgramTests {
  private let folder: TemporaryFolder
  private let suite: TinySuite
  private let cache: URL

  init() throws {
    folder = try TemporaryFolder()
    suite = try TinySuite(in: folder.url.appendingPathComponent("suite"), clips: 5)
    cache = folder.url.appendingPathComponent("cache")
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func words(_ output: String, _ more: [String] = []) -> [String] {
    ["run", "--suite", suite.file.path, "--method", "copy-first", "--metrics", "psnr", "-o", path(output)]
      + more
  }

  private func bytes(_ run: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path("\(run)/results.json")))
  }

  @Test func shardsAreWorkedOffAndMerged() throws {
    #expect(try Program.run(words("whole"), cache: cache).status == 0)
    let first = try Program.run(words("run", ["--shard", "1/3"]), cache: cache)
    #expect(first.status == 0 && first.output.isEmpty && first.errors.contains("3 clips of the run missing"))
    #expect(!FileManager.default.fileExists(atPath: path("run/results.json")))
    let status = try Program.run(["status", path("run")], cache: cache)
    #expect(status.status == 6 && status.output.contains("shards with work (of 3, counted from 1): 2-3"))
    let retry = try Program.run(["status", path("run"), "--retry-array"], cache: cache)
    #expect(retry.status == 0 && retry.output == "1-2\n")
    let chunks = try Program.run(
      ["status", path("run"), "--retry-array", "--shards", "3", "--chunk", "2", "--array-offset", "10"],
      cache: cache)
    #expect(chunks.output == "10-11\n")
    let early = try Program.run(["merge", path("run"), "-o", path("run")], cache: cache)
    #expect(early.status == 6 && early.errors.contains("missing: tiny/scene/clip-"))
    // The rest as an array task and as a rank would find themselves.
    for environment in [
      "SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0", "PMI_RANK=2 PMI_SIZE=3",
    ] {
      let arguments = words("run").map { "'\($0)'" }.joined(separator: " ")
      let outcome = try Program.shell("export \(environment); \"$PROGRAM\" \(arguments)", cache: cache)
      #expect(outcome.status == 0 && outcome.errors.contains("(from "), "\(outcome.errors)")
    }
    #expect(try Program.run(["status", path("run"), "--retry-array"], cache: cache).output == "\n")
    let merged = try Program.run(["merge", path("run"), "-o", path("run")], cache: cache)
    #expect(merged.status == 0 && merged.output.contains("copy-first"), "\(merged.errors)")
    #expect(try bytes("run") == bytes("whole"))
  }

  @Test func theLastShardMergesWhenAskedTo() throws {
    #expect(try Program.run(words("whole"), cache: cache).status == 0)
    #expect(
      try Program.run(words("run", ["--shard", "1/2", "--merge-when-done"]), cache: cache).output.isEmpty)
    let last = try Program.run(words("run", ["--shard", "2/2", "--merge-when-done"]), cache: cache)
    #expect(last.status == 0 && last.output.contains("copy-first"))
    #expect(try bytes("run") == bytes("whole"))
    // More shards than clips: one that has nothing to do is no error.
    #expect(try Program.run(words("many", ["--shard", "9/9"]), cache: cache).status == 0)
  }

  @Test func mistakesHaveTheirExitCodes() throws {
    #expect(try Program.run(words("x", ["--shard", "4/3"]), cache: cache).status == 64)
    let half = try Program.shell(
      "export SLURM_PROCID=1; \"$PROGRAM\" run --suite similar -o '\(path("x"))'", cache: cache)
    #expect(half.status == 64 && half.errors.contains("SLURM_NTASKS is not"), "\(half.errors)")
    #expect(try Program.run(["status", path("nothing")], cache: cache).status == 66)
    #expect(try Program.run(words("a"), cache: cache).status == 0)
    let unsharded = try Program.run(["status", path("a"), "--retry-array"], cache: cache)
    #expect(unsharded.status == 64 && unsharded.errors.contains("--shards"))
    #expect(try Program.run(["status", path("a")], cache: cache).status == 0)
    let other = ["--set", "seed=9"]
    #expect(try Program.run(words("b", other), cache: cache).status == 64)
    #expect(try Program.run(words("b", ["--seed", "9"]), cache: cache).status == 0)
    let unlike = try Program.run(["merge", path("a"), path("b"), "-o", path("c")], cache: cache)
    #expect(unlike.status == 65 && unlike.errors.contains("differs in: seed"), "\(unlike.errors)")
  }

  /// Everything about real clusters that a test can have: an array of four on a Slurm of one machine, one task
  /// killed while it runs, run again and merged to the bytes of the run without shards.
  @Test(
    .enabled(if: SlurmInstallation.isHere, "needs Debian's slurm-wlm and munge, and root"),
    .timeLimit(.minutes(5)))
  func anArrayWithAKilledTaskEndsInTheSameBytes() throws {
    #expect(try Program.run(words("whole"), cache: cache).status == 0)
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let plan = words("run").dropFirst().map { "'\($0)'" }.joined(separator: " ")
    let script = """
      set -euo pipefail
      cd '\(folder.url.path)'
      # Task 2 waits at its first attempt, so that it can be killed while it runs.
      cat > slow <<SLOW
      #!/bin/bash
      if [ "\\${SLURM_ARRAY_TASK_ID:-}" = 2 ] && [ ! -e '$PWD/again' ]; then touch '$PWD/waiting'; sleep 300; fi
      exec "$PROGRAM" "\\$@"
      SLOW
      chmod +x slow
      "$PROGRAM" plan \(plan) --threads 1 --slurm jobs --shards 4 > plan.txt
      sed -i "s|^[^ ]*lvcd-bench run|$PWD/slow run|" jobs/array.sbatch
      finished() { for _ in $(seq 600); do [ -z "$(squeue -h -j "$1")" ] && return; sleep 0.2; done; return 1; }
      job=$(cd jobs && sbatch --parsable array.sbatch)
      for _ in $(seq 600); do [ -e waiting ] && break; sleep 0.1; done
      scancel "${job}_2"
      finished "$job"
      retry=$("$PROGRAM" status run --retry-array)
      echo "retry $retry"
      touch again
      submitted=$(jobs/submit.sh --array="$retry")
      echo "$submitted"
      finished "${submitted##* }"
      cat jobs/lvcd-bench-merge-*.log
      """
    let file = folder.url.appendingPathComponent("scenario.sh")
    try Data(script.utf8).write(to: file)
    let outcome = try Program.shell(
      "'\(root.path)/Scripts/slurm-one-machine.sh' bash '\(file.path)'", cache: cache)
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    #expect(outcome.output.contains("retry 2\n"), "\(outcome.output)")
    #expect(try bytes("run") == bytes("whole"))
  }
}

/// Whether a Slurm of one machine can be started here.
enum SlurmInstallation {
  static var isHere: Bool {
    getuid() == 0
      && ["slurmctld", "slurmd", "sbatch", "munged"].allSatisfy { tool in
        ["/usr/sbin", "/usr/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
      }
  }
}
