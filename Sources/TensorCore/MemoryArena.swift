internal import Glibc

/// Large blocks cut from segments of mapped memory: a block goes back to its neighbours when it is freed, so that the
/// memory of one layer's tensors serves the next layer's, whatever their sizes. Not safe for use by several threads at
/// once; `MemoryPool` guards it.
///
/// The smallest free block that is large enough is cut. A segment that is wholly free goes back to the system when
/// free memory exceeds what `trim` allows.
struct MemoryArena {
  /// Size of a huge page on x86-64 and on arm64 with pages of 4 KiB: segments are whole ones where the system has them,
  /// since faults of ordinary pages cost some hundredths of a large network's step.
  private static let hugePage = 2 << 20
  private static let smallestSegment = 64 << 20
  /// Blocks are multiples of a page: what is left of a cut is never too small to serve.
  private static let granularity = 4096

  private struct Block {
    var byteCount: Int
    var isFree: Bool
    /// Neighbours inside the segment.
    var previous: UInt?
    var next: UInt?
  }

  private struct FreeBlock: Comparable {
    let byteCount: Int
    let address: UInt

    static func < (a: FreeBlock, b: FreeBlock) -> Bool {
      (a.byteCount, a.address) < (b.byteCount, b.address)
    }
  }

  private var blocks: [UInt: Block] = [:]
  /// In rising order of size, then of address.
  private var free: [FreeBlock] = []
  private var segments: [UInt: Int] = [:]
  /// Bytes in segments.
  private(set) var mapped = 0

  /// Size of the block that serves a request.
  static func blockSize(_ byteCount: Int) -> Int { (byteCount + granularity - 1) / granularity * granularity }

  /// A block of `blockSize(byteCount)` bytes, aligned to a page; nil when the system has no memory left.
  mutating func take(byteCount: Int) -> UInt? {
    let wanted = Self.blockSize(byteCount)
    let place = free.partitioningIndex { $0.byteCount >= wanted }
    if place == free.count, !map(atLeast: wanted) { return nil }
    let found = free.remove(at: free.partitioningIndex { $0.byteCount >= wanted })
    guard var block = blocks[found.address] else { preconditionFailure("a free block is a block") }
    block.isFree = false
    if block.byteCount > wanted {
      let rest = found.address + UInt(wanted)
      let restSize = block.byteCount - wanted
      blocks[rest] = Block(
        byteCount: restSize, isFree: true, previous: found.address, next: block.next)
      if let next = block.next { blocks[next]?.previous = rest }
      insert(FreeBlock(byteCount: restSize, address: rest))
      block.byteCount = wanted
      block.next = rest
    }
    blocks[found.address] = block
    return found.address
  }

  /// Frees a block that `take` gave.
  mutating func giveBack(_ start: UInt) {
    guard var block = blocks[start], !block.isFree else { preconditionFailure("a block is freed once") }
    var address = start
    if let next = block.next, let neighbour = blocks[next], neighbour.isFree {
      remove(FreeBlock(byteCount: neighbour.byteCount, address: next))
      blocks[next] = nil
      block.byteCount += neighbour.byteCount
      block.next = neighbour.next
    }
    if let previous = block.previous, var neighbour = blocks[previous], neighbour.isFree {
      remove(FreeBlock(byteCount: neighbour.byteCount, address: previous))
      blocks[address] = nil
      neighbour.byteCount += block.byteCount
      neighbour.next = block.next
      block = neighbour
      address = previous
    }
    block.isFree = true
    if let next = block.next { blocks[next]?.previous = address }
    blocks[address] = block
    insert(FreeBlock(byteCount: block.byteCount, address: address))
  }

  /// Gives wholly free segments back, the largest first, until at most `limit` bytes are mapped.
  mutating func trim(to limit: Int) {
    var index = free.count - 1
    while mapped > limit, index >= 0 {
      let block = free[index]
      if segments[block.address] == block.byteCount {
        free.remove(at: index)
        blocks[block.address] = nil
        segments[block.address] = nil
        mapped -= block.byteCount
        munmap(UnsafeMutableRawPointer(bitPattern: block.address), block.byteCount)
      }
      index -= 1
    }
  }

  /// Adds a segment; false when the system refuses.
  private mutating func map(atLeast byteCount: Int) -> Bool {
    let size = (max(byteCount, Self.smallestSegment) + Self.hugePage - 1) / Self.hugePage * Self.hugePage
    // One huge page more, so that whole ones can be cut from it wherever it lies.
    let whole = size + Self.hugePage
    guard
      let start = mmap(nil, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      start != MAP_FAILED
    else { return false }
    let before = (Self.hugePage - Int(bitPattern: start) % Self.hugePage) % Self.hugePage
    let segment = start + before
    if before > 0 { munmap(start, before) }
    if before < Self.hugePage { munmap(segment + size, Self.hugePage - before) }
    madvise(segment, size, MADV_HUGEPAGE)
    let address = UInt(bitPattern: segment)
    segments[address] = size
    mapped += size
    blocks[address] = Block(byteCount: size, isFree: true, previous: nil, next: nil)
    insert(FreeBlock(byteCount: size, address: address))
    return true
  }

  private mutating func insert(_ block: FreeBlock) {
    free.insert(block, at: free.partitioningIndex { $0 >= block })
  }

  private mutating func remove(_ block: FreeBlock) {
    free.remove(at: free.partitioningIndex { $0 >= block })
  }
}

extension Array {
  /// Index of the first element with a property that all later ones have, too; `count` when none has.
  fileprivate func partitioningIndex(where hasProperty: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if hasProperty(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
