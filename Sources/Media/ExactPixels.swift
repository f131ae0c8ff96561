internal import CFFmpeg

/// Pictures whose 8-bit RGB values lie in memory as they are: moved, never computed.
enum ExactPixels {
  /// Interleaved RGB values of the picture; nil when its format needs a conversion.
  static func rgb(of picture: UnsafePointer<AVFrame>) -> [UInt8]? {
    let format = AVPixelFormat(picture.pointee.format)
    if let layout = packed(format) { return unpack(picture, layout: layout) }
    switch format {
    case AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRAP: return merge(picture)
    case AV_PIX_FMT_PAL8: return lookUp(picture)
    case AV_PIX_FMT_GRAY8: return replicate(picture)
    default: return nil
    }
  }

  private struct Packed {
    var bytes: Int
    var red: Int
    var green: Int
    var blue: Int
  }

  private static func packed(_ format: AVPixelFormat) -> Packed? {
    switch format {
    case AV_PIX_FMT_RGB24: Packed(bytes: 3, red: 0, green: 1, blue: 2)
    case AV_PIX_FMT_BGR24: Packed(bytes: 3, red: 2, green: 1, blue: 0)
    case AV_PIX_FMT_RGBA, AV_PIX_FMT_RGB0: Packed(bytes: 4, red: 0, green: 1, blue: 2)
    case AV_PIX_FMT_BGRA, AV_PIX_FMT_BGR0: Packed(bytes: 4, red: 2, green: 1, blue: 0)
    case AV_PIX_FMT_ARGB, AV_PIX_FMT_0RGB: Packed(bytes: 4, red: 1, green: 2, blue: 3)
    case AV_PIX_FMT_ABGR, AV_PIX_FMT_0BGR: Packed(bytes: 4, red: 3, green: 2, blue: 1)
    default: nil
    }
  }

  private static func unpack(_ picture: UnsafePointer<AVFrame>, layout: Packed) -> [UInt8]? {
    guard let plane = picture.pointee.data.0 else { return nil }
    let stride = Int(picture.pointee.linesize.0)
    return fill(picture) { x, y, pixel in
      let source = plane + y * stride + x * layout.bytes
      pixel[0] = source[layout.red]
      pixel[1] = source[layout.green]
      pixel[2] = source[layout.blue]
    }
  }

  /// Planes in the order green, blue, red.
  private static func merge(_ picture: UnsafePointer<AVFrame>) -> [UInt8]? {
    let data = picture.pointee.data
    let strides = picture.pointee.linesize
    guard let green = data.0, let blue = data.1, let red = data.2 else { return nil }
    return fill(picture) { x, y, pixel in
      pixel[0] = red[y * Int(strides.2) + x]
      pixel[1] = green[y * Int(strides.0) + x]
      pixel[2] = blue[y * Int(strides.1) + x]
    }
  }

  /// Palette entries are native 32-bit words, alpha in the top byte.
  private static func lookUp(_ picture: UnsafePointer<AVFrame>) -> [UInt8]? {
    guard let plane = picture.pointee.data.0, let palette = picture.pointee.data.1 else { return nil }
    let stride = Int(picture.pointee.linesize.0)
    let raw = UnsafeRawPointer(palette)
    return fill(picture) { x, y, pixel in
      let entry = raw.loadUnaligned(fromByteOffset: 4 * Int(plane[y * stride + x]), as: UInt32.self)
      pixel[0] = UInt8(truncatingIfNeeded: entry >> 16)
      pixel[1] = UInt8(truncatingIfNeeded: entry >> 8)
      pixel[2] = UInt8(truncatingIfNeeded: entry)
    }
  }

  /// Grey is full range unless the stream says otherwise.
  private static func replicate(_ picture: UnsafePointer<AVFrame>) -> [UInt8]? {
    guard let plane = picture.pointee.data.0 else { return nil }
    let stride = Int(picture.pointee.linesize.0)
    let isLimited = picture.pointee.color_range == AVCOL_RANGE_MPEG
    let levels = (0...255).map { code in
      isLimited ? UInt8(clamping: Int(((Double(code) - 16) * 255 / 219).rounded())) : UInt8(code)
    }
    return levels.withUnsafeBufferPointer { levels in
      fill(picture) { x, y, pixel in
        let value = levels[Int(plane[y * stride + x])]
        pixel[0] = value
        pixel[1] = value
        pixel[2] = value
      }
    }
  }

  @inline(__always)
  private static func fill(
    _ picture: UnsafePointer<AVFrame>, _ pixel: (Int, Int, UnsafeMutablePointer<UInt8>) -> Void
  ) -> [UInt8] {
    let width = Int(picture.pointee.width)
    let height = Int(picture.pointee.height)
    return [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      guard let base = buffer.baseAddress else { return }
      for y in 0..<height {
        for x in 0..<width { pixel(x, y, base + (y * width + x) * 3) }
      }
      count = width * height * 3
    }
  }
}
