internal import CZlib
internal import TensorCore

extension ZipEntry {
  /// Deflate stores at best 1032 bytes in one; an entry that claims more is a bomb or damaged.
  private static let largestExpansion = 1032

  /// Checks the claimed size against what the stored bytes can hold.
  func checkExpansion(_ file: MappedFile) throws(CheckpointError) {
    if !isDeflated {
      guard byteCount == range.count else {
        throw .malformed(
          file: file.name, what: "the stored entry '\(name)' claims \(byteCount) bytes and has \(range.count)"
        )
      }
      return
    }
    let limit = range.count * Self.largestExpansion
    guard byteCount <= limit else {
      throw .tooLarge(
        file: file.name, what: "the unpacked size of entry '\(name)'", found: byteCount, limit: limit)
    }
  }

  /// Checks the bytes of a stored entry against its checksum.
  func checkStored(in file: MappedFile) throws(CheckpointError) {
    try checkChecksum(of: UnsafeRawBufferPointer(rebasing: file.storage.bytes[range]), file)
  }

  /// The first `prefix` bytes, unpacked. A whole entry is checked against its size and checksum.
  func inflate(from file: MappedFile, prefix: Int) throws(CheckpointError) -> TensorStorage {
    let wanted = min(prefix, byteCount)
    let target = TensorStorage(uninitializedByteCount: wanted)
    guard isDeflated else {
      target.mutableBytes?.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: file.storage.bytes[range].prefix(wanted)))
      return target
    }
    guard let output = target.mutableBytes else { return target }
    try inflate(file, into: output)
    if wanted == byteCount { try checkChecksum(of: target.bytes, file) }
    return target
  }

  private func inflate(_ file: MappedFile, into output: UnsafeMutableRawBufferPointer) throws(CheckpointError)
  {
    var stream = z_stream()
    // Negative window bits: a bare deflate stream, as zip stores it.
    let began = inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard began == Z_OK else {
      throw .malformed(file: file.name, what: "entry '\(name)': zlib does not start (code \(began))")
    }
    defer { inflateEnd(&stream) }
    let source = UnsafeRawBufferPointer(rebasing: file.storage.bytes[range])
    let chunk = 1 << 30  // zlib counts in 32 bits
    var consumed = 0
    var produced = 0
    while produced < output.count {
      let available = min(chunk, source.count - consumed)
      let room = min(chunk, output.count - produced)
      let input = (source.baseAddress.map { $0 + consumed })?.assumingMemoryBound(to: UInt8.self)
      stream.next_in = UnsafeMutablePointer(mutating: input)
      stream.avail_in = UInt32(available)
      stream.next_out = (output.baseAddress.map { $0 + produced })?.assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      let code = CZlib.inflate(&stream, Z_NO_FLUSH)
      consumed += available - Int(stream.avail_in)
      produced += room - Int(stream.avail_out)
      if code == Z_STREAM_END { break }
      guard code == Z_OK else {
        throw .malformed(
          file: file.name, what: "entry '\(name)' is not a valid deflate stream (zlib code \(code))")
      }
    }
    guard produced == output.count else {
      throw .truncated(
        file: file.name, what: "entry '\(name)'", needed: output.count, available: produced)
    }
  }

  private func checkChecksum(of bytes: UnsafeRawBufferPointer, _ file: MappedFile) throws(CheckpointError) {
    var sum = crc32_z(0, nil, 0)
    sum = crc32_z(sum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard UInt32(truncatingIfNeeded: sum) == checksum else {
      throw .malformed(file: file.name, what: "entry '\(name)' does not match its checksum")
    }
  }
}
