internal import CFFmpeg
public import EvalCore
public import Foundation

/// The first video stream of a file as a clip: any container and codec that FFmpeg's libraries know.
///
/// RGB, grey and palette codecs are exact. Others are converted with the stream's own matrix and range,
/// with accurate rounding and full chroma interpolation; a stream without a tag is taken for BT.601 below
/// 720 lines and BT.709 otherwise, limited range, and `notes` say so. Rotation that the container asks for
/// is applied.
public struct VideoFile: FrameSource {
  /// The file.
  public let url: URL
  /// Number of frames, exactly as many as a reader delivers.
  public let count: Int
  /// Size of the frames, after rotation.
  public let size: FrameSize
  /// Frames per second; nil when the file does not say.
  public let frameRate: Rational?
  /// FFmpeg's name of the codec, for example `ffv1`.
  public let codecName: String
  /// Whether the codec kept the frames it was given exactly (in their own pixel format).
  public let isLossless: Bool
  /// `lossy`, `matrix:assumed-bt601` or `matrix:assumed-bt709`, `matrix:given-…`, `sar:…` for pixels that
  /// are not square.
  public let notes: [String]
  /// Threads of the decoder; results do not depend on it.
  public var decoderThreads = 1
  /// Largest pictures that are read.
  public let limits: ImageLimits
  private let colour: VideoColour?

  /// Opens the file, decodes its first frame, and counts the frames: by decoding them all once unless the
  /// codec has one frame in every packet.
  ///
  /// - Parameter colour: matrix and range to use in place of what the stream says or does not say.
  /// - Throws: `truncated` with the number of frames that could be read, `unreadable`, `missing`,
  ///   `tooLarge`, `unsupported`.
  public init(_ url: URL, colour: VideoColour? = nil, limits: ImageLimits = .default) throws(MediaError) {
    guard FileManager.default.fileExists(atPath: url.path) else { throw .missing(path: url.path) }
    self.url = url
    self.colour = colour
    self.limits = limits
    let cut = try ContainerExtent.missingBytes(of: url)
    let first: FirstFrame
    do {
      first = try FirstFrame(url, colour: colour, limits: limits)
    } catch {
      guard let cut else { throw error }
      // Whatever went wrong, the cut is the cause; an unopened file has no readable frames.
      if case .truncated(_, let framesRead, _) = error {
        throw .truncated(path: url.path, framesRead: framesRead, found: cut)
      }
      throw .truncated(path: url.path, framesRead: 0, found: cut)
    }
    size = first.size
    let stream = StreamFacts(first.decoder)
    frameRate = stream.frameRate
    codecName = stream.codecName
    isLossless = stream.isLossless
    notes = (stream.isLossless ? [] : ["lossy"]) + first.colourNotes + stream.notes
    if let cut {
      throw .truncated(path: url.path, framesRead: Self.readableFrames(first.decoder), found: cut)
    }
    count = try Self.count(first, stream: stream)
    if count < stream.promisedFrames {
      throw .truncated(
        path: url.path, framesRead: count, found: "the container promises \(stream.promisedFrames) frames")
    }
  }

  /// A decoder that has delivered one frame, and what that frame tells about the others.
  private struct FirstFrame {
    let decoder: VideoDecoder
    let codedSize: FrameSize
    let size: FrameSize
    let colourNotes: [String]

    init(_ url: URL, colour: VideoColour?, limits: ImageLimits) throws(MediaError) {
      decoder = try VideoDecoder(path: url.path, threads: 1)
      let converter = VideoFrameConverter(path: url.path, colour: colour, limits: limits, decoder: decoder)
      guard let picture = try decoder.next() else {
        throw .truncated(path: url.path, framesRead: 0, found: "it ends before the first frame")
      }
      codedSize = PixelFormats.size(of: picture)
      size = try converter.frame(from: picture).size
      colourNotes = converter.notes
    }
  }

  /// The file's path.
  public var name: String { url.path }

  /// Starts at the first frame.
  public func makeReader() throws -> any FrameReader {
    let decoder = try VideoDecoder(path: url.path, threads: decoderThreads)
    let converter = VideoFrameConverter(path: url.path, colour: colour, limits: limits, decoder: decoder)
    return Reader(decoder, converter, size: size, count: count)
  }

  private static func count(_ first: FirstFrame, stream: StreamFacts) throws(MediaError) -> Int {
    let decoder = first.decoder
    if stream.hasOneFramePerPacket {
      return try VideoDecoder(path: decoder.path, threads: 1).countPackets()
    }
    while let picture = try decoder.next() {
      let size = PixelFormats.size(of: picture)
      if size != first.codedSize {
        throw .sizeMismatch(
          path: "\(decoder.path), frame \(decoder.framesRead - 1)", found: size, expected: first.codedSize)
      }
    }
    return decoder.framesRead
  }

  /// How far a file that is known to be cut can be decoded; where the decoder gives up is the answer, not
  /// an error.
  private static func readableFrames(_ decoder: VideoDecoder) -> Int {
    do {
      while try decoder.next() != nil {}
    } catch {
      return decoder.framesRead
    }
    return decoder.framesRead
  }

  private final class Reader: FrameReader {
    private let decoder: VideoDecoder
    private let converter: VideoFrameConverter
    private let size: FrameSize
    private let count: Int

    init(_ decoder: VideoDecoder, _ converter: VideoFrameConverter, size: FrameSize, count: Int) {
      self.decoder = decoder
      self.converter = converter
      self.size = size
      self.count = count
    }

    func next() throws -> Frame? {
      guard let picture = try decoder.next() else {
        if decoder.framesRead == count { return nil }
        throw MediaError.countMismatch(path: decoder.path, found: decoder.framesRead, expected: count)
      }
      let frame = try converter.frame(from: picture)
      guard frame.size == size else {
        throw MediaError.sizeMismatch(path: decoder.path, found: frame.size, expected: size)
      }
      return frame
    }
  }
}
