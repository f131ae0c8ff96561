public import Foundation

/// Arrays in NumPy's .npy files, version 1.0.
public enum NPYFile {
  /// Writes float32 values in C order (last axis fastest) as `<f4`. The file appears complete or not at
  /// all.
  ///
  /// Source: NumPy's format description: magic, version, little-endian header length, a Python literal
  /// padded so that the data starts at a multiple of 64 bytes.
  public static func write(shape: [Int], values: [Float], to url: URL) throws(MediaError) {
    precondition(
      shape.reduce(1, *) == values.count, "shape \(shape) does not hold \(values.count) values")
    let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(axes)), }".utf8)
    let prefixSize = 10
    while (prefixSize + header.count + 1) % 64 != 0 { header.append(UInt8(ascii: " ")) }
    header.append(UInt8(ascii: "\n"))
    var data = Data([0x93])
    data.append(contentsOf: "NUMPY".utf8)
    data.append(contentsOf: [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)])
    data.append(contentsOf: header)
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { data.append(contentsOf: $0) }
    try AtomicFile.write(data, to: url)
  }
}
