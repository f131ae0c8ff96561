public import EvalCore
public import Foundation

/// Optical flow in Middlebury's .flo files: "PIEH", width and height as 32-bit integers, then (x, y) pairs of
/// little-endian floats row by row.
public enum FloFile {
  private static let mark = Array("PIEH".utf8)
  private static let headerSize = 12

  /// The vectors in the file at `url`, row-major.
  ///
  /// Throws `missing`, `unreadable` for other files, `truncated`, `damaged` for a length that is not that of its size,
  /// `tooLarge`.
  public static func read(
    _ url: URL, limits: ImageLimits = .default
  ) throws(MediaError) -> (size: FrameSize, dx: [Float], dy: [Float]) {
    let bytes = try readBytes(of: url, limit: limits.maxFileBytes)
    guard bytes.prefix(mark.count).elementsEqual(mark) else {
      throw .unreadable(path: url.path, found: "is not a .flo file", expected: "one that begins with PIEH")
    }
    guard bytes.count >= headerSize else {
      throw .truncated(path: url.path, framesRead: nil, found: "it ends inside the header")
    }
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
    let size = FrameSize(width: Int(Int32(bitPattern: word(4))), height: Int(Int32(bitPattern: word(8))))
    try limits.check(width: size.width, height: size.height, path: url.path)
    let count = size.width * size.height
    guard bytes.count >= headerSize + 8 * count else {
      throw .truncated(path: url.path, framesRead: nil, found: "\(bytes.count) bytes for \(size) vectors")
    }
    guard bytes.count == headerSize + 8 * count else {
      throw .damaged(path: url.path, found: "\(bytes.count) bytes for \(size) vectors")
    }
    var dx = [Float](repeating: 0, count: count)
    var dy = dx
    for index in 0..<count {
      dx[index] = Float(bitPattern: word(headerSize + 8 * index))
      dy[index] = Float(bitPattern: word(headerSize + 8 * index + 4))
    }
    return (size, dx, dy)
  }

  /// Writes a flow of `width * height` vectors; the file appears complete or not at all.
  public static func write(
    width: Int, height: Int, dx: [Float], dy: [Float], to url: URL
  ) throws(MediaError) {
    precondition(
      dx.count == width * height && dy.count == dx.count,
      "a \(width)x\(height) flow needs \(width * height) vectors, got \(dx.count) and \(dy.count)")
    var data = Data(mark)
    data.reserveCapacity(headerSize + 8 * dx.count)
    for size in [width, height] {
      withUnsafeBytes(of: Int32(size).littleEndian) { data.append(contentsOf: $0) }
    }
    var values: [UInt32] = []
    values.reserveCapacity(2 * dx.count)
    for (x, y) in zip(dx, dy) {
      values.append(x.bitPattern.littleEndian)
      values.append(y.bitPattern.littleEndian)
    }
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    try AtomicFile.write(data, to: url)
  }
}
