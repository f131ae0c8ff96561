internal import CFFmpeg
public import EvalCore
public import Foundation

/// A film to be read once from its start, frame by frame with time codes.
///
/// Unlike `VideoFile` nothing is decoded beyond the first frame when it is opened, so a film of hours opens at once;
/// the number of frames is an estimate. Films that cannot be cut into clips as they are (variable frame rate,
/// interlaced, HDR, no pictures) are refused by name, with the filter that converts them.
public struct MovieFile: Sendable {
  /// The file.
  public let url: URL
  /// Size of the frames, after the rotation that the container asks for.
  public let size: FrameSize
  /// Frames per second.
  public let frameRate: Rational
  /// Number of frames that the container's duration suggests; 0 when it does not say.
  public let estimatedFrames: Int
  /// What must be noted beside any number computed from the frames, as in `VideoFile.notes`; `rotated` for turned films.
  public let notes: [String]

  /// Opens the file and decodes its first frame.
  ///
  /// Throws `missing`, `unreadable` (no video stream, or only a cover picture), `unsupported` (variable frame rate,
  /// interlaced, HDR), `truncated`, `tooLarge`.
  public init(_ url: URL) throws(MediaError) {
    guard FileManager.default.fileExists(atPath: url.path) else { throw .missing(path: url.path) }
    self.url = url
    if let cut = try ContainerExtent.missingBytes(of: url) {
      throw .truncated(path: url.path, framesRead: nil, found: cut)
    }
    let reader = try MovieReader(url, threads: 1)
    let facts = StreamFacts(reader.decoder)
    guard let stream = reader.decoder.stream, let rate = facts.frameRate else {
      throw .unsupported(
        path: url.path, found: "a film without frame rate",
        expected: "one that states it, as ffmpeg -r 24 writes")
    }
    if stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 {
      throw .unreadable(
        path: url.path, found: "has no film, only sound and a cover picture",
        expected: "a file with moving pictures")
    }
    try Self.checkConstantRate(stream, guessed: rate, path: url.path)
    guard let first = try reader.next() else {
      throw .truncated(path: url.path, framesRead: 0, found: "it ends before the first frame")
    }
    size = first.frame.size
    frameRate = rate
    let seconds =
      stream.pointee.duration > 0
      ? Double(stream.pointee.duration) * av_q2d(stream.pointee.time_base)
      : Double(max(0, reader.decoder.container?.pointee.duration ?? 0)) / Double(AV_TIME_BASE)
    estimatedFrames = Int((seconds * rate.doubleValue).rounded())
    let isTurned = FrameOrientation(stream: stream) != nil
    notes =
      (facts.isLossless ? [] : ["lossy"]) + reader.converter.notes + facts.notes
      + (isTurned ? ["rotated"] : [])
  }

  /// Starts at the first frame. `threads` decoders; results do not depend on them.
  public func makeReader(threads: Int = 1) throws(MediaError) -> MovieReader {
    try MovieReader(url, threads: threads)
  }

  /// Containers with rounded time stamps make both rates differ in the third digit, no more.
  private static func checkConstantRate(
    _ stream: UnsafeMutablePointer<AVStream>, guessed: Rational, path: String
  ) throws(MediaError) {
    let average = stream.pointee.avg_frame_rate
    let base = stream.pointee.r_frame_rate
    guard average.num > 0, average.den > 0, base.num > 0, base.den > 0 else { return }
    let ratio = av_q2d(base) / av_q2d(average)
    // Interlaced streams count fields in one of the two; they are told by their frames.
    let isFields = abs(ratio - 2) < 0.01 || abs(ratio - 0.5) < 0.005
    guard abs(ratio - 1) > 0.02, !isFields else { return }
    throw .variableRate(path, "\(rounded(av_q2d(average))) on average, \(rounded(av_q2d(base))) at base")
  }

  private static func rounded(_ rate: Double) -> String { String(format: "%.3f", rate) }
}

