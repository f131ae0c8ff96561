internal import CFFmpeg

/// The C libraries that pixels pass through, with the versions found at run time.
public enum MediaLibraries {
  /// Library name to version.
  public static var versions: [String: String] {
    func text(_ version: UInt32) -> String { "\(version >> 16).\(version >> 8 & 255).\(version & 255)" }
    return [
      "libavformat": text(avformat_version()), "libavcodec": text(avcodec_version()),
      "libswscale": text(swscale_version()),
    ]
  }
}
