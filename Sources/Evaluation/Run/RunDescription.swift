internal import EvalCore
internal import Foundation

/// `run.json`: what a run folder was made for, and by what.
struct RunDescription: Codable {
  var schema = "run-folder/1"
  var configuration: JSONValue
  /// Suite name to hash.
  var suites: [String: String]
  /// Metric to full signature.
  var signatures: [String: String]
  var program: String
  var machine: [String: String]
  var created: String
  var commandLine: [String]
  /// Folders that relative paths of `suites` and `methods` refer to.
  var folders: [String: String]?
  /// The rows with everything that can change their output, in report order, so that records can be read
  /// without weights.
  var rows: [RecordedRow]?
  /// Parts that the clips were last dealt into.
  var shards: Int?

  /// One row.
  struct RecordedRow: Codable, Equatable {
    var identity: MethodIdentity
    var isTimingOnly: Bool
  }

  static func current(_ runner: Runner) -> RunDescription {
    RunDescription(
      configuration: runner.configuration.document,
      suites: Dictionary(uniqueKeysWithValues: runner.suites.map { ($0.name, $0.hash) }),
      signatures: Dictionary(
        uniqueKeysWithValues: runner.metrics.map { ($0.id.rawValue, $0.signature.description) }),
      program: ProgramVersion.current, machine: MachineDescription.fields,
      created: Date().formatted(.iso8601), commandLine: CommandLine.arguments,
      folders: [
        "suites": runner.configuration.suiteFolder.path, "methods": runner.configuration.methodFolder.path,
        "weights": runner.configuration.weightFolder.path,
      ],
      rows: runner.rows.map { RecordedRow(identity: $0.identity, isTimingOnly: $0.isTimingOnly) },
      shards: runner.shard?.count)
  }

  /// Writes the description, or checks that the folder was made for the same request.
  func claim(_ folder: RunFolder, allowsNewRows: Bool) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    if FileManager.default.fileExists(atPath: folder.runFile.path) {
      let known = try Self.load(folder)
      let differing = differences(known)
      let isKnown = known.rows == rows && known.signatures == signatures
      if differing.isEmpty, isKnown, shards == nil || shards == known.shards { return }
      var additive: Set<String> = [
        "methods", "grid", "timing_clips", "weights", "metrics", "suites", "metric_options", "clips", "limit",
      ]
      // Another choice of clips is another content; records still hold the hashes of what they were made
      // from.
      if differing.contains("clips") || differing.contains("limit") { additive.insert("suites (content)") }
      guard differing.isEmpty || allowsNewRows, differing.allSatisfy({ additive.contains($0) }) else {
        throw RunFolderError.otherConfiguration(folder: folder.url.path, keys: differing)
      }
    }
    try folder.write(try encoder.encode(self), to: folder.runFile)
  }

  /// The description in a folder. Throws `RunFolderError.notARun` and `.damaged`.
  static func load(_ folder: RunFolder) throws(RunFolderError) -> RunDescription {
    guard let data = FileManager.default.contents(atPath: folder.runFile.path) else {
      throw .notARun(folder: folder.url.path, detail: "no run.json")
    }
    do { return try JSONDecoder().decode(RunDescription.self, from: data) } catch {
      throw .damaged(file: folder.runFile.path, detail: DecodingFault.text(error))
    }
  }

  /// The configuration with its folders. Throws `RunFolderError.damaged`.
  func resolved(file: String) throws(RunFolderError) -> RunConfiguration {
    var known: RunConfiguration
    do { known = try RunConfiguration(configuration, file: file) } catch {
      throw .damaged(file: file, detail: "\(error)")
    }
    func folder(_ name: String) -> URL? {
      folders?[name].map { URL(fileURLWithPath: $0, isDirectory: true) }
    }
    known.suiteFolder = folder("suites") ?? known.suiteFolder
    known.methodFolder = folder("methods") ?? known.methodFolder
    known.weightFolder = folder("weights") ?? known.weightFolder
    return known
  }

  /// Keys in which `known` was made for another request, failure policy and intervals left out.
  func differences(_ known: RunDescription) -> [String] {
    guard case .object(let mine) = configuration, case .object(let theirs) = known.configuration else {
      return ["configuration"]
    }
    // Failure policy and intervals change no record, so a run may go on under others.
    let free: Set<String> = ["on_error", "max_failed", "statistics"]
    var keys = Set(mine.keys).union(theirs.keys).subtracting(free).filter { mine[$0] != theirs[$0] }
    let shared = Set(suites.keys).intersection(known.suites.keys)
    if shared.contains(where: { suites[$0] != known.suites[$0] }) { keys.insert("suites (content)") }
    return keys.sorted()
  }
}

/// The program's version.
public enum ProgramVersion {
  /// Semantic version of this program.
  public static let current = "lvcd-bench 0.1.0"
}

/// What the machine is, for `run.json` and `doctor`.
public enum MachineDescription {
  /// Operating system, processor, cores and memory.
  public static var fields: [String: String] {
    let info = ProcessInfo.processInfo
    return [
      "os": info.operatingSystemVersionString, "cpu": processor, "cores": "\(info.activeProcessorCount)",
      "memory": "\(info.physicalMemory / (1 << 20)) MiB",
    ]
  }

  private static var processor: String {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "unknown" }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }
}
