internal import Foundation

/// Reference-counted bytes behind tensors: owned memory, a read-only mapped file, or constants of the program.
///
/// `@unchecked Sendable` is safe because the bytes never change while more than one reference exists: owned
/// memory is written only by its creator before it is shared, or by `Tensor` after it has proved its
/// reference unique; mapped memory and constants are never written.
public final class TensorStorage: @unchecked Sendable {
  /// Start of the bytes, aligned to 64 bytes for owned memory and to a page for mapped files.
  public let baseAddress: UnsafeRawPointer
  /// Number of bytes.
  public let byteCount: Int
  private let origin: Origin

  private enum Origin {
    case owned(UnsafeMutableRawPointer)
    case mapped(UnsafeMutableRawPointer)
    case constant
  }

  /// Memory of `byteCount` bytes whose content is undefined until the creator has written it.
  public init(uninitializedByteCount byteCount: Int) {
    precondition(byteCount >= 0, "a storage cannot have \(byteCount) bytes")
    let memory = MemoryPool.shared.take(byteCount: byteCount)
    self.byteCount = byteCount
    baseAddress = UnsafeRawPointer(memory)
    origin = .owned(memory)
  }

  /// Maps the first `byteCount` bytes of an open file for reading. The descriptor may be closed afterwards.
  ///
  /// Returns nil, with the reason in `errno`, when the system refuses. A file that shrinks while it is
  /// mapped ends the process at the next access, as with every memory-mapped reader.
  public init?(mapping descriptor: Int32, byteCount: Int) {
    precondition(byteCount >= 0, "a mapping cannot have \(byteCount) bytes")
    self.byteCount = byteCount
    guard byteCount > 0 else {  // the system refuses empty mappings
      let memory = MemoryPool.shared.take(byteCount: 0)
      baseAddress = UnsafeRawPointer(memory)
      origin = .owned(memory)
      return
    }
    guard
      let memory = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED
    else { return nil }
    baseAddress = UnsafeRawPointer(memory)
    origin = .mapped(memory)
  }

  /// Bytes that live as long as the program and never change, such as weights inside its binary.
  public init(constants: UnsafeRawBufferPointer) {
    guard let address = constants.baseAddress else { preconditionFailure("constants have an address") }
    byteCount = constants.count
    baseAddress = address
    origin = .constant
  }

  deinit {
    switch origin {
    case .owned(let memory): MemoryPool.shared.giveBack(memory, byteCount: byteCount)
    case .mapped(let memory): munmap(memory, byteCount)
    case .constant: break
    }
  }

  /// The bytes.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: baseAddress, count: byteCount)
  }

  /// Tells the system that part of a mapped file is not needed for now; it is read again at the next access. Does
  /// nothing for other memory and for small parts.
  func release(_ range: Range<Int>) {
    guard case .mapped(let memory) = origin, range.count >= Self.releasedSize else { return }
    let page = Int(getpagesize())
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    if start < end { madvise(memory + start, end - start, MADV_DONTNEED) }
  }

  /// Parts below this size are not worth a call.
  private static let releasedSize = 1 << 18

  /// Memory that may be written: nil for mapped files and constants. Write only while no one else holds a reference.
  public var mutableBytes: UnsafeMutableRawBufferPointer? {
    guard case .owned(let memory) = origin else { return nil }
    return UnsafeMutableRawBufferPointer(start: memory, count: byteCount)
  }

  /// Start of memory made for writing, as floats.
  var floats: UnsafeMutablePointer<Float> {
    guard let memory = mutableBytes?.baseAddress else {
      preconditionFailure("a storage made for writing cannot be written")
    }
    return memory.assumingMemoryBound(to: Float.self)
  }
}
