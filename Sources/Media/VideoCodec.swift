internal import CFFmpeg
internal import EvalCore

/// What a `VideoWriter` writes.
public enum VideoCodec: String, Sendable, CaseIterable {
  /// FFV1 in Matroska, 8-bit RGB: every value comes back exactly.
  case ffv1
  /// FFV1 in Matroska, 8-bit grey, for lineart: frames must have three equal channels, which come back
  /// exactly.
  case grayFFV1 = "ffv1-gray"
  /// As `ffv1`, with statistics kept over the whole clip: smallest, but readable from the start only.
  case ffv1Archive = "ffv1-archive"
  /// As `grayFFV1`, with statistics kept over the whole clip: smallest, but readable from the start only.
  case grayFFV1Archive = "ffv1-gray-archive"
  /// H.264 with all quantisers 0 in Matroska, RGB: every value comes back exactly; smaller than FFV1 where
  /// pictures repeat.
  case h264Lossless = "h264-lossless"
  /// H.264 in MP4, 4:2:0, BT.709 limited: small, for looking at only.
  case h264Preview = "h264-preview"
  /// VP9 in WebM, 4:2:0, BT.709 limited: small, for looking at only.
  case vp9Preview = "vp9-preview"

  /// Whether frames read back equal the frames written.
  public var isLossless: Bool {
    switch self {
    case .ffv1, .grayFFV1, .ffv1Archive, .grayFFV1Archive, .h264Lossless: true
    case .h264Preview, .vp9Preview: false
    }
  }

  /// The file name extension that goes with the container: `mkv`, `mp4` or `webm`.
  public var fileExtension: String {
    switch self {
    case .ffv1, .grayFFV1, .ffv1Archive, .grayFFV1Archive, .h264Lossless: "mkv"
    case .h264Preview: "mp4"
    case .vp9Preview: "webm"
    }
  }

  var muxer: String {
    switch self {
    case .ffv1, .grayFFV1, .ffv1Archive, .grayFFV1Archive, .h264Lossless: "matroska"
    case .h264Preview: "mp4"
    case .vp9Preview: "webm"
    }
  }

  var encoder: String {
    switch self {
    case .ffv1, .grayFFV1, .ffv1Archive, .grayFFV1Archive: "ffv1"
    case .h264Lossless: "libx264rgb"
    case .h264Preview: "libx264"
    case .vp9Preview: "libvpx-vp9"
    }
  }

  var pixelFormat: AVPixelFormat {
    switch self {
    case .ffv1, .ffv1Archive: AV_PIX_FMT_BGR0
    case .grayFFV1, .grayFFV1Archive: AV_PIX_FMT_GRAY8
    case .h264Lossless: AV_PIX_FMT_RGB24
    case .h264Preview, .vp9Preview: AV_PIX_FMT_YUV420P
    }
  }

  /// Smallest side that comes back exactly: FFmpeg's FFV1 loses pictures of one column or row.
  var smallestSide: Int {
    switch self {
    case .ffv1, .grayFFV1, .ffv1Archive, .grayFFV1Archive: 2
    case .h264Lossless, .h264Preview, .vp9Preview: 1
    }
  }

  /// Options of the encoder, by FFmpeg's names.
  func options(for size: FrameSize) -> [(String, String)] {
    switch self {
    // Version 3 with checksums per slice, so that damage is noticed. Four slices need four pixels a side.
    case .ffv1, .grayFFV1:
      [
        ("level", "3"), ("slicecrc", "1"), ("coder", "1"), ("context", "1"),
        ("slices", min(size.width, size.height) < 8 ? "1" : "4"),
      ]
    case .ffv1Archive, .grayFFV1Archive:
      [("level", "3"), ("slicecrc", "1"), ("coder", "2"), ("context", "1"), ("slices", "1")]
    case .h264Lossless: [("qp", "0"), ("preset", "medium")]
    case .h264Preview: [("crf", "20"), ("preset", "fast")]
    case .vp9Preview: [("crf", "30"), ("b", "0"), ("deadline", "good"), ("cpu-used", "4")]
    }
  }

  /// Frames between key frames: every frame for FFV1, so that each can be decoded by itself.
  var keyFrameInterval: Int32 {
    switch self {
    case .ffv1, .grayFFV1: 1
    case .ffv1Archive, .grayFFV1Archive, .h264Lossless, .h264Preview, .vp9Preview: 250
    }
  }
}
