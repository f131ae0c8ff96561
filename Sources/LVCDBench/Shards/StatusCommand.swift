internal import ArgumentParser
internal import Evaluation
internal import Foundation

/// `lvcd-bench status RUN`: what is done and what is not.
struct StatusCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say which clips of a run are done, failed and missing.",
    discussion: """
      Ends with exit code 6 while clips are missing. --retry-array prints nothing but the array indices that still \
      have work, as sbatch --array takes them, and ends with 0.
      """)

  @Argument(help: ArgumentHelp("Run folder.", valueName: "run")) var source: String
  @Flag(name: .customLong("retry-array"), help: "Print the array indices that still have work: 3,17,20-22.")
  var printsRetryArray = false
  @Option(name: .long, help: "Parts that the clips are dealt into. (default: as the run was)") var shards: Int?
  @Option(name: .customLong("array-offset"), help: "Index of the first task minus number of its part.")
  var arrayOffset = 0
  @Option(name: .long, help: "Parts per array task (run --shard K-M/N).") var chunk = 1
  @Flag(name: .customLong("failed"), help: "Count failed clips as work too.") var includesFailed = false
  @Flag(name: .long, help: "Print JSON.") var json = false
  @OptionGroup var common: CommonOptions

  /// The answer of `--json`.
  private struct Answer: Encodable {
    let schema = "status/1"
    let done: Int, failed: Int, missing: Int
    let clips: [RunStatus.Entry]
    let openShards: [Int]?
  }

  func validate() throws {
    if let shards, shards < 1 { throw ValidationError("--shards must be at least 1, got \(shards)") }
    guard chunk >= 1 else { throw ValidationError("--chunk must be at least 1, got \(chunk)") }
  }

  func run() throws {
    try reporting {
      let status = try RunStatus(
        common.recordedRunner(RunFolder(URL(fileURLWithPath: source, isDirectory: true))))
      let count = shards ?? status.recordedShards
      let open = count.map { status.openShards(of: $0, includesFailed: includesFailed) }
      if printsRetryArray {
        guard let open else {
          throw ValidationError("the run was not made in shards; say how many with --shards")
        }
        let tasks = Set(open.map { $0 / chunk + arrayOffset }).sorted()
        return try answer(RunStatus.arrayText(tasks))
      }
      func number(_ state: RunStatus.State) -> Int { status.entries.count { $0.state == state } }
      if json {
        try answer(
          json: Answer(
            done: number(.done), failed: number(.failed), missing: number(.missing), clips: status.entries,
            openShards: open))
      } else if common.plain {
        try answer(
          status.entries.map { "\($0.suite)\t\($0.clip)\t\($0.state.rawValue)" }.joined(separator: "\n"))
      } else {
        try answer(text(status, number, open: open, count: count))
      }
      if number(.missing) > 0 { throw ExitCode(ExitStatus.incomplete.rawValue) }
    }
  }

  private func text(
    _ status: RunStatus, _ number: (RunStatus.State) -> Int, open: [Int]?, count: Int?
  ) -> String {
    var lines = RunStatus.State.allCases.map { "\($0.rawValue)\t\(number($0))" }
    for state in [RunStatus.State.failed, .missing] {
      lines += status.entries.filter { $0.state == state }.prefix(20).map {
        "\(state.rawValue): \($0.suite)/\($0.clip)"
      }
      if number(state) > 20 { lines.append("\(state.rawValue): and \(number(state) - 20) more; --plain lists all") }
    }
    if let open, let count {
      lines.append("shards with work (of \(count), counted from 1): "
        + (open.isEmpty ? "none" : RunStatus.arrayText(open.map { $0 + 1 })))
    }
    return lines.joined(separator: "\n")
  }
}
