internal import CFFmpeg
internal import Foundation

/// Demultiplexes and decodes the first video stream of a file, frame by frame. One thread at a time.
final class VideoDecoder {
  let path: String
  private var format: UnsafeMutablePointer<AVFormatContext>?
  private var codec: UnsafeMutablePointer<AVCodecContext>?
  private var packet: UnsafeMutablePointer<AVPacket>?
  private var picture: UnsafeMutablePointer<AVFrame>?
  private let streamIndex: Int32
  private var isDrained = false
  private var checksums: FFV1Checksums?
  /// Frames delivered so far.
  private(set) var framesRead = 0

  /// FFmpeg prints to stderr by default; its reasons reach the user in our errors.
  private static let isQuiet: Bool = {
    av_log_set_level(AV_LOG_QUIET)
    return true
  }()

  init(path: String, threads: Int) throws(MediaError) {
    precondition(Self.isQuiet && threads > 0, "at least one decoder thread")
    self.path = path
    // A playlist inside the file must not reach other protocols than files.
    var options: OpaquePointer?
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    defer { av_dict_free(&options) }
    var format: UnsafeMutablePointer<AVFormatContext>?
    let opened = avformat_open_input(&format, "file:" + path, nil, &options)
    guard opened >= 0, let format else {
      throw .unreadable(
        path: path, found: "cannot be read as a video (\(ffmpegMessage(opened)))",
        expected: "a complete video file or a folder of PNG files")
    }
    self.format = format
    let probed = avformat_find_stream_info(format, nil)
    var decoder: UnsafePointer<AVCodec>?
    streamIndex = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0)
    guard probed >= 0, streamIndex >= 0, let decoder, let stream = format.pointee.streams[Int(streamIndex)]
    else {
      avformat_close_input(&self.format)
      throw .unreadable(path: path, found: "has no video stream", expected: "a video file with pictures")
    }
    for index in 0..<Int(format.pointee.nb_streams) where index != Int(streamIndex) {
      format.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
    }
    codec = avcodec_alloc_context3(decoder)
    packet = av_packet_alloc()
    picture = av_frame_alloc()
    try open(decoder, stream: stream, threads: threads)
  }

  deinit {
    av_frame_free(&picture)
    av_packet_free(&packet)
    avcodec_free_context(&codec)
    avformat_close_input(&format)
  }

  private func open(
    _ decoder: UnsafePointer<AVCodec>, stream: UnsafeMutablePointer<AVStream>, threads: Int
  ) throws(MediaError) {
    guard let codec else {
      throw .unreadable(path: path, found: "out of memory", expected: "memory for a decoder")
    }
    var status = avcodec_parameters_to_context(codec, stream.pointee.codecpar)
    if codec.pointee.codec_id == AV_CODEC_ID_FFV1 { checksums = FFV1Checksums() }
    codec.pointee.thread_count = Int32(threads)
    codec.pointee.pkt_timebase = stream.pointee.time_base
    codec.pointee.err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE
    if status >= 0 { status = avcodec_open2(codec, decoder, nil) }
    guard status >= 0 else {
      throw .unreadable(
        path: path, found: "its codec cannot be opened (\(ffmpegMessage(status)))",
        expected: "an intact stream")
    }
  }

  var stream: UnsafeMutablePointer<AVStream>? { format?.pointee.streams[Int(streamIndex)] }
  var container: UnsafeMutablePointer<AVFormatContext>? { format }

  /// The next picture, valid until the next call; nil after the last one, decoder flushed.
  func next() throws(MediaError) -> UnsafeMutablePointer<AVFrame>? {
    guard let codec, let picture else { return nil }
    while true {
      let status = avcodec_receive_frame(codec, picture)
      if status >= 0 {
        let isCorrupt =
          picture.pointee.decode_error_flags != 0 || picture.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
        if isCorrupt { throw broken("frame \(framesRead) has missing or damaged parts") }
        framesRead += 1
        return picture
      }
      if status == lvcd_averror_eof() { return nil }
      guard status == lvcd_averror(EAGAIN) else {
        throw broken("frame \(framesRead) cannot be decoded: \(ffmpegMessage(status))")
      }
      try feed(codec)
    }
  }

  /// Number of packets of the stream that carry a picture to show, without decoding them.
  func countPackets() throws(MediaError) -> Int {
    var count = 0
    while let packet = try nextPacket() {
      if packet.pointee.flags & AV_PKT_FLAG_DISCARD == 0 { count += 1 }
      av_packet_unref(packet)
    }
    return count
  }

  private func feed(_ codec: UnsafeMutablePointer<AVCodecContext>) throws(MediaError) {
    guard !isDrained else { return }
    guard let packet = try nextPacket() else {
      isDrained = true
      avcodec_send_packet(codec, nil)
      return
    }
    let bytes = UnsafeMutableBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
    let failsCheck = checksums?.findsDamage(in: UnsafeBufferPointer(bytes)) ?? false
    let isCorrupt = packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 || failsCheck
    let status = avcodec_send_packet(codec, packet)
    av_packet_unref(packet)
    guard status >= 0, !isCorrupt else {
      let reason = failsCheck ? "wrong checksum" : isCorrupt ? "incomplete data" : ffmpegMessage(status)
      throw broken("the data after frame \(framesRead) cannot be decoded: \(reason)")
    }
  }

  private func nextPacket() throws(MediaError) -> UnsafeMutablePointer<AVPacket>? {
    guard let format, let packet else { return nil }
    while true {
      let status = av_read_frame(format, packet)
      if status == lvcd_averror_eof() { return nil }
      guard status >= 0 else { throw broken("reading stopped: \(ffmpegMessage(status))") }
      if packet.pointee.stream_index == streamIndex { return packet }
      av_packet_unref(packet)
    }
  }

  /// Ends decoding: frames that the decoder still holds count as readable.
  private func broken(_ found: String) -> MediaError {
    if let codec, let picture, !isDrained {
      isDrained = true
      avcodec_send_packet(codec, nil)
      while avcodec_receive_frame(codec, picture) >= 0, picture.pointee.decode_error_flags == 0 {
        framesRead += 1
      }
    }
    return .truncated(path: path, framesRead: framesRead, found: found)
  }
}

/// FFmpeg's text for a return code, lower case as all our messages.
func ffmpegMessage(_ code: Int32) -> String {
  var text = [CChar](repeating: 0, count: 128)
  av_strerror(code, &text, text.count)
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
}
