public import Hashing
internal import Synchronization

/// What networks make of pictures and is worth keeping between runs, since it depends on pixels and weights alone.
public enum FeatureKind: String, Sendable, CaseIterable {
  /// One row per frame: features of Inception and of what stands in for it. Shape `[width]`.
  case frameFeatures = "frame-features"
  /// One row per window of a clip: I3D's logits. Shape `[width]`.
  case clipLogits = "clip-logits"
  /// Motion between two frames: displacement right, then down, in pixels. Shape `[2, H, W]`.
  case flow
}

/// Everything that decides a feature's bits but the processor's kernels, which the store adds.
public struct FeatureKey: Hashable, Sendable {
  /// What it is.
  public let kind: FeatureKind
  /// Network, digest of its weights and every setting that can change a value.
  public let product: String
  /// Content hashes of the pictures that go in, at evaluation size, in order.
  public let inputs: [SHA256Digest]

  /// A key.
  public init(_ kind: FeatureKind, product: String, inputs: [SHA256Digest]) {
    self.kind = kind
    self.product = product
    self.inputs = inputs
  }
}

/// Keeps features by content, for this run and later ones. Calls may come from several threads at once.
///
/// A store never fails: what cannot be read or kept is computed again, and the store tells the user of it. It changes
/// no value, and so is no part of a signature.
public protocol FeatureStore: Sendable {
  /// The array kept under `key`, as it was given; nil where there is none that can be trusted.
  func array(_ key: FeatureKey) -> NumericArray?
  /// Keeps `array`, whose values are finite, under `key`.
  func keep(_ array: NumericArray, for key: FeatureKey)
}

/// A frame whose content hash is computed once, when first asked for, by however many metrics.
public final class IdentifiedFrame: Sendable {
  /// The picture.
  public let frame: Frame
  private let known = Mutex<SHA256Digest?>(nil)

  /// `frame`, its hash not yet computed.
  public init(_ frame: Frame) { self.frame = frame }

  /// `frame.contentHash`.
  public var contentHash: SHA256Digest {
    known.withLock { known in
      if let known { return known }
      let hash = frame.contentHash
      known = hash
      return hash
    }
  }
}

extension Optional where Wrapped == any FeatureStore {
  /// What the store keeps under the key of `product` and `inputs`, else what `make` computes, which it then keeps.
  ///
  /// - Parameter shape: What the array must have; nil accepts any, `make` alone knows it then.
  public func array(
    _ kind: FeatureKind, product: String, of inputs: [IdentifiedFrame], shape: [Int]? = nil,
    _ make: () throws -> NumericArray
  ) rethrows -> NumericArray {
    guard let self else { return try make() }
    let key = FeatureKey(kind, product: product, inputs: inputs.map(\.contentHash))
    if let kept = self.array(key), shape == nil || kept.shape == shape { return kept }
    let made = try make()
    self.keep(made, for: key)
    return made
  }
}
