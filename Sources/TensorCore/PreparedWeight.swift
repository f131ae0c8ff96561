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
    let bytes = forms.withLock { $0.values.reduce(0) { $0 + $1.byteCount } }
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
      if isKept, ComputeBudget.reservePackedWeights(made.byteCount) { forms[form] = made }
      return made
    }
    defer { withExtendedLifetime(storage) {} }
    return body(storage.baseAddress.assumingMemoryBound(to: Float.self))
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
