internal import CZlib
internal import Foundation
internal import TensorCore

/// The unpacked bytes of a gzip file in order, a bounded piece at a time. Not thread-safe.
final class GzipStream {
  /// The gzip file.
  let file: MappedFile
  private var stream = z_stream()
  private var isOpen = false
  private var isAtEnd = false
  private var consumed = 0

  init(_ file: MappedFile) { self.file = file }

  deinit { if isOpen { inflateEnd(&stream) } }

  /// Fills `target` completely, or throws `truncated`; `what` names what is being read.
  func read(into target: UnsafeMutableRawBufferPointer, what: String) throws(CheckpointError) {
    try open()
    var produced = 0
    while produced < target.count {
      guard !isAtEnd else {
        throw .truncated(file: file.name, what: what, needed: target.count, available: produced)
      }
      produced += try inflateSome(into: UnsafeMutableRawBufferPointer(rebasing: target[produced...]), what)
    }
  }

  private func open() throws(CheckpointError) {
    guard !isOpen else { return }
    // 16 more window bits: a gzip header and checksum around the deflate stream.
    let code = inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw .malformed(file: file.name, what: "zlib does not start (code \(code))")
    }
    isOpen = true
  }

  /// Unpacks at least one byte unless the stream ends; returns how many.
  private func inflateSome(
    into target: UnsafeMutableRawBufferPointer, _ what: String
  ) throws(CheckpointError) -> Int {
    let chunk = 1 << 30  // zlib counts in 32 bits
    let source = UnsafeRawBufferPointer(rebasing: file.storage.bytes[consumed...])
    let available = min(chunk, source.count)
    let room = min(chunk, target.count)
    stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.avail_in = UInt32(available)
    stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(room)
    let code = CZlib.inflate(&stream, Z_NO_FLUSH)
    consumed += available - Int(stream.avail_in)
    let produced = room - Int(stream.avail_out)
    if code == Z_STREAM_END {
      isAtEnd = true
    } else if code == Z_BUF_ERROR || (code == Z_OK && produced == 0 && available == 0) {
      throw .truncated(file: file.name, what: what, needed: target.count, available: produced)
    } else if code != Z_OK {
      throw .malformed(file: file.name, what: "\(what): not a valid gzip stream (zlib code \(code))")
    }
    return produced
  }
}
