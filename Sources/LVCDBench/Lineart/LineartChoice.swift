internal import Foundation
internal import Perception
internal import WeightStore

extension CommonOptions {
  /// The weight file of the line extractor `name`: the one given, else, for a network, the pinned one of the cache.
  func lineartWeights(of name: String, given: String?) throws -> URL? {
    if let given { return URL(fileURLWithPath: given) }
    guard let network = try LineartExtractors.network(name), let id = WeightID(rawValue: network.rawValue)
    else {
      return nil
    }
    return try WeightStore(cache: cache).find(id).url
  }
}
