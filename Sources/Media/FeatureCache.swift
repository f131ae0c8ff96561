public import EvalCore
internal import Foundation
internal import Hashing
internal import Synchronization

/// Features of metrics' networks in a content cache: computed by one run, found by the next, whoever asked.
///
/// What is found damaged is deleted, told of once and computed again. Where nothing can be written, because the disk
/// is full or the folder belongs to someone else, one warning says so and the run goes on without.
public final class FeatureCache: FeatureStore {
  /// What came of the questions about one kind.
  public struct Counts: Hashable, Sendable {
    /// Found.
    public var hits = 0
    /// Not found, or not to be trusted.
    public var misses = 0
    /// Of the misses: damaged.
    public var damaged = 0
  }

  /// Version of every network's arithmetic: raised where a change to a network, its input or a kernel changes bits, so
  /// that what older programs kept is not found any more.
  static let arithmetic = 1

  private let cache: ContentCache
  private let kernels: String
  private let warn: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    var counts: [FeatureKind: Counts] = [:]
    var isWriting = true
    var hasToldOfDamage = false
  }

  /// Features in `cache`.
  ///
  /// - Parameters:
  ///   - kernels: Names the class of kernels that compute features here; another class finds none of them.
  ///   - warn: Takes what the user should know.
  public init(_ cache: ContentCache, kernels: String, warn: @escaping @Sendable (String) -> Void) {
    self.cache = cache
    self.kernels = kernels
    self.warn = warn
  }

  /// What came of the questions so far.
  public var counts: [FeatureKind: Counts] { state.withLock(\.counts) }

  /// For example `flow 116 of 116, frame-features 0 of 240`: found, of those asked for; nil when nothing was.
  public var summary: String? {
    let parts = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, counts in
      "\(kind.rawValue) \(counts.hits) of \(counts.hits + counts.misses)"
        + (counts.damaged == 0 ? "" : " (\(counts.damaged) damaged)")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// The array kept under `key`.
  public func array(_ key: FeatureKey) -> NumericArray? {
    let digest = digest(key)
    let url = cache.file(Self.place(key.kind), digest)
    var fault: String?
    do {
      let bytes = try readBytes(of: url, limit: FeatureItem.largestSize(key.kind))
      let array = try FeatureItem.decode(bytes, key: digest)
      // The time of use; where it cannot be set the item is only forgotten sooner.
      utimes(url.path, nil)
      state.withLock { $0.counts[key.kind, default: Counts()].hits += 1 }
      return array
    } catch let error as FeatureItemFault {
      fault = error.description
    } catch let error as MediaError {
      if case .missing = error {} else { fault = "\(error)" }
    } catch { fault = "\(error)" }
    miss(key.kind, fault, url)
    return nil
  }

  private func miss(_ kind: FeatureKind, _ fault: String?, _ url: URL) {
    let isFirst = state.withLock { state in
      state.counts[kind, default: Counts()].misses += 1
      guard fault != nil else { return false }
      state.counts[kind, default: Counts()].damaged += 1
      defer { state.hasToldOfDamage = true }
      return !state.hasToldOfDamage
    }
    guard let fault else { return }
    unlink(url.path)
    if isFirst {
      warn(
        "\(url.path): \(fault); removed and computed again (further ones are only counted, see the run's end)"
      )
    }
  }

  /// Keeps `array` under `key`.
  public func keep(_ array: NumericArray, for key: FeatureKey) {
    guard state.withLock(\.isWriting) else { return }
    let digest = digest(key)
    let kind = Self.place(key.kind)
    let data = FeatureItem.encode(array, key: digest)
    guard cache.admits(data.count, of: kind) else { return }
    do { try cache.write(data, to: cache.file(kind, digest)) } catch {
      let wasWriting = state.withLock { state in
        defer { state.isWriting = false }
        return state.isWriting
      }
      if wasWriting {
        warn(
          "\(cache.folder.path): features of metrics cannot be kept (\(error.localizedDescription)); "
            + "the run goes on and computes them; make room or name another folder with --cache-dir")
      }
      return
    }
    cache.added(data.count)
  }

  private func digest(_ key: FeatureKey) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update("feature \(FeatureItem.version) \(Self.arithmetic)\n\(key.kind.rawValue)\n")
    hasher.update("\(kernels)\n\(key.product)\n")
    for input in key.inputs { hasher.update(input.bytes) }
    return hasher.finish()
  }

  private static func place(_ kind: FeatureKind) -> ContentCache.Kind {
    switch kind {
    case .frameFeatures: .frameFeatures
    case .clipLogits: .clipLogits
    case .flow: .flow
    }
  }
}