/// One frame of a film.
public struct MovieFrame: Sendable {
  /// The picture.
  public let frame: Frame
  /// Its place in the film, from 0.
  public let index: Int
  /// Its presentation time in seconds from the start of the file.
  public let seconds: Double
}

/// Reads a film from its start. One thread at a time; holds one frame.
public final class MovieReader {
  let decoder: VideoDecoder
  let converter: VideoFrameConverter
  private let timeBase: Double
  private let frameSeconds: Double
  private var size: FrameSize?
  private var lastSeconds: Double?
  private var oddGaps = 0

  /// Share of the gaps between frames that may differ from the frame rate before a film counts as variable.
  private static let largestShareOfOddGaps = 0.01
  /// Gaps that are looked at before that judgement; at the film's end it is made with fewer.
  private static let leastGaps = 48

  init(_ url: URL, threads: Int) throws(MediaError) {
    decoder = try VideoDecoder(path: url.path, threads: threads)
    converter = VideoFrameConverter(path: url.path, colour: nil, limits: .default, decoder: decoder)
    timeBase = decoder.stream.map { av_q2d($0.pointee.time_base) } ?? 0
    frameSeconds = StreamFacts(decoder).frameRate.map { 1 / $0.doubleValue } ?? 0
  }

  /// Frames read or skipped so far.
  public var framesRead: Int { decoder.framesRead }

  /// The next frame, or nil after the last one.
  ///
  /// Throws `truncated` for damage, `unsupported` for an interlaced or HDR frame and for varying gaps between frames,
  /// `sizeMismatch` when the picture's size changes.
  public func next() throws(MediaError) -> MovieFrame? {
    guard let picture = try decoder.next() else {
      try checkGaps()
      return nil
    }
    let seconds = try check(picture)
    let frame = try converter.frame(from: picture)
    if let size, size != frame.size {
      throw .sizeMismatch(path: "\(decoder.path), frame \(framesRead - 1)", found: frame.size, expected: size)
    }
    size = frame.size
    return MovieFrame(frame: frame, index: framesRead - 1, seconds: seconds)
  }

  /// Decodes the next frame without converting it; false after the last one. Throws as `next`.
  public func skip() throws(MediaError) -> Bool {
    guard let picture = try decoder.next() else {
      try checkGaps()
      return false
    }
    _ = try check(picture)
    return true
  }

  private func check(_ picture: UnsafePointer<AVFrame>) throws(MediaError) -> Double {
    let index = framesRead - 1
    if picture.pointee.interlaced_frame != 0 {
      throw .unsupported(
        path: decoder.path, found: "interlaced video (frame \(index))",
        expected: "whole frames, as ffmpeg -vf bwdif makes")
    }
    let transfer = picture.pointee.color_trc
    if transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67 {
      throw .unsupported(
        path: decoder.path,
        found: "HDR video (\(transfer == AVCOL_TRC_SMPTE2084 ? "PQ" : "HLG"), frame \(index))",
        expected: "standard dynamic range, as ffmpeg's zscale and tonemap filters make")
    }
    let stamp = picture.pointee.best_effort_timestamp
    // FFmpeg's mark for "no time stamp" is the smallest number.
    let seconds = stamp == Int64.min ? Double(index) * frameSeconds : Double(stamp) * timeBase
    if let lastSeconds, frameSeconds > 0, abs(seconds - lastSeconds - frameSeconds) > frameSeconds / 2 {
      oddGaps += 1
    }
    lastSeconds = seconds
    if index >= Self.leastGaps { try checkGaps() }
    return seconds
  }

  private func checkGaps() throws(MediaError) {
    guard Double(oddGaps) > Self.largestShareOfOddGaps * Double(framesRead) else { return }
    throw .variableRate(decoder.path, "\(oddGaps) of \(framesRead - 1) gaps between frames differ")
  }
}

extension MediaError {
  /// A film whose frames do not come at one rate.
  fileprivate static func variableRate(_ path: String, _ detail: String) -> MediaError {
    .unsupported(
      path: path, found: "a variable frame rate (\(detail))",
      expected: "a constant one, as ffmpeg -vf fps=24 makes")
  }
}
