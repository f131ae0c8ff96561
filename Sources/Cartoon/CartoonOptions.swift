public import EvalCore

/// What kind of clips to make. Two clips with the same seed and equal options are equal.
public struct CartoonOptions: Codable, Hashable, Sendable {
  /// Who appears, and in what style.
  public var family: CartoonFamily
  /// Size of every frame in pixels, each side 16…4096.
  public var size: FrameSize
  /// Number of frames, 1…10,000.
  public var length: Int
  /// Speed of everything: 1 gives the motion statistics of the paper's test sets, 0.5 half of it. 0…4.
  public var motion: Double
  /// How colours are drawn.
  public var palette: CartoonPalette

  /// Makes options; they are checked when a clip is made from them.
  public init(
    family: CartoonFamily = .similar, size: FrameSize = FrameSize(width: 256, height: 256), length: Int = 40,
    motion: Double = 1, palette: CartoonPalette = .harmonious
  ) {
    self.family = family
    self.size = size
    self.length = length
    self.motion = motion
    self.palette = palette
  }

  /// Throws the first thing that is wrong with the options.
  public func validate() throws(CartoonError) {
    guard (16...4096).contains(size.width), (16...4096).contains(size.height) else { throw .size(size) }
    guard (1...10_000).contains(length) else { throw .length(length) }
    guard motion.isFinite, (0...4).contains(motion) else { throw .motion(motion) }
  }
}

/// The two style families.
public enum CartoonFamily: String, Codable, Sendable, CaseIterable {
  /// People and critters, flat colours, clean dark outlines: the family that training clips come from.
  case similar
  /// Quadrupeds, robots, fish, birds and worms; thin or heavy tinted outlines, shading, stripes and dots: never trained on.
  case general
}

/// How a clip's colours are drawn. All are random and keep a distance from one another.
public enum CartoonPalette: String, Codable, Sendable, CaseIterable {
  /// Hues from a colour scheme, calm scenery: pleasant to look at.
  case harmonious
  /// Anywhere in the colour cube.
  case random
  /// Either of the two, by the clip's seed.
  case mixed
}

/// Why a clip or frame could not be made.
public enum CartoonError: ReasonedError, Hashable, CustomStringConvertible {
  /// A side of the frame is outside 16…4096.
  case size(FrameSize)
  /// The number of frames is outside 1…10,000.
  case length(Int)
  /// The motion factor is not a number from 0 to 4.
  case motion(Double)
  /// The clip has no frame of this index.
  case frame(Int, length: Int)
  /// Cairo could not make a surface or path; its own words.
  case cairo(String)

  /// The message, one line.
  public var description: String {
    switch self {
    case .size(let size):
      "frame size is \(size), each side must be 16 to 4096 pixels; choose for example 256x256"
    case .length(let length): "clip length is \(length), must be 1 to 10000 frames; choose for example 40"
    case .motion(let motion): "motion factor is \(motion), must be 0 to 4; 1 is the default"
    case .frame(let index, let length):
      "frame \(index) was asked for, the clip has frames 0 to \(length - 1); ask for one of those"
    case .cairo(let text): "cairo cannot draw: \(text); check the memory that is free"
    }
  }

  /// The reason code that failures carry.
  public var reason: FailureReason {
    switch self {
    case .size: .tooLarge
    case .length, .frame: .countMismatch
    case .motion: .notFinite
    case .cairo: .outOfMemory
    }
  }
}
