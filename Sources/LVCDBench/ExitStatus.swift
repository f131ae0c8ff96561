internal import ArgumentParser
internal import Baselines
internal import Checkpoints
internal import Comparison
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import Media
internal import Metrics
internal import Reports

/// The program's exit codes; scripts rely on them.
enum ExitStatus: Int32 {
  case done = 0
  case internalError = 1
  case regression = 2
  case clipsFailed = 3
  case outsideWindow = 4
  case cannotCompare = 5
  case incomplete = 6
  case usage = 64
  case badData = 65
  case inputMissing = 66
  case cannotCreate = 73
  case stopped = 75

  /// The code for an error that ended a command.
  init(_ error: any Error) {
    switch error {
    case RunFolderError.cannotWrite, MediaError.notWritten, is AnswerError:
      self = .cannotCreate
    case RunFolderError.otherConfiguration, RunFolderError.damaged: self = .badData
    case RunFolderError.notARun: self = .inputMissing
    case ConfigError.unreadable, ConfigError.isFolder, SuiteError.unknownSuite: self = .inputMissing
    case is ConfigError, is SuiteError, is ColorizerRegistryError, is PublishedTablesError, is MetricsError,
      is ReportError, is CheckpointError:
      self = .badData
    case is ShardError: self = .usage
    case is MergeError: self = .badData
    case is FirstFailure: self = .clipsFailed
    case is MemoryBudgetError: self = .stopped
    case BaselineError.missing, BaselineError.unfit, is IncomparableReason: self = .cannotCompare
    case BaselineError.exists: self = .cannotCreate
    case is BaselineError: self = .badData
    case let error as any ReasonedError: self = error.reason == .missing ? .inputMissing : .badData
    case is CocoaError, is POSIXError: self = .cannotCreate
    default: self = .internalError
    }
  }
}

/// Standard output did not take the answer.
struct AnswerError: Error, CustomStringConvertible {
  let cause: String

  var description: String {
    "standard output: cannot be written (\(cause)); free space or send the output elsewhere"
  }
}

/// A command with the common options.
protocol LoggingCommand {
  var common: CommonOptions { get }
}

extension ParsableCommand {
  /// Runs `body`; an error becomes one line on stderr and the exit code that scripts expect.
  func reporting(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let code as ExitCode {
      throw code
    } catch let error as ValidationError {
      throw error
    } catch {
      let line = ProgressReporter.printable(Self.message(error))
      FileHandle.standardError.write(Data("lvcd-bench: error: \(line)\n".utf8))
      try logged(line)
      throw ExitCode(ExitStatus(error).rawValue)
    }
  }

  /// Puts the error that ends a command into its log file, if it has one; a log that fails is told of.
  private func logged(_ line: String) throws {
    guard let log = (self as? any LoggingCommand)?.common.log else { return }
    do { try log.write(.error, line) } catch {
      FileHandle.standardError.write(
        Data("lvcd-bench: error: \(ProgressReporter.printable("\(error)"))\n".utf8))
    }
  }

  /// One line for an error; those of Foundation name their file somewhere inside.
  private static func message(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    let file = error.filePath ?? error.url?.path
    return "\(file.map { "\($0): " } ?? "")\(error.localizedDescription); check the path and its permissions"
  }

  /// Throws a usage error when one of `outputs` is one of the `sources`: writing it would destroy what was
  /// read.
  func refuseOverwriting(_ sources: [URL], by outputs: [String]) throws {
    let inputs = Set(sources.map { $0.resolvingSymlinksInPath().path })
    for output in outputs
    where inputs.contains(URL(fileURLWithPath: output).resolvingSymlinksInPath().path)
      && !isFolder(output)
    {
      throw ValidationError("\(output): is the input too; name another output")
    }
  }

  private func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  /// Prints the answer of a command.
  ///
  /// Throws `AnswerError` when stdout does not take all of it: half an answer must not look like success.
  func answer(_ text: String) throws {
    let data = Data((text.hasSuffix("\n") ? text : text + "\n").utf8)
    do { try FileHandle.standardOutput.write(contentsOf: data) } catch {
      throw AnswerError(cause: error.localizedDescription)
    }
  }

  /// Prints a value as JSON with sorted keys.
  func answer(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try answer(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
