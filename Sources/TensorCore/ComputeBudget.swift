internal import COpenBLAS
internal import CTensorKernels
internal import Dispatch
internal import Glibc
internal import Synchronization

/// The one owner of threads: how many of them the operations of this module may use.
///
/// Work is split into tiles that depend on shapes alone, every tile is computed by one thread, and OpenBLAS runs on
/// that thread only: results are bit-equal for any thread count.
public enum ComputeBudget {
  private static let threads = Atomic<Int>(1)
  private static let packedLimit = Atomic<Int>(2 << 30)
  private static let packedBytes = Atomic<Int>(0)
  /// Runs once, before the first product: OpenBLAS's own thread count is process-wide.
  private static let confineOpenBLAS: Void = openblas_set_num_threads(1)

  /// Threads an operation may use; 1 until set. At least 1.
  public static var threadCount: Int {
    get { threads.load(ordering: .relaxed) }
    set {
      precondition(newValue >= 1, "a thread count of \(newValue) computes nothing")
      threads.store(newValue, ordering: .relaxed)
    }
  }

  /// The vector unit that single-precision kernels run on: `generic`, `avx2` or `avx512`. Results on two of them may
  /// differ in their last digits.
  public static var vectorUnit: String {
    if ct_supports_vector(CT_VECTOR_AVX512) != 0 { return "avx512" }
    return ct_supports_vector(CT_VECTOR_AVX2) != 0 ? "avx2" : "generic"
  }

  /// The processor OpenBLAS chose its kernels for, for example "SkylakeX".
  ///
  /// Releases older than the machine fall back to "Prescott", several times slower; the environment variable
  /// `OPENBLAS_CORETYPE`, set before the program starts, overrides the choice.
  public static var matrixKernels: String { String(cString: openblas_get_corename()) }

  /// Whether weights that are packed now are kept; see `withoutKeepingPackedWeights`.
  @TaskLocal static var keepsPackedWeights = true

  /// Bytes that packed copies of weights may occupy together; 2 GiB until set.
  ///
  /// Copies are kept in the order of their first use until one would pass the limit; that weight, and every other that
  /// no longer fits, is packed again at every call and freed after it, some hundredths of a large network's call. The
  /// arrangement is the same either way, and so is every bit of the results: only time differs. The full LVCD needs
  /// about 11 GB, since a 3x3 kernel transformed for tiles of 4x4 has four times its elements: what its networks use
  /// first stays, the rest is packed at every call.
  public static var packedWeightLimit: Int {
    get { packedLimit.load(ordering: .relaxed) }
    set { packedLimit.store(newValue, ordering: .relaxed) }
  }

  /// Bytes that tensors and scratch memory of this process occupy now; memory-mapped weights do not count.
  public static var memoryUsed: Int { MemoryPool.shared.usage.used }

  /// The most that `memoryUsed` was since the start or the last call of `resetPeakMemory`.
  public static var peakMemory: Int { MemoryPool.shared.usage.peak }

  /// Begins a new measurement of `peakMemory`.
  public static func resetPeakMemory() { MemoryPool.shared.resetPeak() }

  /// What `OPENBLAS_CORETYPE` should be for this processor when OpenBLAS took it for an older one without its vector
  /// units, several times slower; nil when OpenBLAS chose well or the variable is set already.
  public static var betterMatrixKernels: String? {
    let withoutWideVectors = ["prescott", "core2", "penryn", "dunnington", "nehalem", "generic", "katmai"]
    guard getenv("OPENBLAS_CORETYPE") == nil, withoutWideVectors.contains(matrixKernels.lowercased()) else {
      return nil
    }
    if ct_supports_vector(CT_VECTOR_AVX512) != 0 { return "SkylakeX" }
    return ct_supports_vector(CT_VECTOR_AVX2) != 0 ? "Haswell" : nil
  }

  /// Calls `body`, whose weights are not kept in packed form: for networks that are used once among others that are
  /// used again and again. Changes no result.
  public static func withoutKeepingPackedWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $keepsPackedWeights.withValue(false, operation: body)
  }

  /// Gives up all packed weights where they take more than half of what they may, so that the network that works
  /// next can keep its own. Changes no result.
  public static func makeRoomForPackedWeights() {
    if packedBytes.load(ordering: .relaxed) > packedWeightLimit / 2 { PackedWeights.shared.dropAll() }
  }

  /// Asks for `byteCount` more bytes of packed weights; false when they would exceed the limit.
  static func reservePackedWeights(_ byteCount: Int) -> Bool {
    let before = packedBytes.wrappingAdd(byteCount, ordering: .relaxed).oldValue
    if before + byteCount <= packedWeightLimit { return true }
    releasePackedWeights(byteCount)
    return false
  }

  /// Gives reserved bytes back.
  static func releasePackedWeights(_ byteCount: Int) {
    packedBytes.wrappingSubtract(byteCount, ordering: .relaxed)
  }

  /// Calls `body` once for every tile, on up to `threadCount` threads, in any order.
  static func forEachTile(_ count: Int, _ body: (Int) -> Void) {
    forEachTile(count, scratchCount: 0) { tile, _ in body(tile) }
  }

  /// Calls `body` once for every tile with `scratchCount` floats of memory of its own, whose content is undefined.
  static func forEachTile(
    _ count: Int, scratchCount: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    guard count > 0 else { return }
    _ = confineOpenBLAS
    let workers = min(threadCount, count)
    let next = Atomic<Int>(0)
    if workers == 1 { return runTiles(next, count, scratchCount, body) }
    withoutActuallyEscaping(body) { body in
      // Safe because every caller in this module gives tiles that write disjoint memory and read only memory no tile
      // writes, and because `concurrentPerform` returns after the last tile.
      nonisolated(unsafe) let shared = body
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        runTiles(next, count, scratchCount, shared)
      }
    }
  }

  /// Takes tiles until none is left.
  private static func runTiles(
    _ next: borrowing Atomic<Int>, _ count: Int, _ scratchCount: Int,
    _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let storage = TensorStorage(uninitializedByteCount: scratchCount * 4)
    let floats = storage.floats
    while true {
      let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard tile < count else { break }
      body(tile, floats)
    }
    withExtendedLifetime(storage) {}
  }

  /// Calls `body` for consecutive ranges that cover `0..<count`, each of `grain` elements but the last.
  static func forEachRange(_ count: Int, grain: Int = 1 << 15, _ body: (Range<Int>) -> Void) {
    forEachTile((count + grain - 1) / grain) { tile in
      body(tile * grain..<min(count, (tile + 1) * grain))
    }
  }
}
