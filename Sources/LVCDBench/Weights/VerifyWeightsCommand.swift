internal import ArgumentParser
internal import EvalCore
internal import Evaluation
internal import Foundation
internal import WeightStore

/// `lvcd-bench weights verify`: digests of the files that are here, or of any file.
struct VerifyWeightsCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check weight files against the pinned sizes and digests.",
    discussion:
      "Takes names of weights and paths of files; without any, all weights that are here are checked.")

  @Argument(help: "Names of weights, or files.", completion: .file()) var items: [String] = []
  @OptionGroup var common: CommonOptions

  func run() throws {
    try reporting {
      let store = common.weights
      var failure: WeightStoreError?
      for item in items.isEmpty ? store.manifest.map(\.id.rawValue) : items {
        do {
          try answer(try line(item, store))
        } catch let error as WeightStoreError {
          if items.isEmpty, error.reason == .missing { continue }
          common.progress.warn("\(error)")
          failure = failure ?? error
        }
      }
      if let failure { throw ExitCode(ExitStatus(failure).rawValue) }
    }
  }

  private func line(_ item: String, _ store: WeightStore) throws -> String {
    if let id = WeightID(rawValue: item) {
      let weights = try store.find(id)
      return "\(item): \(weights.entry == nil ? "no pinned digest" : "as pinned"), \(weights.sha256)"
    }
    guard FileManager.default.fileExists(atPath: item) else { throw WeightStoreError.unknownName(item) }
    let weights = try store.identify(URL(fileURLWithPath: item))
    return
      "\(item): \(weights.entry.map { "is \($0.id.rawValue)" } ?? "none of the pinned files"), \(weights.sha256)"
  }
}

/// `lvcd-bench weights path NAME`: where a checked file lies.
struct WeightsPathCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "path", abstract: "Print the path of weights after checking them.")

  @OptionGroup var weights: WeightNames
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if weights.names.isEmpty { throw ValidationError("name weights, for example i3d") }
  }

  func run() throws {
    try reporting {
      for id in try weights.ids() { try answer(try common.weights.find(id).url.path) }
    }
  }
}
