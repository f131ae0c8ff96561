internal import CFFmpeg
public import EvalCore
public import Foundation

/// The first video stream of a file as a clip: any container and codec that FFmpeg's libraries know.
///
/// RGB, grey and palette codecs are exact. Others are converted with the stream's own matrix and range, with accurate rounding and full
/// chroma interpolation; a stream without a tag is taken for BT.601 below 720 lines and BT.709 otherwise, limited range, and `notes`
/// say so. Rotation that the container asks for is applied.
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
  /// `lossy`, `matrix:assumed-bt601` or `matrix:assumed-bt709`, `matrix:given-…`, `sar:…` for pixels that are not square.
  public let notes: [String]
  /// Threads of the decoder; results do not depend on it.
  public var decoderThreads = 1
  /// Largest pictures that are read.
  public let limits: ImageLimits
  private let colour: VideoColour?

  /// Opens the file, decodes its first frame, and counts the frames: by decoding them all once unless the codec
  /// has one frame in every packet.
  ///
  /// - Parameter colour: matrix and range to use in place of what the stream says or does not say.
  /// - Throws: `truncated` with the number of frames that could be read, `unreadable`, `missing`, `tooLarge`, `unsupported`.
  public init(_ url: URL, colour: VideoColour? = nil, limits: ImageLimits = .default) throws(MediaError) {
    guard FileManager.default.fileExists(atPath: url.path) else { throw .missing(path: url.path) }
    self.url = url
    self.colour = colour
    self.limits = limits
    let cut = try ContainerExtent.missingBytes(of: url)
    let decoder = try VideoDecoder(path: url.path, threads: 1)
    let converter = VideoFrameConverter(path: url.path, colour: colour, limits: limits, decoder: decoder)
    guard let picture = try decoder.next() else {
      throw .truncated(path: url.path, framesRead: 0, found: cut ?? "it ends before the first frame")
    }
    let first = try converter.frame(from: picture)
    size = first.size
    let stream = StreamFacts(decoder)
    frameRate = stream.frameRate
    codecName = stream.codecName
    isLossless = stream.isLossless
    notes = (stream.isLossless ? [] : ["lossy"]) + converter.notes + stream.notes
    if let cut {
      throw .truncated(path: url.path, framesRead: Self.readableFrames(decoder), found: cut)
    }
    count = try Self.count(decoder, stream: stream)
    if count < stream.promisedFrames {
      throw .truncated(
        path: url.path, framesRead: count, found: "the container promises \(stream.promisedFrames) frames")
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

  private static func count(_ decoder: VideoDecoder, stream: StreamFacts) throws(MediaError) -> Int {
    if stream.isIntraOnly {
      return try VideoDecoder(path: decoder.path, threads: 1).countPackets()
    }
    while try decoder.next() != nil {}
    return decoder.framesRead
  }

  /// How far a file that is known to be cut can be decoded; where the decoder gives up is the answer, not an error.
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
