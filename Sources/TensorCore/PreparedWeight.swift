internal import Synchronization

/// A weight that is used many times: the arrangements that kernels want are made at first use and kept as long as
/// `ComputeBudget.packedWeightLimit` allows, otherwise made anew at every use. The values stay as the file stores
/// them, half precision and memory-mapped included; results are the same either way.
public final class PreparedWeight: Sendable {
  /// Sizes of the dimensions, as in the file.
  public var shape: [Int] { weight.shape }
  private let weight: WeightTensor
  private let isKept: Bool
  private let forms = Mutex<[PackedForm: TensorStorage]>([:])

  /// Prepares a weight; nothing is copied yet.
  public init(_ weight: WeightTensor) {
    self.weight = weight
    isKept = true
  }

  /// A weight for one call.
  init(once tensor: Tensor) {
    weight = tensor.sharedWeight
    isKept = false
  }

  deinit {
    drop()
    if isKept { PackedWeights.shared.remove(self) }
  }

  /// Gives packed forms up; they are made anew when they are needed.
  func drop() {
    let bytes = forms.withLock { forms in
      defer { forms = [:] }
      return forms.values.reduce(0) { $0 + $1.byteCount }
    }
    ComputeBudget.releasePackedWeights(bytes)
  }

  /// The values as float32, without a copy where the file holds float32.
  func float32() -> Tensor { weight.float32() }

  /// Calls `body` with one arrangement of `count` floats, which `fill` writes where it does not exist yet.
  func withForm<Result>(
    _ form: PackedForm, count: Int, fill: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
    _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    let storage = forms.withLock { forms -> TensorStorage in
      if let kept = forms[form] { return kept }
      let made = TensorStorage(uninitializedByteCount: count * 4)
      weight.float32().withUnsafeBufferPointer { values in
        guard let from = values.baseAddress else { return }
        fill(from, made.floats)
      }
      weight.releasePages()
      if isKept, ComputeBudget.keepsPackedWeights, ComputeBudget.reservePackedWeights(made.byteCount) {
        forms[form] = made
        PackedWeights.shared.insert(self)
      }
      return made
    }
    defer { withExtendedLifetime(storage) {} }
    return body(storage.baseAddress.assumingMemoryBound(to: Float.self))
  }
}

/// The weights that hold packed forms, so that they can be asked to give them up.
final class PackedWeights: Sendable {
  static let shared = PackedWeights()

  private struct Holder: Sendable {
    weak var weight: PreparedWeight?
  }
  private let holders = Mutex<[ObjectIdentifier: Holder]>([:])

  func insert(_ weight: PreparedWeight) {
    holders.withLock { $0[ObjectIdentifier(weight)] = Holder(weight: weight) }
  }

  func remove(_ weight: PreparedWeight) {
    holders.withLock { $0[ObjectIdentifier(weight)] = nil }
  }

  /// Makes all of them give up what they hold.
  func dropAll() {
    let all = holders.withLock { holders in
      defer { holders = [:] }
      return holders.values.compactMap(\.weight)
    }
    for weight in all { weight.drop() }
  }
}

/// Arrangements of a weight in memory.
enum PackedForm: Hashable {
  /// The left factor of a product, for convolutions in a number of groups.
  case rows(groups: Int)
  /// The elements of direct convolutions, in a number of groups.
  case direct(groups: Int)
  /// The right factor of a product, for linear layers.
  case columns
  /// Transformed for tiles.
  case tiles
  /// The same after rows and columns were separated by their remainder modulo the stride.
  case phasedTiles(stride: Int)
}
