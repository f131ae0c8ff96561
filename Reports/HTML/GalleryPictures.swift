/// Where a page gets the pictures of a clip from. Reports see pictures only as encoded bytes.
public protocol GalleryPictures {
  /// The pictures of one clip of one row at `frames` (ascending indices in the clip).
  ///
  /// Lanes that cannot be had are left out and named in `notes`; throws when nothing at all can be shown, for example
  /// because the frames are gone.
  func strip(suite: String, method: String, clip: String, frames: [Int]) throws -> GalleryStrip
}

/// What a gallery shows of one clip.
public struct GalleryStrip: Sendable {
  /// Lanes in the order of `GalleryLane.Kind`.
  public var lanes: [GalleryLane]
  /// Why a lane is missing.
  public var notes: [String]

  /// Makes a strip.
  public init(lanes: [GalleryLane], notes: [String] = []) {
    self.lanes = lanes
    self.notes = notes
  }
}

/// One kind of picture along a clip.
public struct GalleryLane: Sendable {
  /// The kinds, in order.
  public enum Kind: String, Sendable, CaseIterable {
    case sketch, reference, original, baseline, output
    /// Absolute colour difference from the original.
    case colourError
    /// Absolute difference of the distance maps that EDMD compares.
    case distanceDifference

    var title: String {
      switch self {
      case .sketch: "Sketch"
      case .reference: "Reference"
      case .original: "Original"
      case .baseline: "Baseline"
      case .output: "Output"
      case .colourError: "Colour error"
      case .distanceDifference: "Distance-map difference"
      }
    }
  }

  /// What the pictures show.
  public var kind: Kind
  /// How to read them, for example what white means in an error map; may be empty.
  public var caption: String
  /// The pictures by frame; one for all frames under the key of any of them.
  public var images: [Int: EncodedImage]
  /// Whether the one picture stands for all frames.
  public var isStill: Bool

  /// Makes a lane.
  public init(kind: Kind, caption: String = "", images: [Int: EncodedImage], isStill: Bool = false) {
    self.kind = kind
    self.caption = caption
    self.images = images
    self.isStill = isStill
  }
}

/// A picture in a file format that browsers show.
public struct EncodedImage: Sendable, Hashable {
  /// The format.
  public enum Kind: String, Sendable {
    case png = "image/png"
    case webp = "image/webp"
  }

  /// The format.
  public var kind: Kind
  /// Width in pixels.
  public var width: Int
  /// Height in pixels.
  public var height: Int
  /// The file.
  public var bytes: [UInt8]

  /// Makes a picture.
  public init(kind: Kind, width: Int, height: Int, bytes: [UInt8]) {
    self.kind = kind
    self.width = width
    self.height = height
    self.bytes = bytes
  }
}
