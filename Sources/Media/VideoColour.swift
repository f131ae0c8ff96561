internal import CFFmpeg

/// How a video's luma and chroma stand for RGB.
public struct VideoColour: Hashable, Sendable, Codable {
  /// The matrix between RGB and luma with colour differences.
  public enum Matrix: String, Sendable, Codable, CaseIterable {
    /// ITU-R BT.601: standard definition.
    case bt601
    /// ITU-R BT.709: high definition.
    case bt709
    /// ITU-R BT.2020, non-constant luminance.
    case bt2020
    /// FCC (1953).
    case fcc
    /// SMPTE 240M.
    case smpte240m
  }

  /// Which codes stand for black and white.
  public enum Range: String, Sendable, Codable, CaseIterable {
    /// 16…235 for luma, 16…240 for chroma (at 8 bits).
    case limited
    /// 0…255.
    case full
  }

  /// The matrix.
  public var matrix: Matrix
  /// The range.
  public var range: Range

  /// Makes a description.
  public init(matrix: Matrix, range: Range) {
    self.matrix = matrix
    self.range = range
  }

  /// Pictures of fewer lines than this are taken for BT.601 when they do not say. Source: evaluation
  /// protocol, "Reader".
  static let highDefinitionLines = 720
}

extension VideoColour.Matrix {
  /// The matrix of a tag; nil when the tag says nothing.
  init?(tag: AVColorSpace, path: String) throws(MediaError) {
    switch tag {
    case AVCOL_SPC_BT709: self = .bt709
    case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: self = .bt601
    case AVCOL_SPC_BT2020_NCL: self = .bt2020
    case AVCOL_SPC_FCC: self = .fcc
    case AVCOL_SPC_SMPTE240M: self = .smpte240m
    case AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_RESERVED: return nil
    default:
      let name = av_color_space_name(tag).map { String(cString: $0) } ?? "number \(tag.rawValue)"
      throw .unsupported(
        path: path, found: "the colour matrix '\(name)'", expected: "bt601, bt709 or bt2020 (or state one)")
    }
  }

  /// swscale's number of the coefficients.
  var swscaleTable: Int32 {
    switch self {
    case .bt601: SWS_CS_ITU601
    case .bt709: SWS_CS_ITU709
    case .bt2020: SWS_CS_BT2020
    case .fcc: SWS_CS_FCC
    case .smpte240m: SWS_CS_SMPTE240M
    }
  }
}
