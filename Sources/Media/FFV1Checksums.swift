internal import CFFmpeg

/// Checks the slice checksums of FFV1 version 3. FFmpeg's decoder replaces damaged slices by the previous
/// picture without an error.
///
/// Source: RFC 9043, section 4.9 (slice footer): 24-bit size, 8-bit status, 32-bit CRC; the CRC over a
/// slice with its footer is 0.
struct FFV1Checksums {
  private static let footerSize = 8
  /// Whether the stream carries checksums, decided by its first packet: nil before.
  private var hasChecksums: Bool?

  /// Whether a slice of this packet is damaged.
  mutating func findsDamage(in packet: UnsafeBufferPointer<UInt8>) -> Bool {
    if hasChecksums == false { return false }
    guard let slices = slices(of: packet) else {
      // Without checksums footers are shorter and do not lead to the start of the packet.
      defer { if hasChecksums == nil { hasChecksums = false } }
      return hasChecksums == true
    }
    let table = av_crc_get_table(AV_CRC_32_IEEE)
    let intact = slices.filter { av_crc(table, 0, $0.baseAddress, $0.count) == 0 }
    if hasChecksums == nil { hasChecksums = !intact.isEmpty }
    return hasChecksums == true && intact.count < slices.count
  }

  /// The slices, last one first; nil when the sizes do not add up to the packet.
  private func slices(of packet: UnsafeBufferPointer<UInt8>) -> [UnsafeBufferPointer<UInt8>]? {
    var slices: [UnsafeBufferPointer<UInt8>] = []
    var end = packet.count
    while end > 0 {
      guard end >= Self.footerSize else { return nil }
      let footer = end - Self.footerSize
      let content = Int(packet[footer]) << 16 | Int(packet[footer + 1]) << 8 | Int(packet[footer + 2])
      guard content <= footer else { return nil }
      slices.append(UnsafeBufferPointer(rebasing: packet[(footer - content)..<end]))
      end = footer - content
    }
    return slices
  }
}
