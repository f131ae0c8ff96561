/// The frame pipeline every metric shares. A protocol never changes; a new default is a new protocol.
///
/// Paper, section 6.1: "resize to 256x256, values in [0, 1], for all metrics". What it leaves open is fixed here and
/// named in every signature.
public struct EvaluationProtocol: Codable, Hashable, Sendable {
  /// Name, `lvcd-paper-1` when nothing deviates from it.
  public var name: String
  /// Size at which all metrics are computed.
  public var size: FrameSize
  /// Name of the resize filter, for example `bilinear-aa`.
  public var resize: String
  /// Whether the reference frame, which every method is given, is evaluated too.
  public var evaluatesReference: Bool
  /// Which pixels are judged.
  public var pixels: Pixels

  /// Which pixels of a frame are judged.
  public enum Pixels: String, Codable, Sendable, CaseIterable {
    /// All.
    case all
    /// Those whose true colour is not the reference's at the same place (`PixelRegion`): where copying the reference
    /// does not help.
    case changed
  }

  /// Makes a protocol.
  public init(name: String, size: FrameSize, resize: String, evaluatesReference: Bool, pixels: Pixels = .all) {
    self.name = name
    self.size = size
    self.resize = resize
    self.evaluatesReference = evaluatesReference
    self.pixels = pixels
  }

  /// The default: 256x256, antialiased bilinear, reference frame left out.
  public static let paper = EvaluationProtocol(
    name: "lvcd-paper-1", size: FrameSize(width: 256, height: 256), resize: "bilinear-aa",
    evaluatesReference: false)

  /// What the protocol adds to every metric's signature.
  public var signatureFields: [String: String] {
    var fields = [
      "proto": self == .paper ? name : name + "*",
      "size": size.description,
      "resize": resize,
      "ref": evaluatesReference ? "incl" : "excl",
      "bits": "8",
    ]
    if pixels != .all { fields["pixels"] = pixels.rawValue }
    return fields
  }
}
