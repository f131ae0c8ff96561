internal import CFFmpeg
public import EvalCore
public import Foundation

/// Writes frames to a video file. The same frames give the same bytes; the file appears at `finish()`,
/// complete, or not at all.
///
/// Not thread-safe. A writer that goes away before `finish()` removes its temporary file.
public final class VideoWriter {
  private let path: String
  private let size: FrameSize
  private let codec: VideoCodec
  private let temporary: String
  private var format: UnsafeMutablePointer<AVFormatContext>?
  private var encoder: UnsafeMutablePointer<AVCodecContext>?
  private var packet: UnsafeMutablePointer<AVPacket>?
  private var picture: UnsafeMutablePointer<AVFrame>?
  private var packer: FramePacker?
  private var stream: UnsafeMutablePointer<AVStream>?
  private var isFinished = false
  private var hasHeader = false
  /// Frames appended so far.
  public private(set) var count = 0

  /// Opens a file for frames of one size. The name at `url` should end in `codec.fileExtension`.
  public init(_ url: URL, size: FrameSize, frameRate: Rational, codec: VideoCodec) throws(MediaError) {
    path = url.path
    self.size = size
    self.codec = codec
    temporary = AtomicFile.temporaryPath(for: url)
    guard url.pathExtension.lowercased() == codec.fileExtension else {
      throw .notWritten(
        path: path, cause: "\(codec.rawValue) video belongs in a .\(codec.fileExtension) file")
    }
    guard let rate = frameRate.avRational, rate.num > 0 else {
      throw .notWritten(path: path, cause: "a frame rate of \(frameRate) is out of range")
    }
    guard min(size.width, size.height) >= codec.smallestSide, size.width <= 16384, size.height <= 16384 else {
      throw .notWritten(path: path, cause: "frames of \(size) are out of range")
    }
    av_log_set_level(AV_LOG_QUIET)
    do {
      try openEncoder(rate)
      try openFile(rate)
    } catch {
      discard()
      throw error
    }
  }

  deinit { discard() }

  /// Appends one frame; it must have the writer's size.
  public func append(_ frame: Frame) throws(MediaError) {
    guard !isFinished, let encoder, let picture, let packer else {
      throw failure("the file is closed already")
    }
    guard frame.size == size else { throw .sizeMismatch(path: path, found: frame.size, expected: size) }
    try check(av_frame_make_writable(picture))
    if let complaint = packer.pack(frame, into: picture) { throw failure("frame \(count) \(complaint)") }
    picture.pointee.pts = Int64(count)
    try check(avcodec_send_frame(encoder, picture))
    count += 1
    try writePackets()
  }

  /// Completes the file and puts it in place. At least one frame must have been appended.
  public func finish() throws(MediaError) {
    guard !isFinished, let encoder, let format else { throw failure("the file is closed already") }
    guard count > 0 else { throw failure("no frame was appended") }
    isFinished = true
    do {
      try check(avcodec_send_frame(encoder, nil))
      try writePackets()
      hasHeader = false
      try check(av_write_trailer(format))
      try check(avio_closep(&format.pointee.pb))
      try flushToDisk()
    } catch {
      discard()
      throw error
    }
    release()
    try AtomicFile.rename(temporary, to: path)
  }

  private func openEncoder(_ rate: AVRational) throws(MediaError) {
    guard let implementation = avcodec_find_encoder_by_name(codec.encoder),
      let context = avcodec_alloc_context3(implementation)
    else {
      throw failure("FFmpeg was built without the encoder '\(codec.encoder)'; install the full libavcodec")
    }
    encoder = context
    let packer = FramePacker(size: size, codec: codec)
    self.packer = packer
    context.pointee.width = Int32(packer.codedSize.width)
    context.pointee.height = Int32(packer.codedSize.height)
    context.pointee.pix_fmt = codec.pixelFormat
    context.pointee.time_base = AVRational(num: rate.den, den: rate.num)
    context.pointee.framerate = rate
    context.pointee.gop_size = codec.keyFrameInterval
    // One thread and no version strings or dates: the bytes depend on the frames alone.
    context.pointee.thread_count = 1
    context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
    packer.describeColours(context)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    for (name, value) in codec.options(for: size) { av_dict_set(&options, name, value, 0) }
    try check(avcodec_open2(context, implementation, &options))
    guard let picture = av_frame_alloc(), let packet = av_packet_alloc() else {
      throw failure("out of memory")
    }
    self.picture = picture
    self.packet = packet
    picture.pointee.format = codec.pixelFormat.rawValue
    picture.pointee.width = context.pointee.width
    picture.pointee.height = context.pointee.height
    picture.pointee.color_range = context.pointee.color_range
    picture.pointee.colorspace = context.pointee.colorspace
    try check(av_frame_get_buffer(picture, 0))
  }

  private func openFile(_ rate: AVRational) throws(MediaError) {
    var format: UnsafeMutablePointer<AVFormatContext>?
    try check(avformat_alloc_output_context2(&format, nil, codec.muxer, "file:" + temporary))
    self.format = format
    guard let format, let encoder, let stream = avformat_new_stream(format, nil) else {
      throw failure("out of memory")
    }
    self.stream = stream
    format.pointee.flags |= AVFMT_FLAG_BITEXACT
    stream.pointee.time_base = encoder.pointee.time_base
    stream.pointee.avg_frame_rate = rate
    try check(avcodec_parameters_from_context(stream.pointee.codecpar, encoder))
    try check(avio_open(&format.pointee.pb, "file:" + temporary, AVIO_FLAG_WRITE))
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    if codec == .h264Preview { av_dict_set(&options, "movflags", "+faststart", 0) }
    try check(avformat_write_header(format, &options))
    hasHeader = true
  }

  private func writePackets() throws(MediaError) {
    guard let encoder, let packet, let format, let stream else { return }
    while true {
      let status = avcodec_receive_packet(encoder, packet)
      if status == lvcd_averror(EAGAIN) || status == lvcd_averror_eof() { return }
      try check(status)
      packet.pointee.stream_index = stream.pointee.index
      if packet.pointee.duration == 0 { packet.pointee.duration = 1 }
      av_packet_rescale_ts(packet, encoder.pointee.time_base, stream.pointee.time_base)
      try check(av_interleaved_write_frame(format, packet))
      if let output = format.pointee.pb { try check(output.pointee.error) }
    }
  }

  private func flushToDisk() throws(MediaError) {
    let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(systemMessage(errno)) }
    let status = fsync(descriptor)
    let cause = errno
    close(descriptor)
    if status != 0 { throw failure(systemMessage(cause)) }
  }

  private func check(_ status: Int32) throws(MediaError) {
    if status < 0 { throw failure(ffmpegMessage(status)) }
  }

  private func failure(_ cause: String) -> MediaError { .notWritten(path: path, cause: cause) }

  /// Gives the file up.
  private func discard() {
    let isOpen = format != nil
    release()
    if isOpen { unlink(temporary) }
  }

  private func release() {
    if let format {
      // Multiplexers free what they hold only when the file is ended; what this writes is thrown away.
      if hasHeader { av_write_trailer(format) }
      hasHeader = false
      avio_closep(&format.pointee.pb)
    }
    avformat_free_context(format)
    format = nil
    stream = nil
    avcodec_free_context(&encoder)
    av_packet_free(&packet)
    av_frame_free(&picture)
  }
}
