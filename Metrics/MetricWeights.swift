internal import Checkpoints
internal import Foundation
internal import WeightStore

/// The weight files behind a metric's network, and whether they are the published ones.
struct MetricWeights: Sendable {
  /// The files, from the base to what replaces or adds tensors.
  let files: [VerifiedWeights]
  /// Whether the files are one of the sets that the metric's official name stands for.
  let isOfficial: Bool

  /// What a user gives in place of the pinned files: paths separated by commas.
  static let option = MetricOption(
    "weights", ["official", "a path, or several separated by commas"], default: "official",
    "weight files; other files than the published ones make a TEST- column")

  /// The files that `given` names, or the first complete set of `official` that the store has.
  ///
  /// Without any, the failure says what to get; a damaged file is reported rather than a missing one.
  static func find(
    _ given: String?, official: [[WeightID]], in store: WeightStore
  ) throws(WeightStoreError) -> MetricWeights {
    if let given, given != "official" {
      var files: [VerifiedWeights] = []
      for path in given.split(separator: ",") {
        files.append(try store.identify(URL(fileURLWithPath: String(path))))
      }
      let ids = files.map { $0.entry?.id }
      return MetricWeights(files: files, isOfficial: official.contains { $0.map(Optional.some) == ids })
    }
    var failure: WeightStoreError?
    for ids in official {
      do throws(WeightStoreError) {
        var files: [VerifiedWeights] = []
        for id in ids { files.append(try store.find(id)) }
        return MetricWeights(files: files, isOfficial: true)
      } catch {
        if case .missing = error { failure = failure ?? error } else { throw error }
      }
    }
    throw failure ?? .unknownName("")
  }

  /// The tensors of all files.
  func source() throws(CheckpointError) -> any TensorSource {
    var sources: [any TensorSource] = []
    for file in files { sources.append(try CheckpointFile.open(file.url)) }
    return sources.count == 1 ? sources[0] : LayeredTensorSource(sources)
  }

  /// The files' whole SHA-256 digests.
  var sha256: String { files.map(\.sha256).joined(separator: "+") }

  /// The files' digests, as signatures carry them.
  var digest: String { files.map(\.shortDigest).joined(separator: "+") }
}
