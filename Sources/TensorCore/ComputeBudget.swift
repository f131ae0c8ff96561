internal import COpenBLAS
internal import Dispatch
internal import Synchronization

/// The one owner of threads: how many of them the operations of this module may use.
///
/// Work is split into tiles that depend on shapes alone, every tile is computed by one thread, and OpenBLAS runs on
/// that thread only: results are bit-equal for any thread count.
public enum ComputeBudget {
  private static let threads = Atomic<Int>(1)
  private static let scratch = ScratchPool()
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

  /// The processor OpenBLAS chose its kernels for, for example "SkylakeX".
  ///
  /// Releases older than the machine fall back to "Prescott", several times slower; the environment variable
  /// `OPENBLAS_CORETYPE`, set before the program starts, overrides the choice.
  public static var matrixKernels: String { String(cString: openblas_get_corename()) }

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
      let shared = SharedWork(tile: body)
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        runTiles(next, count, scratchCount, shared.tile)
      }
    }
  }

  /// Takes tiles until none is left.
  private static func runTiles(
    _ next: borrowing Atomic<Int>, _ count: Int, _ scratchCount: Int,
    _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let storage = scratch.take(byteCount: scratchCount * 4)
    guard let memory = storage.mutableBytes?.baseAddress else {
      preconditionFailure("a storage made for writing cannot be written")
    }
    let floats = memory.assumingMemoryBound(to: Float.self)
    while true {
      let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard tile < count else { break }
      body(tile, floats)
    }
    scratch.giveBack(storage)
  }

  /// Calls `body` for consecutive ranges that cover `0..<count`, each of `grain` elements but the last.
  static func forEachRange(_ count: Int, grain: Int = 1 << 15, _ body: (Range<Int>) -> Void) {
    forEachTile((count + grain - 1) / grain) { tile in
      body(tile * grain..<min(count, (tile + 1) * grain))
    }
  }
}

/// Work that several threads run at once.
///
/// `@unchecked Sendable` is safe because every caller in this module gives tiles that write disjoint memory and read
/// only memory no tile writes, and because `concurrentPerform` returns after the last tile.
private struct SharedWork: @unchecked Sendable {
  let tile: (Int, UnsafeMutablePointer<Float>) -> Void
}

/// Memory that operations reuse, so that large buffers are not mapped anew at every call.
private final class ScratchPool: Sendable {
  private static let capacity = 64
  private let free = Mutex<[TensorStorage]>([])

  /// A storage of at least `byteCount` bytes.
  func take(byteCount: Int) -> TensorStorage {
    let found = free.withLock { list -> TensorStorage? in
      guard let index = list.firstIndex(where: { $0.byteCount >= byteCount }) else { return nil }
      return list.remove(at: index)
    }
    return found ?? TensorStorage(uninitializedByteCount: byteCount)
  }

  /// Keeps a storage for later calls.
  func giveBack(_ storage: TensorStorage) {
    free.withLock { list in
      if list.count == Self.capacity { list.removeFirst() }
      list.append(storage)
      list.sort { $0.byteCount < $1.byteCount }
    }
  }
}
