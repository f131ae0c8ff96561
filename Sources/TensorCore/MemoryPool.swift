internal import Synchronization

/// Memory of tensors, kept when they go and handed to the next of about the same size, so that activations do not cost
/// a fresh mapping each.
///
/// Sizes are rounded up to an eighth of a power of two. At most `retainedLimit` bytes wait unused, and never so many that
/// the process holds more than tensors once occupied at the same time.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()
  private static let retainedLimit = 1 << 30
  /// Smaller requests go straight to the allocator, which is quick with them.
  private static let smallest = 1 << 15

  private struct State {
    var free: [Int: [UInt]] = [:]
    var retained = 0
    var used = 0
    var peak = 0
    /// The most that was ever used.
    var highest = 0

    /// Takes blocks that wait from the pool, the largest first, until what is held is at most the highest use.
    mutating func removeSurplus() -> [UInt] {
      var surplus: [UInt] = []
      while retained > 0, used + retained > highest, let size = free.keys.max() {
        if let block = free[size]?.popLast() {
          surplus.append(block)
          retained -= size
        }
        if free[size]?.isEmpty ?? true { free[size] = nil }
      }
      return surplus
    }
  }
  private let state = Mutex(State())

  /// Bytes in use now, and the most there were since `resetPeak`.
  var usage: (used: Int, peak: Int) { state.withLock { ($0.used, $0.peak) } }

  func resetPeak() { state.withLock { $0.peak = $0.used } }

  /// At least `byteCount` bytes aligned to 64.
  func take(byteCount: Int) -> UnsafeMutableRawPointer {
    let size = Self.sizeClass(byteCount)
    let (found, surplus) = state.withLock { state -> (UInt?, [UInt]) in
      state.used += size
      state.peak = max(state.peak, state.used)
      state.highest = max(state.highest, state.used)
      guard let address = state.free[size]?.popLast() else { return (nil, state.removeSurplus()) }
      state.retained -= size
      return (address, [])
    }
    for block in surplus { UnsafeMutableRawPointer(bitPattern: block)?.deallocate() }
    if let found, let memory = UnsafeMutableRawPointer(bitPattern: found) { return memory }
    return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  }

  /// Takes back what `take` gave for the same count.
  func giveBack(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    let size = Self.sizeClass(byteCount)
    let isKept = state.withLock { state -> Bool in
      state.used -= size
      guard size >= Self.smallest, state.retained + size <= Self.retainedLimit else { return false }
      state.free[size, default: []].append(UInt(bitPattern: memory))
      state.retained += size
      return true
    }
    if !isKept { memory.deallocate() }
  }

  private static func sizeClass(_ byteCount: Int) -> Int {
    guard byteCount >= smallest else { return max((byteCount + 63) / 64 * 64, 64) }
    let step = max(1 << (Int.bitWidth - byteCount.leadingZeroBitCount - 4), 64)
    return (byteCount + step - 1) / step * step
  }
}
