internal import CFFmpeg
internal import EvalCore

/// Turns decoded pictures into 8-bit RGB frames. Keeps swscale's tables between frames of one kind.
final class VideoFrameConverter {
  private let path: String
  private let stated: VideoColour?
  private let limits: ImageLimits
  private let orientation: FrameOrientation?
  private var scaler: OpaquePointer?
  private var scalerKey: ScalerKey?
  /// What was assumed or stated about colours, known after the first frame.
  private(set) var notes: [String] = []

  private struct ScalerKey: Equatable {
    var size: FrameSize
    var format: Int32
    var colour: VideoColour
  }

  init(path: String, colour: VideoColour?, limits: ImageLimits, decoder: VideoDecoder) {
    self.path = path
    stated = colour
    self.limits = limits
    orientation = FrameOrientation(stream: decoder.stream)
  }

  deinit { sws_freeContext(scaler) }

  /// The picture in RGB, turned as the container asks.
  func frame(from picture: UnsafePointer<AVFrame>) throws(MediaError) -> Frame {
    let width = Int(picture.pointee.width)
    let height = Int(picture.pointee.height)
    try limits.check(width: width, height: height, path: path)
    let rgb: [UInt8]
    if let exact = ExactPixels.rgb(of: picture) {
      rgb = exact
    } else {
      rgb = try converted(picture, size: FrameSize(width: width, height: height))
    }
    let frame = Frame(width: width, height: height, rgb: rgb)
    guard let orientation else { return frame }
    guard let turned = orientation.apply(to: frame) else {
      throw .unsupported(
        path: path, found: "a display matrix that is not a quarter turn or a flip", expected: "upright frames"
      )
    }
    return turned
  }

  private func converted(_ picture: UnsafePointer<AVFrame>, size: FrameSize) throws(MediaError) -> [UInt8] {
    let colour = try colour(of: picture, height: size.height)
    let key = ScalerKey(size: size, format: PixelFormats.withoutRange(picture.pointee.format), colour: colour)
    if key != scalerKey {
      sws_freeContext(scaler)
      scalerKey = nil
      scaler = try makeScaler(key)
      scalerKey = key
    }
    // swscale writes whole vectors: its rows get room at the end.
    let stride = (size.width * 3 + 63) / 64 * 64 + 64
    var padded = [UInt8](repeating: 0, count: stride * size.height)
    let lines = padded.withUnsafeMutableBufferPointer { buffer in
      let source = PixelFormats.planes(of: picture)
      let target: [UnsafeMutablePointer<UInt8>?] = [buffer.baseAddress, nil, nil, nil]
      return sws_scale(
        scaler, source.map { UnsafePointer($0) }, PixelFormats.strides(of: picture), 0, Int32(size.height),
        target,
        [Int32(stride), 0, 0, 0])
    }
    guard lines == Int32(size.height) else {
      throw .damaged(path: path, found: "colour conversion delivered \(lines) of \(size.height) lines")
    }
    let row = size.width * 3
    return [UInt8](unsafeUninitializedCapacity: row * size.height) { buffer, count in
      for y in 0..<size.height {
        padded.withUnsafeBufferPointer { source in
          for x in 0..<row { buffer[y * row + x] = source[y * stride + x] }
        }
      }
      count = row * size.height
    }
  }

  private func colour(of picture: UnsafePointer<AVFrame>, height: Int) throws(MediaError) -> VideoColour {
    if let stated {
      note("matrix:given-\(stated.matrix.rawValue)-\(stated.range.rawValue)")
      return stated
    }
    let isFull =
      picture.pointee.color_range == AVCOL_RANGE_JPEG || PixelFormats.isFullRange(picture.pointee.format)
    let range: VideoColour.Range = isFull ? .full : .limited
    let isRGB = PixelFormats.isRGB(picture.pointee.format)
    if isRGB { return VideoColour(matrix: .bt601, range: .full) }
    if let matrix = try VideoColour.Matrix(tag: picture.pointee.colorspace, path: path) {
      return VideoColour(matrix: matrix, range: range)
    }
    let matrix: VideoColour.Matrix = height < VideoColour.highDefinitionLines ? .bt601 : .bt709
    note("matrix:assumed-\(matrix.rawValue)")
    return VideoColour(matrix: matrix, range: range)
  }

  private func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  private func makeScaler(_ key: ScalerKey) throws(MediaError) -> OpaquePointer {
    let unsupported = MediaError.unsupported(
      path: path, found: "the pixel format '\(PixelFormats.name(key.format))'",
      expected: "a common YUV or RGB format")
    guard sws_isSupportedInput(AVPixelFormat(key.format)) != 0, let scaler = sws_alloc_context() else {
      throw unsupported
    }
    let raw = UnsafeMutableRawPointer(scaler)
    let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
    var settings: [(String, Int)] = [
      ("srcw", key.size.width), ("srch", key.size.height), ("src_format", Int(key.format)),
      ("dstw", key.size.width), ("dsth", key.size.height), ("dst_format", Int(AV_PIX_FMT_RGB24.rawValue)),
      ("sws_flags", Int(flags)),
    ]
    // Chroma of vertically subsampled video lies between two lines.
    if PixelFormats.isVerticallySubsampled(key.format) { settings.append(("src_v_chr_pos", 128)) }
    var status: Int32 = 0
    for (name, value) in settings where status >= 0 { status = av_opt_set_int(raw, name, Int64(value), 0) }
    let table = sws_getCoefficients(key.colour.matrix.swscaleTable)
    let isFull: Int32 = key.colour.range == .full ? 1 : 0
    if status >= 0 { sws_setColorspaceDetails(scaler, table, isFull, table, 1, 0, 1 << 16, 1 << 16) }
    if status >= 0 { status = sws_init_context(scaler, nil, nil) }
    guard status >= 0 else {
      sws_freeContext(scaler)
      throw unsupported
    }
    // Set again: initialisation replaces the range of formats that do not carry one.
    sws_setColorspaceDetails(scaler, table, isFull, table, 1, 0, 1 << 16, 1 << 16)
    return scaler
  }
}
