public import Foundation

/// Optical flow in Middlebury's .flo files: "PIEH", width and height as 32-bit integers, then (x, y) pairs of
/// little-endian floats row by row.
public enum FloFile {
  /// Writes a flow of `width * height` vectors; the file appears complete or not at all.
  public static func write(
    width: Int, height: Int, dx: [Float], dy: [Float], to url: URL
  ) throws(MediaError) {
    precondition(
      dx.count == width * height && dy.count == dx.count,
      "a \(width)x\(height) flow needs \(width * height) vectors, got \(dx.count) and \(dy.count)")
    var data = Data("PIEH".utf8)
    data.reserveCapacity(12 + 8 * dx.count)
    for size in [width, height] {
      withUnsafeBytes(of: Int32(size).littleEndian) { data.append(contentsOf: $0) }
    }
    for (x, y) in zip(dx, dy) {
      for value in [x, y] {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    try AtomicFile.write(data, to: url)
  }
}
