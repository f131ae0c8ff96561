internal import Synchronization

/// Memory of tensors, kept when they go and handed to the next, so that activations do not cost a fresh mapping each.
///
/// Blocks of a mebibyte and more come from an arena that holds little more than tensors once occupied at the same time.
/// Smaller ones are rounded up to an eighth of a power of two and wait for the next request of the same size.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()
  /// Bytes of small blocks that may wait unused.
  private static let retainedLimit = 256 << 20
  /// Smaller requests go straight to the allocator, which is quick with them.
  private static let smallest = 1 << 15
  private static let smallestLarge = 1 << 20

  private struct State {
    var free: [Int: [UInt]] = [:]
    var retained = 0
    var arena = MemoryArena()
    var large = 0
    /// The most that large blocks ever occupied.
    var highest = 0
    var used = 0
    var peak = 0
  }
  private let state = Mutex(State())

  /// Bytes in use now, and the most there were since `resetPeak`.
  var usage: (used: Int, peak: Int) { state.withLock { ($0.used, $0.peak) } }

  func resetPeak() { state.withLock { $0.peak = $0.used } }

  /// At least `byteCount` bytes aligned to 64.
  func take(byteCount: Int) -> UnsafeMutableRawPointer {
    let size = Self.blockSize(byteCount)
    let found = state.withLock { state -> UInt? in
      state.used += size
      state.peak = max(state.peak, state.used)
      if size >= Self.smallestLarge {
        state.large += size
        state.highest = max(state.highest, state.large)
        return state.arena.take(byteCount: size)
      }
      guard let address = state.free[size]?.popLast() else { return nil }
      state.retained -= size
      return address
    }
    if let found, let memory = UnsafeMutableRawPointer(bitPattern: found) { return memory }
    precondition(size < Self.smallestLarge, "no memory left for \(size) bytes")
    return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  }

  /// Takes back what `take` gave for the same count.
  func giveBack(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    let size = Self.blockSize(byteCount)
    let isKept = state.withLock { state -> Bool in
      state.used -= size
      if size >= Self.smallestLarge {
        state.large -= size
        state.arena.giveBack(UInt(bitPattern: memory))
        // A quarter more than was ever needed at once: what blocks of unequal sizes lose between them.
        state.arena.trim(to: state.highest + state.highest / 4)
        return true
      }
      guard size >= Self.smallest, state.retained + size <= Self.retainedLimit else { return false }
      state.free[size, default: []].append(UInt(bitPattern: memory))
      state.retained += size
      return true
    }
    if !isKept { memory.deallocate() }
  }

  private static func blockSize(_ byteCount: Int) -> Int {
    if byteCount >= smallestLarge { return MemoryArena.blockSize(byteCount) }
    guard byteCount >= smallest else { return max((byteCount + 63) / 64 * 64, 64) }
    let step = max(1 << (Int.bitWidth - byteCount.leadingZeroBitCount - 4), 64)
    return (byteCount + step - 1) / step * step
  }
}
