internal import CPNGCodec
public import EvalCore
public import Foundation

/// Pictures in PNG files.
///
/// Reading: 1 to 16 bits, grey, palette, alpha and interlaced files become 8-bit RGB. Grey is replicated,
/// alpha (including a palette's) is dropped, not blended, 16-bit values become `round(v * 255 / 65535)`,
/// gamma and colour profiles are ignored.
/// For 8-bit files this is Pillow's conversion to RGB. Source: evaluation protocol, "Reader".
public enum PNGFile {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Signature and header chunk: length, "IHDR", width, height, five bytes, CRC.
  private static let headerSize = 33

  /// The picture in the file at `url`.
  ///
  /// The size is checked against `limits` before memory for pixels is allocated; text and other ancillary
  /// chunks are skipped without being inflated; a wrong checksum, a missing end or a missing file is an
  /// error that names the file.
  public static func read(_ url: URL, limits: ImageLimits = .default) throws(MediaError) -> Frame {
    let file = try readBytes(of: url, limit: limits.maxFileBytes)
    return try decode(file, path: url.path, limits: limits)
  }

  /// The picture in a PNG file that lies in memory; `path` is what messages call it.
  public static func decode(
    _ file: [UInt8], path: String, limits: ImageLimits = .default
  ) throws(MediaError) -> Frame {
    let (size, samples) = try decode(file, channels: 3, path: path, limits: limits)
    return Frame(width: size.width, height: size.height, rgb: samples)
  }

  /// The picture in the file at `url` with its alpha channel, also a palette's: `width * height * 4` values, colour not
  /// multiplied by alpha; 255 where the file has none.
  public static func readWithAlpha(
    _ url: URL, limits: ImageLimits = .default
  ) throws(MediaError) -> (size: FrameSize, rgba: [UInt8]) {
    let file = try readBytes(of: url, limit: limits.maxFileBytes)
    let (size, samples) = try decode(file, channels: 4, path: url.path, limits: limits)
    return (size, samples)
  }

  private static func decode(
    _ file: [UInt8], channels: Int, path: String, limits: ImageLimits
  ) throws(MediaError) -> (size: FrameSize, samples: [UInt8]) {
    let size = try readSize(file, path: path)
    try limits.check(width: size.width, height: size.height, path: path)
    var isTruncated: Int32 = 0
    var message = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))
    var status: Int32 = -1
    let byteCount = size.width * size.height * channels
    let samples = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      status = cpng_decode(
        file, file.count, UInt32(size.width), UInt32(size.height), Int32(channels), buffer.baseAddress,
        &isTruncated, &message)
      count = status == 0 ? byteCount : 0
    }
    guard status == 0 else {
      let reason = text(message)
      if isTruncated != 0 { throw .truncated(path: path, framesRead: nil, found: reason) }
      throw .damaged(path: path, found: reason)
    }
    return (size, samples)
  }

  /// Writes `frame` as an 8-bit RGB PNG. The file appears complete or not at all.
  public static func write(_ frame: Frame, to url: URL) throws(MediaError) {
    try write(samples: frame.rgb, width: frame.width, height: frame.height, channels: 3, to: url)
  }

  /// Writes an 8-bit grey PNG from `values`, row-major `height * width`. The file appears complete or not
  /// at all.
  public static func writeGray(width: Int, height: Int, values: [UInt8], to url: URL) throws(MediaError) {
    precondition(
      width > 0 && height > 0 && values.count == width * height,
      "a \(width)x\(height) grey picture needs \(width * height) values, got \(values.count)")
    try write(samples: values, width: width, height: height, channels: 1, to: url)
  }

  /// An 8-bit grey PNG of `values`, row-major `height * width`, in memory.
  public static func encodeGray(width: Int, height: Int, values: [UInt8]) throws(MediaError) -> Data {
    precondition(
      width > 0 && height > 0 && values.count == width * height,
      "a \(width)x\(height) grey picture needs \(width * height) values, got \(values.count)")
    var file = Data()
    try encode(values, width: width, height: height, channels: 1, path: "memory") { file = Data($0) }
    return file
  }

  private static func write(
    samples: [UInt8], width: Int, height: Int, channels: Int32, to url: URL
  ) throws(MediaError) {
    try encode(samples, width: width, height: height, channels: channels, path: url.path) {
      bytes throws(MediaError) in try AtomicFile.write(bytes, to: url)
    }
  }

  private static func encode(
    _ samples: [UInt8], width: Int, height: Int, channels: Int32, path: String,
    _ body: (UnsafeRawBufferPointer) throws(MediaError) -> Void
  ) throws(MediaError) {
    var buffer = cpng_buffer()
    var message = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))
    let status = cpng_encode(samples, UInt32(width), UInt32(height), channels, &buffer, &message)
    defer { cpng_free(&buffer) }
    guard status == 0 else { throw .notWritten(path: path, cause: text(message)) }
    try body(UnsafeRawBufferPointer(start: buffer.bytes, count: buffer.size))
  }

  /// Width and height as the header chunk claims them.
  private static func readSize(_ file: [UInt8], path: String) throws(MediaError) -> FrameSize {
    guard !file.isEmpty else { throw .truncated(path: path, framesRead: nil, found: "the file is empty") }
    let start = file.prefix(signature.count)
    guard start == signature.prefix(start.count)[...] else {
      throw .unreadable(path: path, found: "is not a PNG file", expected: "a PNG file; convert it")
    }
    guard file.count >= headerSize else {
      throw .truncated(path: path, framesRead: nil, found: "it ends inside the header")
    }
    guard Array(file[12..<16]) == Array("IHDR".utf8) else {
      throw .damaged(path: path, found: "the header chunk does not come first")
    }
    return FrameSize(width: bigEndian(file, at: 16), height: bigEndian(file, at: 20))
  }

  private static func bigEndian(_ file: [UInt8], at offset: Int) -> Int {
    file[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func text(_ message: [CChar]) -> String {
    let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self).lowercased()
  }
}
