/// PNG files put together by hand, with stored (uncompressed) data, in forms that no writer of ours makes.
public enum RawPNG {
  /// A file of `rows`, each with its filter byte; `before` holds chunks before the samples.
  public static func file(
    width: Int, height: Int, depth: UInt8, colourType: UInt8, before: [UInt8] = [], rows: [UInt8]
  ) -> [UInt8] {
    let header = bytes(width) + bytes(height) + [depth, colourType, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + before
      + chunk("IDAT", stored(rows)) + chunk("IEND", [])
  }

  /// A chunk with length and checksum.
  public static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return bytes(content.count) + body + bytes(crc(body))
  }

  private static func stored(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var rest = data[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(65535)
      let low = UInt8(block.count & 255)
      let high = UInt8(block.count >> 8)
      result += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
    } while !rest.isEmpty
    var a = 1
    var b = 0
    for byte in data {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return result + bytes(b << 16 | a)
  }

  private static func crc(_ data: [UInt8]) -> Int {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return Int(~crc)
  }

  private static func bytes(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
