internal import EvalCore
internal import Foundation
internal import Hashing

/// One kept array as a file: a header of fixed form, then float32 numbers.
///
/// All numbers little-endian. Magic `LVCDFEAT`, 8 bytes; version, kind of number (1: float32) and rank, 4 bytes each;
/// SHA-256 of the key and of the numbers, 32 bytes each; each extent, 8 bytes; then the numbers, row-major.
enum FeatureItem {
  static let version: UInt32 = 1
  private static let magic = Array("LVCDFEAT".utf8)
  private static let float32: UInt32 = 1
  private static let fixedSize = 8 + 3 * 4 + 2 * 32
  private static let largestRank = 4

  /// Bytes of the largest item of a kind: flow of the largest frames that are read, or far longer rows than any.
  static func largestSize(_ kind: FeatureKind) -> Int {
    switch kind {
    case .flow: 8 * ImageLimits.default.maxPixels + fixedSize + 8 * largestRank
    case .frameFeatures, .clipLogits: 1 << 20
    }
  }

  /// The file's bytes.
  static func encode(_ array: NumericArray, key: SHA256Digest) -> Data {
    var data = Data(capacity: fixedSize + 8 * array.shape.count + array.data.count)
    data.append(contentsOf: magic)
    for number in [version, float32, UInt32(array.shape.count)] {
      withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
    }
    data.append(contentsOf: key.bytes)
    data.append(contentsOf: digest(array.data).bytes)
    for extent in array.shape {
      withUnsafeBytes(of: UInt64(extent).littleEndian) { data.append(contentsOf: $0) }
    }
    data.append(array.data)
    return data
  }

  /// The array; throws what is wrong with the bytes. Extents are checked against the file's size before anything is
  /// taken from it.
  static func decode(_ bytes: [UInt8], key: SHA256Digest) throws(FeatureItemFault) -> NumericArray {
    func number<Value: FixedWidthInteger>(_ offset: Int, _ type: Value.Type) -> Value {
      (0..<MemoryLayout<Value>.size).reduce(0) { $0 | Value(bytes[offset + $1]) << (8 * $1) }
    }
    guard bytes.count >= fixedSize else { throw .cutOff(bytes: bytes.count) }
    guard bytes.starts(with: magic) else { throw .otherFile }
    guard number(8, UInt32.self) == version, number(12, UInt32.self) == float32 else { throw .otherFormat }
    let rank = Int(number(16, UInt32.self))
    guard (1...largestRank).contains(rank) else { throw .badShape("of rank \(rank)") }
    let start = fixedSize + 8 * rank
    guard bytes.count >= start else { throw .cutOff(bytes: bytes.count) }
    var shape: [Int] = []
    var count = 1
    for axis in 0..<rank {
      let stated = number(fixedSize + 8 * axis, UInt64.self)
      guard let extent = Int(exactly: stated), extent > 0 else {
        throw .badShape("with an extent of \(stated)")
      }
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard !overflows, product <= bytes.count / 4 else {
        throw .badShape("of more numbers than it has bytes")
      }
      shape.append(extent)
      count = product
    }
    guard bytes.count == start + 4 * count else { throw .cutOff(bytes: bytes.count) }
    guard Array(bytes[20..<52]) == key.bytes else { throw .otherKey }
    let data = Data(bytes[start...])
    guard Array(bytes[52..<84]) == digest(data).bytes else { throw .altered }
    guard let array = NumericArray(shape: shape, data: data) else { throw .badShape("\(shape)") }
    guard array.values.allSatisfy(\.isFinite) else { throw .notFinite }
    return array
  }

  private static func digest(_ data: Data) -> SHA256Digest {
    var hasher = SHA256Hasher()
    data.withUnsafeBytes { hasher.update($0) }
    return hasher.finish()
  }
}

/// Why a kept array cannot be trusted.
enum FeatureItemFault: Error, Equatable, CustomStringConvertible {
  case cutOff(bytes: Int)
  case otherFile
  case otherFormat
  case badShape(String)
  case otherKey
  case altered
  case notFinite

  var description: String {
    switch self {
    case .cutOff(let bytes): "has \(bytes) bytes where its header needs another number"
    case .otherFile: "does not begin like a kept feature"
    case .otherFormat: "is of another version"
    case .badShape(let text): "states an array \(text)"
    case .otherKey: "belongs to another key"
    case .altered: "has numbers that do not fit their digest"
    case .notFinite: "holds values that are not numbers"
    }
  }
}
