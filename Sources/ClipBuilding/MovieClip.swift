/// A clip cut out of a film, as its `clip.json` describes it.
public struct MovieClip: Codable, Hashable, Sendable {
  /// Identifier, also the name of its folder.
  public let id: String
  /// Everything that decides its pixels: a clip made with other settings is made anew.
  let settings: String
  /// File name of the film.
  public let film: String
  /// First frame in the film, from 0.
  public let firstFrame: Int
  /// Number of frames.
  public let count: Int
  /// `hh:mm:ss.mmm` of the first frame.
  public let timeCode: String
  /// Frames per second.
  public let frameRate: Double
  /// Frames that differ from the one before by less than 1/255 (RMS): animation "on twos" has about half.
  public let heldFrames: Int
  /// Name of the extractor with its settings.
  public let lineart: String
  /// Notes of the film's decoder.
  public let notes: [String]
  /// `ClipHasher` digest of the frames.
  public let sha256: String
  /// `ClipHasher` digest of the lineart.
  public let lineartSHA256: String

  /// `hh:mm:ss.mmm`.
  static func timeCode(_ seconds: Double) -> String {
    let milliseconds = Int((seconds * 1000).rounded())
    func padded(_ value: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)"
    }
    let (minutes, hours) = (milliseconds / 60_000 % 60, milliseconds / 3_600_000)
    return "\(padded(hours, 2)):\(padded(minutes, 2)):\(padded(milliseconds / 1000 % 60, 2))"
      + ".\(padded(milliseconds % 1000, 3))"
  }
}
