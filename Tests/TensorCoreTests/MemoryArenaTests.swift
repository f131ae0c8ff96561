import EvalCore
import Testing

@testable import TensorCore

/// The arena behind large tensors.
@Suite struct MemoryArenaTests {
  private static let mebibyte = 1 << 20

  private func taken(_ byteCount: Int, from arena: inout MemoryArena) throws -> UInt {
    let start = arena.take(byteCount: byteCount)
    return try #require(start)
  }

  @Test func blocksAreAlignedAndDoNotOverlap() throws {
    var arena = MemoryArena()
    var random = SplitMix64(seed: 7)
    var held: [(start: UInt, byteCount: Int)] = []
    for _ in 0..<3000 {
      if held.count > 40 || (!held.isEmpty && random.next() % 5 < 2) {
        arena.giveBack(held.remove(at: Int(random.next() % UInt64(held.count))).start)
        continue
      }
      let byteCount = Self.mebibyte + Int(random.next() % UInt64(20 * Self.mebibyte))
      let start = try taken(byteCount, from: &arena)
      #expect(start % 4096 == 0)
      let end = start + UInt(byteCount)
      let overlaps = held.contains { $0.start < end && start < $0.start + UInt($0.byteCount) }
      #expect(!overlaps)
      held.append((start, byteCount))
    }
    for block in held { arena.giveBack(block.start) }
    arena.trim(to: 0)
    #expect(arena.mapped == 0)
  }

  @Test func neighboursBecomeOneBlockAgain() throws {
    var arena = MemoryArena()
    var parts: [UInt] = []
    for _ in 0..<8 { parts.append(try taken(8 * Self.mebibyte, from: &arena)) }
    let mapped = arena.mapped
    for index in [3, 0, 7, 5, 1, 6, 2, 4] { arena.giveBack(parts[index]) }
    let whole = try taken(64 * Self.mebibyte, from: &arena)
    #expect(arena.mapped == mapped)
    arena.giveBack(whole)
  }

  @Test func onlyFreeSegmentsAreTrimmed() throws {
    var arena = MemoryArena()
    let kept = try taken(100 * Self.mebibyte, from: &arena)
    let passing = try taken(200 * Self.mebibyte, from: &arena)
    arena.giveBack(passing)
    arena.trim(to: 0)
    #expect(arena.mapped == 100 * Self.mebibyte)
    let memory = try #require(UnsafeMutableRawPointer(bitPattern: kept))
    memory.storeBytes(of: 42, toByteOffset: 100 * Self.mebibyte - 1, as: UInt8.self)
    #expect(memory.load(fromByteOffset: 100 * Self.mebibyte - 1, as: UInt8.self) == 42)
    arena.giveBack(kept)
  }
}
