internal import ArgumentParser
internal import Foundation
internal import WeightStore

/// `lvcd-bench weights list`: every pinned file, whether it is here, and what it gives.
struct ListWeightsCommand: ParsableCommand, LoggingCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the pinned weight files and which of them are here.")

  @Flag(name: .long, help: "Print one JSON document with digests.") var json = false
  @OptionGroup var common: CommonOptions

  private struct Listing: Encodable {
    struct File: Encodable {
      let name: String, file: String, sha256: String, licence: String, source: String, gives: String
      let bytes: Int?
      let state: String
    }
    let folder: String
    let weights: [File]
  }

  func run() throws {
    try reporting {
      let store = common.weights
      let files = store.manifest.map { entry in
        Listing.File(
          name: entry.id.rawValue, file: entry.file, sha256: entry.sha256, licence: entry.licence,
          source: entry.source, gives: entry.gives, bytes: entry.byteCount, state: Self.state(entry.id, store)
        )
      }
      if json { return try answer(json: Listing(folder: store.folder.path, weights: files)) }
      try answer("weights in \(store.folders.map(\.path).joined(separator: ", "))")
      for file in files {
        let size = file.bytes.map { "\($0) bytes" } ?? "size not pinned"
        try answer(
          """
          \(file.name): \(file.state)
            file     \(file.file), \(size)
            sha-256  \(file.sha256.isEmpty ? "not published" : file.sha256)
            gives    \(file.gives)
            licence  \(file.licence)
            source   \(file.source)
          """)
      }
    }
  }

  /// `here`, `missing`, or what is wrong with the file that is here.
  private static func state(_ id: WeightID, _ store: WeightStore) -> String {
    do {
      let weights = try store.find(id)
      return weights.entry == nil ? "here, not pinned" : "here"
    } catch {
      if case .missing = error { return "missing" }
      return "unusable: \(error)"
    }
  }
}

/// Names of weights as arguments.
struct WeightNames: ParsableArguments {
  @Argument(help: "Names of weights ('weights list' shows them).") var names: [String] = []

  /// The names' ids, in the order given; throws `WeightStoreError.unknownName`.
  func ids() throws -> [WeightID] {
    try names.map { name in
      guard let id = WeightID(rawValue: name) else { throw WeightStoreError.unknownName(name) }
      return id
    }
  }
}
