internal import CFFmpeg
public import EvalCore

/// Small pictures for looking at: WebP files in memory. The same frame always gives the same bytes.
public enum WebPEncoder {
  /// Largest side of a WebP picture.
  public static let maximumSide = 16_383

  /// `frame` as a lossy WebP file. `quality` 0…100; `name` is what messages call the picture.
  ///
  /// Throws `MediaError.notWritten` when FFmpeg has no WebP encoder or the frame is too large.
  public static func encode(_ frame: Frame, quality: Int = 82, name: String = "thumbnail") throws(MediaError)
    -> [UInt8]
  {
    precondition((0...100).contains(quality), "quality lies between 0 and 100, got \(quality)")
    guard max(frame.width, frame.height) <= maximumSide else {
      throw .notWritten(path: name, cause: "a picture of \(frame.size) is too large for WebP")
    }
    guard let implementation = avcodec_find_encoder_by_name("libwebp") else {
      throw .notWritten(
        path: name, cause: "FFmpeg was built without the encoder 'libwebp'; install the full libavcodec")
    }
    var context = avcodec_alloc_context3(implementation)
    var picture = av_frame_alloc()
    var packet = av_packet_alloc()
    defer {
      avcodec_free_context(&context)
      av_frame_free(&picture)
      av_packet_free(&packet)
    }
    guard let encoder = context, let picture, let packet else {
      throw .notWritten(path: name, cause: "out of memory")
    }
    av_log_set_level(AV_LOG_QUIET)
    encoder.pointee.width = Int32(frame.width)
    encoder.pointee.height = Int32(frame.height)
    encoder.pointee.pix_fmt = AV_PIX_FMT_BGRA
    encoder.pointee.time_base = AVRational(num: 1, den: 25)
    // One thread: the bytes depend on the frame alone.
    encoder.pointee.thread_count = 1
    encoder.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    // Flat colours and thin lines: the encoder's own name for them is a drawing.
    for (key, value) in [("lossless", "0"), ("preset", "drawing"), ("quality", "\(quality)")] {
      av_dict_set(&options, key, value, 0)
    }
    try check(avcodec_open2(encoder, implementation, &options), name)
    try fill(picture, with: frame, name)
    try check(avcodec_send_frame(encoder, picture), name)
    try check(avcodec_send_frame(encoder, nil), name)
    try check(avcodec_receive_packet(encoder, packet), name)
    guard let bytes = packet.pointee.data, packet.pointee.size > 0 else {
      throw .notWritten(path: name, cause: "the encoder gave nothing")
    }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(packet.pointee.size)))
  }

  private static func fill(
    _ picture: UnsafeMutablePointer<AVFrame>, with frame: Frame, _ name: String
  ) throws(MediaError) {
    picture.pointee.format = AV_PIX_FMT_BGRA.rawValue
    picture.pointee.width = Int32(frame.width)
    picture.pointee.height = Int32(frame.height)
    picture.pointee.pts = 0
    try check(av_frame_get_buffer(picture, 0), name)
    guard let plane = picture.pointee.data.0 else { throw .notWritten(path: name, cause: "out of memory") }
    let stride = Int(picture.pointee.linesize.0)
    for y in 0..<frame.height {
      for x in 0..<frame.width {
        let source = 3 * (y * frame.width + x)
        let target = plane + y * stride + 4 * x
        target[0] = frame.rgb[source + 2]
        target[1] = frame.rgb[source + 1]
        target[2] = frame.rgb[source]
        target[3] = 255
      }
    }
  }

  private static func check(_ status: Int32, _ name: String) throws(MediaError) {
    if status < 0 { throw .notWritten(path: name, cause: ffmpegMessage(status)) }
  }
}
