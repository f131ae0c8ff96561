internal import Evaluation
internal import Foundation
internal import Media

/// The batch scripts of a run in shards: an array, the merge that depends on it, and what submits both.
struct SlurmScripts {
  /// Words of the run's command line behind the program.
  let arguments: [String]
  let runFolder: String
  let program: String
  let shards: Int
  let threads: Int
  let plan: RunPlan

  /// Room for what the estimate does not know: other processors, slow disks, warm-up.
  private static let timeFactor = 3.0
  private static let leastMinutes = 10
  private static let leastMebibytes = 1024

  /// Writes `array.sbatch`, `merge.sbatch` and `submit.sh` into `folder`; returns their paths.
  func write(into folder: URL) throws -> [String] {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return try [("array.sbatch", array), ("merge.sbatch", merge), ("submit.sh", submit)].map { name, text in
      let file = folder.appendingPathComponent(name)
      try AtomicFile.write(Data(text.utf8), to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      return file.path
    }
  }

  private var minutes: Int {
    let seconds = plan.total / Double(shards * threads) * Self.timeFactor
    return max(Self.leastMinutes, Int((seconds / 60).rounded(.up)))
  }

  private var mebibytes: Int { max(Self.leastMebibytes, 2 * (plan.memoryBytes >> 20)) }

  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-_./=,:+@%".utf8.contains(byte)
    }
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  private var array: String {
    let words = arguments.map(Self.quoted).joined(separator: " ")
    return """
      #!/usr/bin/env bash
      # One task per shard. Killed tasks lose at most the clip in hand:
      #   sbatch --array="$(\(Self.quoted(program)) status \(Self.quoted(runFolder)) --retry-array)" array.sbatch
      #SBATCH --job-name=lvcd-bench
      #SBATCH --array=0-\(shards - 1)
      #SBATCH --cpus-per-task=\(threads)
      #SBATCH --mem=\(mebibytes)M
      # Estimated at \(Int(plan.total.rounded(.up))) core-seconds in all, times \(Int(Self.timeFactor)).
      #SBATCH --time=\(minutes)
      # Two minutes before the limit: the clip in hand is put down, and the task is queued again.
      #SBATCH --signal=B:USR1@120
      #SBATCH --requeue
      #SBATCH --open-mode=append
      #SBATCH --output=lvcd-bench-%A-%a.log
      set -uo pipefail
      \(Self.quoted(program)) \(words) -o \(Self.quoted(runFolder)) \\
        --shard "$((SLURM_ARRAY_TASK_ID + 1))/\(shards)" --threads \(threads) &
      child=$!
      trap 'kill -USR1 "$child"' USR1
      trap 'kill -TERM "$child"' TERM
      code=0
      # A signal ends a wait, not the program that is waited for.
      while :; do
        wait "$child"; code=$?
        kill -0 "$child" 2>/dev/null || break
      done
      if [ "$code" -eq 75 ]; then scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"; fi
      exit "$code"

      """
  }

  private var merge: String {
    """
    #!/usr/bin/env bash
    # Writes the results when all shards are done; ends with 6 and names what is missing otherwise.
    #SBATCH --job-name=lvcd-bench-merge
    #SBATCH --cpus-per-task=1
    #SBATCH --mem=\(Self.leastMebibytes * 4)M
    #SBATCH --time=60
    #SBATCH --output=lvcd-bench-merge-%j.log
    set -euo pipefail
    \(Self.quoted(program)) merge \(Self.quoted(runFolder)) -o \(Self.quoted(runFolder))

    """
  }

  private var submit: String {
    """
    #!/usr/bin/env bash
    # Submits the array and the merge behind it; --array=... as first word submits a part of it.
    set -euo pipefail
    cd "$(dirname "$0")"
    job=$(sbatch --parsable "$@" array.sbatch)
    # afterany: where tasks failed, the merge says which clips are missing.
    merge=$(sbatch --parsable --dependency="afterany:${job%%;*}" merge.sbatch)
    echo "array ${job%%;*}, merge ${merge%%;*}"

    """
  }
}
