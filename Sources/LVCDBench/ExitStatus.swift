internal import ArgumentParser
internal import Baselines
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
  case clipsFailed = 3
  case badData = 65
  case inputMissing = 66
  case cannotCreate = 73

  /// The code for an error that ended a command.
  init(_ error: any Error) {
    switch error {
    case RunFolderError.locked, RunFolderError.cannotWrite: self = .cannotCreate
    case RunFolderError.otherConfiguration: self = .badData
    case RunFolderError.notARun: self = .inputMissing
    case ConfigError.unreadable, SuiteError.unknownSuite: self = .inputMissing
    case is ConfigError, is SuiteError, is ColorizerRegistryError, is PublishedTablesError, is MetricsError,
      is ReportError:
      self = .badData
    case is FirstFailure: self = .clipsFailed
    case let error as any ReasonedError: self = error.reason == .missing ? .inputMissing : .badData
    case is CocoaError, is POSIXError: self = .cannotCreate
    default: self = .internalError
    }
  }
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
      FileHandle.standardError.write(Data("lvcd-bench: error: \(error)\n".utf8))
      throw ExitCode(ExitStatus(error).rawValue)
    }
  }

  /// Prints the answer of a command.
  func answer(_ text: String) {
    FileHandle.standardOutput.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }

  /// Prints a value as JSON with sorted keys.
  func answer(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    FileHandle.standardOutput.write(try encoder.encode(value))
    answer("")
  }
}
