internal import CFFmpeg

/// What container and codec say about a stream.
struct StreamFacts {
  let frameRate: Rational?
  let codecName: String
  let isLossless: Bool
  /// Every packet is one frame.
  let hasOneFramePerPacket: Bool
  /// Frames that the container claims to hold, 0 when it does not say.
  let promisedFrames: Int
  let notes: [String]

  init(_ decoder: VideoDecoder) {
    guard let stream = decoder.stream, let parameters = stream.pointee.codecpar else {
      preconditionFailure("an open decoder has a stream")
    }
    let id = parameters.pointee.codec_id
    codecName = String(cString: avcodec_get_name(id))
    let properties = avcodec_descriptor_get(id)?.pointee.props ?? 0
    // FFV1 may carry statistics from frame to frame, so it is not "intra only", but it never reorders or splits.
    hasOneFramePerPacket = properties & AV_CODEC_PROP_INTRA_ONLY != 0 || id == AV_CODEC_ID_FFV1
    let neverLossy = properties & AV_CODEC_PROP_LOSSLESS != 0 && properties & AV_CODEC_PROP_LOSSY == 0
    let extra = UnsafeBufferPointer(
      start: parameters.pointee.extradata, count: Int(parameters.pointee.extradata_size))
    isLossless = neverLossy || (id == AV_CODEC_ID_H264 && H264Parameters.isLossless(Array(extra)))
    // Where the container's own structure shows a cut, its frame count adds nothing: it includes frames
    // hidden by edit lists.
    let containerName = decoder.container?.pointee.iformat?.pointee.name.map { String(cString: $0) } ?? ""
    let showsItsExtent = ["mov", "avi", "matroska"].contains { containerName.hasPrefix($0) }
    promisedFrames = showsItsExtent ? 0 : Int(stream.pointee.nb_frames)
    let rate = av_guess_frame_rate(decoder.container, stream, nil)
    frameRate = rate.num > 0 && rate.den > 0 ? Rational(Int(rate.num), Int(rate.den)) : nil
    let aspect = av_guess_sample_aspect_ratio(decoder.container, stream, nil)
    let isSquare = aspect.num == 0 || aspect.num == aspect.den
    notes = isSquare ? [] : ["sar:\(aspect.num):\(aspect.den)"]
  }
}

/// The part of H.264's sequence parameters that tells lossless streams.
enum H264Parameters {
  /// High 4:4:4 Predictive, the only profile with a lossless mode.
  private static let predictive444: UInt8 = 244

  /// Whether the stream's extra data announces the lossless transform bypass (ITU-T H.264, 7.3.2.1.1),
  /// which encoders set when all quantisers are 0.
  static func isLossless(_ extra: [UInt8]) -> Bool {
    guard let unit = sequenceParameters(in: extra), unit.count > 4, unit[1] == predictive444 else {
      return false
    }
    var bits = BitReader(unit.dropFirst(4))
    guard bits.exponentialGolomb() != nil, let chromaFormat = bits.exponentialGolomb() else { return false }
    if chromaFormat == 3 { _ = bits.bit() }
    guard bits.exponentialGolomb() != nil, bits.exponentialGolomb() != nil else { return false }
    return bits.bit() == 1
  }

  /// The first sequence parameter set, header byte included: from an `avcC` record or an Annex B stream.
  private static func sequenceParameters(in extra: [UInt8]) -> [UInt8]? {
    let isRecord = extra.count > 8 && extra[0] == 1
    if isRecord { return Array(extra[8...]) }
    let starts = extra.indices.dropLast(4).filter { Array(extra[$0..<($0 + 3)]) == [0, 0, 1] }
    return starts.first { extra[$0 + 3] & 31 == 7 }.map { Array(extra[($0 + 3)...]) }
  }
}

/// Reads bits from the most significant end.
struct BitReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  mutating func bit() -> Int? {
    guard position / 8 < bytes.count else { return nil }
    defer { position += 1 }
    return Int(bytes[position / 8] >> UInt8(7 - position % 8)) & 1
  }

  /// An unsigned Exp-Golomb number below 2^16; nil at the end of the data or when longer.
  mutating func exponentialGolomb() -> Int? {
    var zeros = 0
    while true {
      guard let next = bit() else { return nil }
      if next == 1 { break }
      zeros += 1
      if zeros > 16 { return nil }
    }
    var value = 1
    for _ in 0..<zeros {
      guard let next = bit() else { return nil }
      value = value << 1 | next
    }
    return value - 1
  }
}
