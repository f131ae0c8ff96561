/// Settings of a page.
public struct PageOptions: Sendable, Hashable {
  /// How many clips the gallery shows.
  public enum Gallery: Sendable, Hashable {
    case all
    case first(Int)
    case omitted
  }

  /// Clips in the gallery, as far as the size allows.
  public var gallery: Gallery
  /// Largest size of the page in bytes.
  public var sizeLimit: Int
  /// Frames of a clip that the gallery shows, evenly spaced, the worst one among them.
  public var framesPerClip: Int
  /// Lines of the list of clips; the others are counted.
  public var clipLineLimit: Int

  /// Makes options; by default 20 clips of up to 16 frames, 2,000 lines and 20 MB.
  public init(
    gallery: Gallery = .first(20), sizeLimit: Int = 20_000_000, framesPerClip: Int = 16,
    clipLineLimit: Int = 2000
  ) {
    self.gallery = gallery
    self.sizeLimit = sizeLimit
    self.framesPerClip = framesPerClip
    self.clipLineLimit = clipLineLimit
  }
}
