internal import CFFmpeg
internal import EvalCore

/// Lays 8-bit RGB frames out as an encoder wants them.
final class FramePacker {
  /// Size of the encoded pictures: previews repeat the last column or row to make both sides even.
  let codedSize: FrameSize
  private let codec: VideoCodec
  private var scaler: OpaquePointer?

  init(size: FrameSize, codec: VideoCodec) {
    self.codec = codec
    codedSize =
      codec.isLossless
      ? size : FrameSize(width: (size.width + 1) / 2 * 2, height: (size.height + 1) / 2 * 2)
  }

  deinit { sws_freeContext(scaler) }

  /// Tags the stream so that readers need not guess.
  func describeColours(_ context: UnsafeMutablePointer<AVCodecContext>) {
    switch codec {
    case .ffv1, .ffv1Archive, .h264Lossless:
      context.pointee.colorspace = AVCOL_SPC_RGB
      context.pointee.color_range = AVCOL_RANGE_JPEG
    case .grayFFV1, .grayFFV1Archive:
      context.pointee.color_range = AVCOL_RANGE_JPEG
    case .h264Preview, .vp9Preview:
      context.pointee.colorspace = AVCOL_SPC_BT709
      context.pointee.color_primaries = AVCOL_PRI_BT709
      context.pointee.color_trc = AVCOL_TRC_BT709
      context.pointee.color_range = AVCOL_RANGE_MPEG
    }
  }

  /// Copies or converts `frame`; returns what is wrong with it, nil when nothing.
  func pack(_ frame: Frame, into picture: UnsafeMutablePointer<AVFrame>) -> String? {
    guard let plane = picture.pointee.data.0 else { return "has no memory" }
    let stride = Int(picture.pointee.linesize.0)
    switch codec {
    case .ffv1, .ffv1Archive: return interleave(frame, into: plane, stride: stride)
    case .h264Lossless: return copyRows(frame.rgb, frame: frame, into: plane, stride: stride)
    case .grayFFV1, .grayFFV1Archive: return takeGray(frame, into: plane, stride: stride)
    case .h264Preview, .vp9Preview: return convert(frame, into: picture)
    }
  }

  private func interleave(_ frame: Frame, into plane: UnsafeMutablePointer<UInt8>, stride: Int) -> String? {
    frame.rgb.withUnsafeBufferPointer { rgb in
      for y in 0..<frame.height {
        for x in 0..<frame.width {
          let source = 3 * (y * frame.width + x)
          let target = plane + y * stride + 4 * x
          target[0] = rgb[source + 2]
          target[1] = rgb[source + 1]
          target[2] = rgb[source]
          target[3] = 0
        }
      }
    }
    return nil
  }

  private func copyRows(
    _ rgb: [UInt8], frame: Frame, into plane: UnsafeMutablePointer<UInt8>, stride: Int
  ) -> String? {
    rgb.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      for y in 0..<frame.height {
        (plane + y * stride).update(from: source + y * frame.width * 3, count: frame.width * 3)
      }
    }
    return nil
  }

  private func takeGray(_ frame: Frame, into plane: UnsafeMutablePointer<UInt8>, stride: Int) -> String? {
    for y in 0..<frame.height {
      for x in 0..<frame.width {
        let source = 3 * (y * frame.width + x)
        let value = frame.rgb[source]
        guard value == frame.rgb[source + 1], value == frame.rgb[source + 2] else {
          return "is not grey at column \(x), row \(y); use a colour codec"
        }
        plane[y * stride + x] = value
      }
    }
    return nil
  }

  private func convert(_ frame: Frame, into picture: UnsafeMutablePointer<AVFrame>) -> String? {
    guard let scaler = previewScaler() else { return "cannot be converted" }
    let rgb = padded(frame)
    let stride = Int32(codedSize.width * 3)
    let lines = rgb.withUnsafeBufferPointer { source in
      sws_scale(
        scaler, [source.baseAddress, nil, nil, nil], [stride, 0, 0, 0], 0, Int32(codedSize.height),
        PixelFormats.planes(of: picture), PixelFormats.strides(of: picture))
    }
    return lines == Int32(codedSize.height) ? nil : "cannot be converted"
  }

  private func previewScaler() -> OpaquePointer? {
    if scaler == nil {
      let width = Int32(codedSize.width)
      let height = Int32(codedSize.height)
      scaler = sws_getContext(
        width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, SWS_BICUBIC | SWS_ACCURATE_RND,
        nil,
        nil, nil)
      let table = sws_getCoefficients(SWS_CS_ITU709)
      if let scaler { sws_setColorspaceDetails(scaler, table, 1, table, 0, 0, 1 << 16, 1 << 16) }
    }
    return scaler
  }

  private func padded(_ frame: Frame) -> [UInt8] {
    if frame.size == codedSize { return frame.rgb }
    var rgb: [UInt8] = []
    rgb.reserveCapacity(codedSize.width * codedSize.height * 3)
    for y in 0..<codedSize.height {
      let start = min(y, frame.height - 1) * frame.width * 3
      let row = frame.rgb[start..<(start + frame.width * 3)]
      rgb += row
      if codedSize.width > frame.width { rgb += row.suffix(3) }
    }
    return rgb
  }
}
