internal import CFFmpeg
internal import EvalCore

/// Facts about FFmpeg's pixel formats.
enum PixelFormats {
  static func name(_ format: Int32) -> String {
    av_get_pix_fmt_name(AVPixelFormat(format)).map { String(cString: $0) } ?? "number \(format)"
  }

  static func isRGB(_ format: Int32) -> Bool {
    guard let descriptor = av_pix_fmt_desc_get(AVPixelFormat(format)) else { return false }
    return descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
  }

  static func isVerticallySubsampled(_ format: Int32) -> Bool {
    av_pix_fmt_desc_get(AVPixelFormat(format))?.pointee.log2_chroma_h == 1
  }

  private static let fullRange: [Int32: Int32] = [
    AV_PIX_FMT_YUVJ420P.rawValue: AV_PIX_FMT_YUV420P.rawValue,
    AV_PIX_FMT_YUVJ422P.rawValue: AV_PIX_FMT_YUV422P.rawValue,
    AV_PIX_FMT_YUVJ444P.rawValue: AV_PIX_FMT_YUV444P.rawValue,
    AV_PIX_FMT_YUVJ440P.rawValue: AV_PIX_FMT_YUV440P.rawValue,
    AV_PIX_FMT_YUVJ411P.rawValue: AV_PIX_FMT_YUV411P.rawValue,
  ]

  /// Whether the format's name itself says full range (the old "yuvj" formats).
  static func isFullRange(_ format: Int32) -> Bool { fullRange[format] != nil }

  /// The same layout in a format whose name does not say a range.
  static func withoutRange(_ format: Int32) -> Int32 { fullRange[format] ?? format }

  static func size(of picture: UnsafePointer<AVFrame>) -> FrameSize {
    FrameSize(width: Int(picture.pointee.width), height: Int(picture.pointee.height))
  }

  static func planes(of picture: UnsafePointer<AVFrame>) -> [UnsafeMutablePointer<UInt8>?] {
    let data = picture.pointee.data
    return [data.0, data.1, data.2, data.3]
  }

  static func strides(of picture: UnsafePointer<AVFrame>) -> [Int32] {
    let sizes = picture.pointee.linesize
    return [sizes.0, sizes.1, sizes.2, sizes.3]
  }
}

extension AVPixelFormat {
  /// The format of a picture's `format` number.
  init(_ number: Int32) { self.init(rawValue: number) }
}
