/// Largest picture that is read. Sizes are checked from the file's header, before memory is allocated.
public struct ImageLimits: Sendable, Hashable {
  /// Largest width in pixels.
  public var maxWidth: Int
  /// Largest height in pixels.
  public var maxHeight: Int
  /// Largest number of pixels.
  public var maxPixels: Int
  /// Largest size of a picture's file in bytes.
  public var maxFileBytes: Int

  /// Makes limits.
  public init(
    maxWidth: Int = 8192, maxHeight: Int = 8192, maxPixels: Int = 64 << 20, maxFileBytes: Int = 512 << 20
  ) {
    self.maxWidth = maxWidth
    self.maxHeight = maxHeight
    self.maxPixels = maxPixels
    self.maxFileBytes = maxFileBytes
  }

  /// 8192 x 8192, 64 megapixels (2^26), 512 MiB per file.
  public static let `default` = ImageLimits()

  /// Throws when a picture of this size must not be read. `path` is for the message.
  func check(width: Int, height: Int, path: String) throws(MediaError) {
    guard width > 0, height > 0 else {
      throw .damaged(path: path, found: "its header claims \(width)x\(height) pixels")
    }
    // Each side is checked first, so the product cannot overflow.
    guard width <= maxWidth, height <= maxHeight, width * height <= maxPixels else {
      throw .tooLarge(
        path: path, found: "a picture of \(width)x\(height) pixels",
        limit: "\(maxWidth)x\(maxHeight) and \(maxPixels) pixels")
    }
  }
}
